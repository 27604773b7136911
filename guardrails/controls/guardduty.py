"""GuardDuty in every account and governed region, run by the security account."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, wrong
from guardrails.controls import Control
from guardrails.engine.resource import Address, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.guardduty_administrator import GuardDutyAdministrator
from guardrails.resources.guardduty_organization_configuration import GuardDutyOrganizationConfiguration
from guardrails.resources.trusted_access import TrustedAccess

NAME: Final = "GuardDuty"
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


class GuardDuty(Settings):
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
    def _reaches_somebody(self) -> "GuardDuty":
        if self.auto_enable == "NONE" and any(coverage != "NONE" for coverage in self.features.values()):
            raise wrong("protection plans need GuardDuty itself", "set auto_enable to ALL or NEW")
        return self


def resources(organization: Organization, library: Library, settings: GuardDuty) -> Iterator[Resource]:
    """Trusted access, then in each governed region the administrator and what it switches on.

    The home region comes first, the others side by side after it: the first designation makes the delegation in AWS
    Organizations, and designations that make it at once get into each other's way.
    """
    administrator = account_address(organization.security_account)
    yield from (TrustedAccess(name=principal) for principal in PRINCIPALS)
    first = _designation(organization, organization.home_region, settings, ())
    if organization.security_account != organization.management_account:
        yield DelegatedAdministrator(
            name=PRINCIPALS[0], administrator=administrator, depends_on=frozenset({first.address})
        )
    yield first
    yield _configuration(organization, organization.home_region, settings)
    for region in organization.governed_regions:
        if region != organization.home_region:
            yield _designation(organization, region, settings, (first.address,))
            yield _configuration(organization, region, settings)


def _designation(
    organization: Organization, region: str, settings: GuardDuty, after: tuple[Address, ...]
) -> GuardDutyAdministrator:
    return GuardDutyAdministrator(
        name=NAME,
        region=region,
        administrator=account_address(organization.security_account),
        management_detector="ENABLED" if settings.auto_enable == "ALL" else None,
        depends_on=frozenset({*map(trusted_access_address, PRINCIPALS), *after}),
    )


def _configuration(organization: Organization, region: str, settings: GuardDuty) -> GuardDutyOrganizationConfiguration:
    security, features = organization.security_account, _features(settings)
    designation = Address(GuardDutyAdministrator.TYPE, NAME, region=region)
    return GuardDutyOrganizationConfiguration(
        name=NAME,
        account="" if security == organization.management_account else security,
        region=region,
        auto_enable=settings.auto_enable,
        features=features,
        own_features={name: "DISABLED" if coverage == "NONE" else "ENABLED" for name, coverage in features.items()},
        finding_publishing_frequency=settings.finding_publishing_frequency,
        depends_on=frozenset({designation, account_address(security)}),
    )


def _features(settings: GuardDuty) -> dict[str, str]:
    """Every protection plan with its coverage; additional configurations as "FEATURE/ADDITIONAL"."""
    features: dict[str, str] = {}
    for name in EVERYTHING:
        coverage = settings.features.get(name, "NONE")
        features[name] = coverage
        agents = coverage if settings.manage_agents else "NONE"
        features.update({f"{name}/{additional}": agents for additional in ADDITIONAL.get(name, ())})
    return features


CONTROL = Control(
    id="guardduty",
    title="GuardDuty watches every account in every governed region, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html",
    settings=GuardDuty,
    resources=resources,
)
