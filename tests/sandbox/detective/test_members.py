"""Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_CreateMembers.html"""

from collections.abc import Callable
from typing import Any

NewAccount = Callable[..., str]


def test_members_are_taken_in_shown_and_taken_out(new_account: NewAccount, administrator: Any, graph: str) -> None:
    """Accounts of the organization are members at once, without invitation; others come back unprocessed; the list is paged."""
    accounts = [new_account(f"member{number}") for number in range(3)]
    asked = [{"AccountId": each, "EmailAddress": "x@example.com"} for each in (*accounts, "999999999999")]
    answer = administrator.create_members(GraphArn=graph, Accounts=asked)
    assert [(each["Status"], each["InvitationType"]) for each in answer["Members"]] == [("ENABLED", "ORGANIZATION")] * 3
    assert [each["AccountId"] for each in answer["UnprocessedAccounts"]] == ["999999999999"]
    first = administrator.list_members(GraphArn=graph, MaxResults=2)
    second = administrator.list_members(GraphArn=graph, NextToken=first["NextToken"])
    assert [len(each["MemberDetails"]) for each in (first, second)] == [2, 1]
    removed = administrator.delete_members(GraphArn=graph, AccountIds=[accounts[0], "999999999999"])
    assert (removed["AccountIds"], len(removed["UnprocessedAccounts"])) == ([accounts[0]], 1)
    shown = administrator.get_members(GraphArn=graph, AccountIds=accounts)
    assert [each["AccountId"] for each in shown["MemberDetails"]] == accounts[1:]
