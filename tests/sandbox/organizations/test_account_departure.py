"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_a_removed_account_is_gone(sandbox: Embedded, invited_account: NewAccount, refused: Refused) -> None:
    """An account that was removed is not listed; its own calls find no organization."""
    organizations, account = sandbox.client("organizations"), invited_account("one")
    member = sandbox.client("organizations", account=account)
    assert member.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT_ACCOUNT_ID
    organizations.remove_account_from_organization(AccountId=account)
    assert refused(organizations.describe_account, AccountId=account) == "AccountNotFoundException"
    assert refused(member.describe_organization) == "AWSOrganizationsNotInUseException"


def test_what_was_created_here_cannot_stand_alone(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """An account that was created in the organization has no payment method, and so is neither removed nor leaves."""
    account = new_account("one")
    code = "ConstraintViolationException:MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"
    assert refused(sandbox.client("organizations").remove_account_from_organization, AccountId=account) == code
    assert refused(sandbox.client("organizations", account=account).leave_organization) == code


def test_a_member_leaves_by_itself(sandbox: Embedded, invited_account: NewAccount, refused: Refused) -> None:
    """LeaveOrganization takes the calling member out; the management account stays.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
    """
    account = invited_account("one")
    sandbox.client("organizations", account=account).leave_organization()
    organizations = sandbox.client("organizations")
    assert [each["Id"] for each in organizations.list_accounts()["Accounts"]] == [MANAGEMENT_ACCOUNT_ID]
    assert refused(organizations.leave_organization) == "MasterCannotLeaveOrganizationException"
    remove = organizations.remove_account_from_organization
    assert refused(remove, AccountId=MANAGEMENT_ACCOUNT_ID) == "MasterCannotLeaveOrganizationException"
