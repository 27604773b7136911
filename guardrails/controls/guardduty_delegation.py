"""GuardDuty in every account and governed region, run by the security account."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, wrong
from guardrails.controls import Control
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.guardduty_administrator import GuardDutyAdministrator
from guardrails.resources.guardduty_organization_configuration import GuardDutyOrganizationConfiguration
from guardrails.resources.trusted_access import TrustedAccess

PRINCIPALS: Final = ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com")
Coverage = Literal["ALL", "NEW", "NONE"]
ADDITIONAL: Final = {
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
}
Feature = Literal[
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
]
EVERYTHING: Final[dict[Feature, Coverage]] = {
    "S3_DATA_EVENTS": "ALL",
    "EKS_AUDIT_LOGS": "ALL",
    "EBS_MALWARE_PROTECTION": "ALL",
    "RDS_LOGIN_EVENTS": "ALL",
    "LAMBDA_NETWORK_LOGS": "ALL",
    "RUNTIME_MONITORING": "ALL",
}


class GuardDutyDelegation(Settings):
    """For whom GuardDuty and its protection plans are switched on, and how often findings are published."""

    auto_enable: Coverage = Field("ALL", description="ALL accounts, only NEW ones, or NONE.")
    features: dict[Feature, Coverage] = Field(
        EVERYTHING, description="Protection plans; one that is not named here is NONE. Each is paid for by use."
    )
    manage_agents: bool = Field(True, description="Let GuardDuty install its agents where RUNTIME_MONITORING is on.")
    finding_publishing_frequency: Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"] = Field(
        "FIFTEEN_MINUTES", description="How soon repeated findings reach EventBridge."
    )

    @model_validator(mode="after")
    def _reaches_somebody(self) -> "GuardDutyDelegation":
        if self.auto_enable == "NONE" and any(coverage != "NONE" for coverage in self.features.values()):
            raise wrong("protection plans need GuardDuty itself", "set auto_enable to ALL or NEW")
        return self


def resources(organization: Organization, library: Library, settings: GuardDutyDelegation) -> Iterator[Resource]:
    """Trusted access, then in each governed region the administrator and what it switches on; the first region first."""
    administrator = account_address(organization.security_account)
    yield from (TrustedAccess(name=principal) for principal in PRINCIPALS)
    trusted = frozenset(map(trusted_access_address, PRINCIPALS))
    features = _features(settings)
    first = GuardDutyAdministrator(
        name="GuardDuty", region=organization.home_region, administrator=administrator, depends_on=trusted
    )
    for region in organization.governed_regions:
        designation = first
        if region != organization.home_region:
            after = trusted | {first.address}
            designation = GuardDutyAdministrator(
                name="GuardDuty", region=region, administrator=administrator, depends_on=after
            )
        yield designation
        yield GuardDutyOrganizationConfiguration(
            name="GuardDuty",
            account=organization.security_account,
            region=region,
            auto_enable=settings.auto_enable,
            features=features,
            own_features={name: "DISABLED" if coverage == "NONE" else "ENABLED" for name, coverage in features.items()},
            finding_publishing_frequency=settings.finding_publishing_frequency,
            depends_on=frozenset({designation.address, administrator}),
        )


def _features(settings: GuardDutyDelegation) -> dict[str, str]:
    """Every protection plan with its coverage; additional configurations as "FEATURE/ADDITIONAL"."""
    features: dict[str, str] = {}
    for name in EVERYTHING:
        coverage = settings.features.get(name, "NONE")
        features[name] = coverage
        agents = coverage if settings.manage_agents else "NONE"
        features.update({f"{name}/{additional}": agents for additional in ADDITIONAL.get(name, ())})
    return features


CONTROL = Control(
    id="guardduty-delegation",
    title="GuardDuty watches every account in every governed region, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html",
    settings=GuardDutyDelegation,
    resources=resources,
)
