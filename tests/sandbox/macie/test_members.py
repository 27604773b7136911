"""Source: https://docs.aws.amazon.com/macie/latest/APIReference/members.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
TakeIn = Callable[[str], Any]


def test_existing_accounts_are_taken_in(
    sandbox: Embedded, new_account: NewAccount, security: str, take_in: TakeIn, refused: Refused
) -> None:
    """CreateMember switches Macie on in the account; management must have enabled it itself; strangers are refused."""
    account = new_account("one")
    take_in(account)
    member = sandbox.client("macie2", account=account)
    assert member.get_macie_session()["status"] == "ENABLED"
    assert member.get_administrator_account()["administrator"]["accountId"] == security
    assert refused(take_in, account=account) == "ConflictException"
    assert refused(take_in, account="999999999999") == "ValidationException"
    assert refused(take_in, account=MANAGEMENT_ACCOUNT_ID) == "AccessDeniedException"
    sandbox.client("macie2").enable_macie()
    take_in(MANAGEMENT_ACCOUNT_ID)


def test_members_are_paused_let_go_and_forgotten(
    new_account: NewAccount, administrator: Any, take_in: TakeIn, refused: Refused
) -> None:
    """The administrator pauses a member, lets it go before it can delete it, and sees what state it is in."""
    account = new_account("one")
    take_in(account)
    administrator.update_member_session(id=account, status="PAUSED")
    assert administrator.get_member(id=account)["relationshipStatus"] == "Paused"
    assert refused(administrator.delete_member, id=account) == "ConflictException"
    administrator.disassociate_member(id=account)
    assert administrator.list_members()["members"] == []
    everybody = administrator.list_members(onlyAssociated="false")["members"]
    assert [each["relationshipStatus"] for each in everybody] == ["Removed"]
    administrator.delete_member(id=account)
    assert refused(administrator.get_member, id=account) == "ResourceNotFoundException"


def test_members_are_listed_in_pages(new_account: NewAccount, administrator: Any, take_in: TakeIn) -> None:
    """ListMembers gives twenty-five a page at most, with a token while there is more."""
    for number in range(3):
        take_in(new_account(f"member{number}"))
    pages = list(administrator.get_paginator("list_members").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["members"]) for page in pages] == [2, 1]
