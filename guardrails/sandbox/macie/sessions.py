"""Where Macie is on, per account and region, and who administers it for whom. Only the record.

Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-notes.html
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from guardrails.sandbox.macie.refusals import NOT_ENABLED, access_denied
from guardrails.sandbox.organizations.service_administration import Administrations, RememberingAdministration
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call

PRINCIPAL: Final = "macie.amazonaws.com"


@dataclass
class Session:
    """Macie as one account has it in one region; `discovery` is its automated sensitive data discovery."""

    frequency: str = "FIFTEEN_MINUTES"
    status: str = "ENABLED"
    discovery: str = "DISABLED"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class MacieAdministration(RememberingAdministration):
    """A region's administrator, whether new accounts get Macie, its members with their tags, and those that it let go.

    `discovery` is automated discovery of the organization; `discovery_for` says for whom it comes on by itself: ALL, NEW or NONE.
    """

    auto_enable: bool = False
    discovery: str = "DISABLED"
    discovery_for: str = "NONE"
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


REGIONS: Final[Administrations[MacieAdministration]] = Administrations(PRINCIPAL, MacieAdministration)
_SESSIONS: Final[dict[tuple[str, str], Session]] = lifecycle.forgotten_on_reset({})


def find(account_id: str, region: str) -> Session | None:
    """Macie of an account in a region, or None where it is off."""
    return _SESSIONS.get((account_id, region))


def switch_on(account_id: str, region: str) -> Session:
    """Macie of an account in a region, switched on when it was off."""
    return _SESSIONS.setdefault((account_id, region), Session())


def switch_off(account_id: str, region: str) -> None:
    """Take Macie away with its settings."""
    _SESSIONS.pop((account_id, region), None)


def require(call: Call) -> Session:
    """The caller's Macie in the region.

    Raises:
        Refusal: AccessDeniedException, it is off.
    """
    found = find(call.account_id, call.region)
    if found is None:
        raise access_denied(NOT_ENABLED)
    return found


def require_administrator(call: Call) -> MacieAdministration:
    """The administration of the region, whose administrator the caller is.

    Raises:
        Refusal: AccessDeniedException.
    """
    require(call)
    found = REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        raise access_denied(
            "The request is denied because the account is not the delegated Macie administrator account."
        )
    return found
