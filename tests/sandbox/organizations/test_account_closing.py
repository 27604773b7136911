"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import account_closing
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_closing_takes_a_while(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A closed account is PENDING_CLOSURE at the first look, SUSPENDED at the next, and stays listed; it is closed once."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.close_account(AccountId=account)
    assert refused(organizations.close_account, AccountId=account) == "ConflictException"
    looks = [organizations.describe_account(AccountId=account)["Account"] for _ in range(2)]
    assert [(look["State"], look["Status"]) for look in looks] == [("PENDING_CLOSURE",) * 2, ("SUSPENDED",) * 2]
    assert refused(organizations.close_account, AccountId=account) == "AccountAlreadyClosedException"
    listed = {each["Id"]: each["State"] for each in organizations.list_accounts()["Accounts"]}
    assert listed[account] == "SUSPENDED"


def test_a_closed_account_cannot_be_entered(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """Nobody assumes a role in an account from the moment in which it is being closed."""
    account = new_account("one")
    sandbox.client("organizations").close_account(AccountId=account)
    enter = {"RoleArn": f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", "RoleSessionName": "test"}
    assert refused(sandbox.client("sts").assume_role, **enter) == "AccessDenied"


@pytest.mark.usefixtures("scp_enabled")
def test_a_suspended_account_can_be_moved(sandbox: Embedded, root_id: str, new_account: NewAccount) -> None:
    """A suspended account is moved to an OU of its own, and policies are attached to it, as platform teams do.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Suspended")["OrganizationalUnit"]["Id"]
    deny = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
    made = organizations.create_policy(Name="deny", Description="", Type="SERVICE_CONTROL_POLICY", Content=deny)
    organizations.close_account(AccountId=account)
    organizations.list_accounts()
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=unit)
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=account)
    listed = organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
    assert [(each["Id"], each["State"]) for each in listed] == [(account, "SUSPENDED")]


def test_so_many_in_thirty_days(
    sandbox: Embedded, new_account: NewAccount, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More closings than the quota (250, or 20 % of the members) are refused, and the management account at any time."""
    monkeypatch.setattr(account_closing, "QUOTA_AT_LEAST", 1)
    organizations, accounts = sandbox.client("organizations"), [new_account("one"), new_account("two")]
    organizations.close_account(AccountId=accounts[0])
    code = refused(organizations.close_account, AccountId=accounts[1])
    assert code == "ConstraintViolationException:CLOSE_ACCOUNT_QUOTA_EXCEEDED"
    code = refused(organizations.close_account, AccountId=MANAGEMENT_ACCOUNT_ID)
    assert code == "ConstraintViolationException:CANNOT_CLOSE_MANAGEMENT_ACCOUNT"


def test_three_at_a_time(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A fourth closing under way is refused, and taken once the others have come to an end.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    organizations, accounts = sandbox.client("organizations"), [new_account(f"a{number}") for number in range(4)]
    for account in accounts[:3]:
        organizations.close_account(AccountId=account)
    code = refused(organizations.close_account, AccountId=accounts[3])
    assert code == "ConstraintViolationException:CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"
    organizations.list_accounts()
    organizations.close_account(AccountId=accounts[3])


def test_closing_needs_all_features(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """An organization without all features closes no account."""
    sandbox.reset("consolidated-billing")
    code = refused(sandbox.client("organizations").close_account, AccountId=new_account("one"))
    assert code == "ConstraintViolationException:ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
