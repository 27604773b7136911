"""Source: https://docs.aws.amazon.com/macie/latest/APIReference/macie.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_macie_is_on_per_account_and_region(sandbox: Embedded, refused: Refused) -> None:
    """Macie that is off denies access; enabling it twice is a conflict; it can be paused and switched off."""
    macie = sandbox.client("macie2")
    assert refused(macie.get_macie_session) == "AccessDeniedException"
    macie.enable_macie(findingPublishingFrequency="ONE_HOUR")
    assert refused(macie.enable_macie) == "ConflictException"
    macie.update_macie_session(status="PAUSED")
    shown = macie.get_macie_session()
    assert (shown["status"], shown["findingPublishingFrequency"]) == ("PAUSED", "ONE_HOUR")
    assert refused(sandbox.client("macie2", "us-east-1").get_macie_session) == "AccessDeniedException"
    macie.disable_macie()
    assert refused(macie.get_macie_session) == "AccessDeniedException"


def test_members_are_their_administrators_business(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, take_in: Callable[[str], Any], refused: Refused
) -> None:
    """A member can neither pause nor switch off Macie nor leave, and an administrator with members cannot switch it off.

    Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-relationships.html
    """
    account = new_account("one")
    take_in(account)
    member = sandbox.client("macie2", account=account)
    assert refused(member.update_macie_session, status="PAUSED") == "ConflictException"
    assert refused(member.disable_macie) == refused(administrator.disable_macie) == "ConflictException"
    assert refused(member.disassociate_from_administrator_account) == "AccessDeniedException"
    administrator.disassociate_member(id=account)
    member.disable_macie()


@pytest.mark.not_kept
def test_invitations_are_refused(sandbox: Embedded, refused: Refused) -> None:
    """Membership by invitation is refused plainly: accounts of the organization need none."""
    macie = sandbox.client("macie2")
    macie.enable_macie()
    assert refused(macie.create_invitations, accountIds=["222222222222"]) == "NotImplemented"
