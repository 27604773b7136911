"""Who administers GuardDuty for whom, per region. Nothing here calls AWS operations; it is the record that they share."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.refusals import Refusal


@dataclass
class FeatureSetting:
    """For whom a protection plan is switched on automatically: ALL, NEW or NONE; the same for each additional configuration."""

    auto_enable: str
    additional: dict[str, str] = field(default_factory=dict)


@dataclass
class RegionalAdministration:
    """The delegated administrator of a region, its organization configuration, and its members (account id -> since when)."""

    administrator_id: str
    auto_enable: str = "NONE"
    features: dict[str, FeatureSetting] = field(default_factory=dict)
    members: dict[str, datetime] = field(default_factory=dict)

    def join(self, account_id: str) -> None:
        """Note a member; one that is already there keeps its date."""
        self.members.setdefault(account_id, datetime.now(UTC))


_REGIONS: Final[dict[str, RegionalAdministration]] = lifecycle.forgotten_on_reset({})


def administration(region: str) -> RegionalAdministration | None:
    """The administration of a region, or None when no administrator is designated there."""
    return _REGIONS.get(region)


def administrations() -> dict[str, RegionalAdministration]:
    """Every region's administration."""
    return dict(_REGIONS)


def designate(region: str, account_id: str) -> None:
    """Note a region's delegated administrator."""
    _REGIONS[region] = RegionalAdministration(account_id)


def dismiss(region: str) -> None:
    """Forget a region's delegated administrator; its members are nobody's from then on."""
    _REGIONS.pop(region, None)


def administrator_of(account_id: str, region: str) -> str | None:
    """The administrator of a member account in a region, or None when the account is nobody's member there."""
    found = _REGIONS.get(region)
    return found.administrator_id if found and account_id in found.members else None


def members_of(account_id: str, region: str) -> dict[str, datetime]:
    """The members of an administrator in a region; empty for an account that is none."""
    found = _REGIONS.get(region)
    return found.members if found and found.administrator_id == account_id else {}


def bad_request(message: str) -> Refusal:
    """GuardDuty's one client error."""
    return Refusal("BadRequestException", message, Type="InvalidInputException")
