"""Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_AssociateMember.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_members_are_associated_listed_and_let_go(
    new_account: NewAccount, administrator: Any, refused: Refused
) -> None:
    """Accounts of the organization become members; one let go is shown only when all are asked for; strangers are refused."""
    accounts = [new_account(f"member{number}") for number in range(3)]
    for account in accounts:
        administrator.associate_member(accountId=account)
    assert refused(administrator.associate_member, accountId="999999999999") == "AccessDeniedException"
    assert refused(administrator.get_member, accountId="999999999999") == "ResourceNotFoundException"
    pages = list(administrator.get_paginator("list_members").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["members"]) for page in pages] == [2, 1]
    administrator.disassociate_member(accountId=accounts[0])
    assert [each["accountId"] for each in administrator.list_members()["members"]] == accounts[1:]
    everybody = administrator.list_members(onlyAssociated=False)["members"]
    assert everybody[-1]["relationshipStatus"] == "REMOVED"


def test_only_the_administrator_has_members(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, refused: Refused
) -> None:
    """Neither the management account nor a member associates or lists members."""
    account = new_account("one")
    for client in (sandbox.client("inspector2"), sandbox.client("inspector2", account=account)):
        assert refused(client.associate_member, accountId=account) == "AccessDeniedException"
        assert refused(client.list_members) == "AccessDeniedException"
