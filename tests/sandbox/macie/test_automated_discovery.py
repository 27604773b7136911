"""Source: https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def discovery_of(sandbox: Embedded, account: str) -> str:
    shown = sandbox.client("macie2", account=account).get_automated_discovery_configuration()
    return str(shown["status"])


def test_the_administrators_discovery_is_its_members(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, take_in: Callable[[str], Any], refused: Refused
) -> None:
    """For ALL it comes on in members and in accounts taken in later; for NEW in later ones only; a member has no say."""
    first, second = new_account("first"), new_account("second")
    take_in(first)
    update = administrator.update_automated_discovery_configuration
    update(status="ENABLED", autoEnableOrganizationMembers="NEW")
    take_in(second)
    assert [discovery_of(sandbox, each) for each in (first, second)] == ["DISABLED", "ENABLED"]
    update(status="ENABLED")
    assert administrator.get_automated_discovery_configuration()["autoEnableOrganizationMembers"] == "ALL"
    assert discovery_of(sandbox, first) == "ENABLED"
    member = sandbox.client("macie2", account=first).update_automated_discovery_configuration
    assert refused(member, status="DISABLED") == "AccessDeniedException"
    update(status="DISABLED")
    assert [discovery_of(sandbox, each) for each in (first, second)] == ["DISABLED", "DISABLED"]


def test_single_accounts_are_switched(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, take_in: Callable[[str], Any], refused: Refused
) -> None:
    """While it is on, the administrator switches it off and on in single accounts and lists them; one that is suspended or no member fails.

    Source: https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-accounts.html
    """
    first, second, switch = (
        new_account("first"),
        new_account("second"),
        administrator.batch_update_automated_discovery_accounts,
    )
    take_in(first)
    off = [{"accountId": first, "status": "DISABLED"}]
    assert refused(switch, accounts=off) == "ConflictException"
    administrator.update_automated_discovery_configuration(status="ENABLED")
    assert switch(accounts=off)["errors"] == []
    pages = administrator.get_paginator("list_automated_discovery_accounts").paginate(PaginationConfig={"PageSize": 1})
    assert [each["status"] for page in pages for each in page["items"]] == ["ENABLED", "DISABLED"]
    named = administrator.list_automated_discovery_accounts(accountIds=[first])["items"]
    assert named == [{"accountId": first, "status": "DISABLED"}]
    assert administrator.get_automated_discovery_configuration()["status"] == "ENABLED"
    administrator.update_member_session(id=first, status="PAUSED")
    failing = [{"accountId": each, "status": "ENABLED"} for each in (first, second)]
    codes = [each["errorCode"] for each in switch(accounts=failing)["errors"]]
    assert codes == ["ACCOUNT_PAUSED", "ACCOUNT_NOT_FOUND"]
    member = sandbox.client("macie2", account=first)
    assert refused(member.list_automated_discovery_accounts) == "AccessDeniedException"
