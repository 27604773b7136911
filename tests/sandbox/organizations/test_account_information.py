"""Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutAccountName.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_a_member_is_renamed(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """The management account renames members once Account Management is trusted, and Organizations shows the new name."""
    organizations, one = sandbox.client("organizations"), new_account("one")
    account = sandbox.client("account")
    assert refused(account.put_account_name, AccountId=one, AccountName="Shop") == "AccessDeniedException"
    organizations.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    account.put_account_name(AccountId=one, AccountName="Shop")
    assert organizations.describe_account(AccountId=one)["Account"]["Name"] == "Shop"
    told = account.get_account_information(AccountId=one)
    assert (told["AccountName"], told["AccountState"]) == ("Shop", "ACTIVE")
    assert refused(account.put_account_name, AccountId=one, AccountName="<Shop>") == "ValidationException"


def test_an_account_names_itself(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A member renames itself without naming its id, and nobody else."""
    one, two = new_account("one"), new_account("two")
    member = sandbox.client("account", account=one)
    member.put_account_name(AccountName="Mine")
    assert member.get_account_information()["AccountName"] == "Mine"
    assert refused(member.put_account_name, AccountId=two, AccountName="Yours") == "AccessDeniedException"


def test_addresses_are_told_to_who_manages(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """The management account learns a member's e-mail address, and its own not this way.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_GetPrimaryEmail.html
    """
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    account = sandbox.client("account")
    assert account.get_primary_email(AccountId=new_account("one"))["PrimaryEmail"] == "one@example.com"
    assert refused(account.get_primary_email, AccountId=MANAGEMENT_ACCOUNT_ID) == "AccessDeniedException"
