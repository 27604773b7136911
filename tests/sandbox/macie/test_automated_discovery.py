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
