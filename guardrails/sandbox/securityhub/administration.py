"""Who administers Security Hub for whom, per region; and central configuration, which spans regions. Only the record.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from guardrails.sandbox.organizations import delegated_administrators
from guardrails.sandbox.organizations.service_administration import Administration, Administrations
from guardrails.sandbox.securityhub import hubs
from guardrails.sandbox.securityhub.refusals import access_denied, invalid_access, not_administrator, not_subscribed
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call

PRINCIPAL: Final = "securityhub.amazonaws.com"
SELF_MANAGED: Final = "SELF_MANAGED_SECURITY_HUB"
CENTRALLY_MANAGED: Final = (
    "This account is currently associated with a central configuration policy, "
    "so only the administrator can access this operation."
)


@dataclass
class SecurityHubAdministration(Administration):
    """A region's administrator, what it switches on for accounts that join, and its members."""

    auto_enable: bool = False
    auto_enable_standards: str = "DEFAULT"


@dataclass
class ConfigurationPolicy:
    """A configuration policy: whether Security Hub is on, which standards, which controls."""

    id: str
    arn: str
    name: str
    description: str
    policy: Mapping[str, Any]
    tags: dict[str, str]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Association:
    """What was said of a target directly: a policy's id, or that it manages itself."""

    policy_id: str
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class CentralConfiguration:
    """Central configuration: its home Region, its policies by id, and what was associated directly with which target.

    `pending` until somebody has looked at the organization's configuration; `unseen` are the targets whose association
    nobody has looked at since it changed; `failed` tells for whom it failed, and why.
    """

    administrator_id: str
    home_region: str
    pending: bool = True
    policies: dict[str, ConfigurationPolicy] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    policy_of: dict[str, str] = field(default_factory=dict)


REGIONS: Final[Administrations[SecurityHubAdministration]] = Administrations(PRINCIPAL, SecurityHubAdministration)
_CENTRAL: Final[dict[str, CentralConfiguration]] = lifecycle.forgotten_on_reset({})


def central() -> CentralConfiguration | None:
    """The organization's central configuration, or None when it is configured locally."""
    return _CENTRAL.get(PRINCIPAL)


def start_central(administrator_id: str, home_region: str) -> CentralConfiguration:
    """Begin central configuration, with no policy yet: every account manages itself."""
    found = _CENTRAL.setdefault(PRINCIPAL, CentralConfiguration(administrator_id, home_region))
    for region in REGIONS.regions.values():
        region.auto_enable, region.auto_enable_standards = False, "NONE"
    return found


def stop_central() -> None:
    """End central configuration: policies and associations are gone, accounts keep what they have."""
    _CENTRAL.clear()


def require_own(call: Call) -> hubs.Hub:
    """The caller's hub, which its own account may change.

    Raises:
        Refusal: Security Hub is off, or the account is configured centrally.
    """
    require_self_managed(call)
    return require_hub(call)


def require_hub(call: Call) -> hubs.Hub:
    """The caller's hub in the region.

    Raises:
        Refusal: InvalidAccessException, Security Hub is off.
    """
    found = hubs.find(call.account_id, call.region)
    if found is None:
        raise not_subscribed(call)
    return found


def require_self_managed(call: Call) -> None:
    """Let an account pass that no configuration policy binds.

    Raises:
        Refusal: AccessDeniedException.
    """
    found = central()
    if found and found.policy_of.get(call.account_id, SELF_MANAGED) != SELF_MANAGED:
        raise access_denied(CENTRALLY_MANAGED)


def require_administrator(call: Call) -> SecurityHubAdministration:
    """The administration of the region, whose administrator the caller is.

    Raises:
        Refusal: InvalidAccessException.
    """
    require_hub(call)
    found = REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        raise not_administrator(call)
    return found


def require_central(call: Call) -> CentralConfiguration:
    """Central configuration, which the caller administers from its home Region.

    Raises:
        Refusal: AccessDeniedException: another account, another region, or local configuration.
    """
    if REGIONS.administered_by(call.account_id, call.region) is None:
        raise access_denied("Must be a Security Hub delegated administrator with Central Configuration enabled")
    found = central()
    if found is None:
        raise access_denied("Must be a Security Hub delegated administrator with Central Configuration enabled")
    if found.home_region != call.region:
        raise invalid_access(f"This operation can be used in the home Region {found.home_region} only.")
    return found


def _deregistered(account_id: str) -> None:
    found = central()
    if found and found.administrator_id == account_id:
        stop_central()


delegated_administrators.on_deregistered(PRINCIPAL, _deregistered)
