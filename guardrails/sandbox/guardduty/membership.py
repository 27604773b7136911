"""Who administers GuardDuty for whom, per region. Nothing here calls AWS operations; it is the record that they share."""

from dataclasses import dataclass, field
from typing import Final

from guardrails.sandbox.organizations.service_administration import Administrations, RememberingAdministration

PRINCIPAL: Final = "guardduty.amazonaws.com"


@dataclass
class FeatureSetting:
    """For whom a protection plan is switched on automatically: ALL, NEW or NONE; the same for each additional configuration."""

    auto_enable: str
    additional: dict[str, str] = field(default_factory=dict)


@dataclass
class RegionalAdministration(RememberingAdministration):
    """A region's organization configuration, its members, and those that were let go."""

    auto_enable: str = "NONE"
    features: dict[str, FeatureSetting] = field(default_factory=dict)


REGIONS: Final[Administrations[RegionalAdministration]] = Administrations(PRINCIPAL, RegionalAdministration)
