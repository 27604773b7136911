"""Who administers GuardDuty for whom, per region. Nothing here calls AWS operations; it is the record that they share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from guardrails.sandbox.organizations.service_administration import Administration, Administrations

PRINCIPAL: Final = "guardduty.amazonaws.com"


@dataclass
class FeatureSetting:
    """For whom a protection plan is switched on automatically: ALL, NEW or NONE; the same for each additional configuration."""

    auto_enable: str
    additional: dict[str, str] = field(default_factory=dict)


@dataclass
class RegionalAdministration(Administration):
    """A region's organization configuration, and its members; `removed` are those that were let go, until they are deleted."""

    auto_enable: str = "NONE"
    features: dict[str, FeatureSetting] = field(default_factory=dict)
    removed: dict[str, datetime] = field(default_factory=dict)

    def join(self, account_id: str) -> None:
        """Note a member; one that is already there keeps its date."""
        self.removed.pop(account_id, None)
        super().join(account_id)

    def let_go(self, account_id: str) -> bool:
        """Make a member a member no more; False when it was none."""
        since = self.members.pop(account_id, None)
        if since is not None:
            self.removed[account_id] = since
        return since is not None


REGIONS: Final[Administrations[RegionalAdministration]] = Administrations(PRINCIPAL, RegionalAdministration)
