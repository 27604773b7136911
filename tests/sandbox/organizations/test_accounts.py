"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_accounts_show_their_state_and_their_place(sandbox: Embedded, root_id: str, new_account: NewAccount) -> None:
    """ListAccounts has State next to Status, and the account's path through the OU that it was moved to, as AWS's pattern has it.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=unit)
    shown = {each["Id"]: each for each in organizations.list_accounts()["Accounts"]}[account]
    organization = organizations.describe_organization()["Organization"]["Id"]
    assert (shown["State"], shown["Status"]) == ("ACTIVE", "ACTIVE")
    assert shown["Paths"] == [f"{organization}/{root_id}/{unit}/{account}/"]


def test_a_move_starts_where_the_account_is(
    sandbox: Embedded, root_id: str, new_account: NewAccount, refused: Refused
) -> None:
    """A wrong source, an unknown parent and a move to where the account is are refused, each with its own code.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    made = [organizations.create_organizational_unit(ParentId=root_id, Name=name) for name in ("A", "B")]
    first, second = (each["OrganizationalUnit"]["Id"] for each in made)

    def move(source: str, destination: str) -> str:
        arguments = {"AccountId": account, "SourceParentId": source, "DestinationParentId": destination}
        return refused(organizations.move_account, **arguments)

    assert move(first, second) == "AccountNotFoundException"
    assert move("ou-none-00000000", second) == "SourceParentNotFoundException"
    assert move(root_id, "ou-none-00000000") == "DestinationParentNotFoundException"
    assert move(root_id, root_id) == "DuplicateAccountException"


def test_members_do_not_see_each_other(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """An ordinary member may neither list the accounts nor make OUs."""
    member = sandbox.client("organizations", account=new_account("one"))
    assert refused(member.list_accounts) == "AccessDeniedException"
    assert refused(member.create_organizational_unit, ParentId="r-1234", Name="x") == "AccessDeniedException"


def test_accounts_come_in_pages_of_twenty(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """Twenty-five accounts take two pages, a paginator finds every one once, and a larger page cannot be asked for."""
    made = {new_account(f"a{number}") for number in range(24)} | {MANAGEMENT_ACCOUNT_ID}
    pages = list(sandbox.client("organizations").get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 5]
    assert {account["Id"] for page in pages for account in page["Accounts"]} == made
    code = refused(sandbox.client("organizations").list_accounts, MaxResults=21)
    assert code == "InvalidInputException:MAX_VALUE_EXCEEDED"
