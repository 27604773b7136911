"""GuardDuty in every account and governed region, run by the security account."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field, model_validator

from guardrails.config.vocabulary import GovernedRegion, Settings, place, wrong
from guardrails.controls import Control
from guardrails.deployment import place_of
from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.guardduty import policies
from guardrails.guardduty.protection_plans import ADDITIONAL, FEATURES, Additional, Feature
from guardrails.iam.document import minified
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import landing_bucket, landing_key
from guardrails.resources import ROOT_ADDRESS, account_address, policy_type_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.guardduty_administrator import GuardDutyAdministrator
from guardrails.resources.guardduty_organization_configuration import GuardDutyOrganizationConfiguration
from guardrails.resources.guardduty_publishing_destination import GuardDutyPublishingDestination
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import DISABLED, PolicyType
from guardrails.resources.trusted_access import TrustedAccess

NAME: Final = "GuardDuty"
PRINCIPALS: Final = ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com")
POLICY_TYPE: Final = "GUARDDUTY_POLICY"
Method = Literal["delegated-administrator", "organization-policy"]
Coverage = Literal["ALL", "NEW", "NONE"]
EVERYTHING: Final[dict[Feature, Coverage]] = {
    "S3_DATA_EVENTS": "ALL",
    "EKS_AUDIT_LOGS": "ALL",
    "EBS_MALWARE_PROTECTION": "ALL",
    "RDS_LOGIN_EVENTS": "ALL",
    "LAMBDA_NETWORK_LOGS": "ALL",
    "RUNTIME_MONITORING": "ALL",
    "AI_PROTECTION": "ALL",
}


class GuardDuty(Settings):
    """For whom GuardDuty and its protection plans are switched on, how, and where findings go."""

    method: Method = Field(
        "delegated-administrator",
        description=(
            "What switches GuardDuty on in the accounts: the administrator's organization configuration, region by region, or one "
            "organization policy on the root, which members cannot change. After a change back from the policy, `apply --deep` "
            "switches on at once what it had left off."
        ),
    )
    auto_enable: Coverage = Field(
        "ALL",
        description="ALL accounts, only NEW ones, or NONE: whose GuardDuty is on already keeps it, and pays for it.",
    )
    features: dict[Feature, Coverage] = Field(
        EVERYTHING,
        description=(
            "Protection plans; one that is not named here is NONE: off in the security account, left as it is in members that have "
            "it, not switched on in any other. Each is paid for by use."
        ),
    )
    additional_configuration: dict[Additional, bool] = Field(
        {},
        description=(
            "What RUNTIME_MONITORING (an agent that GuardDuty installs and updates, per kind of machine) and RDS_LOGIN_EVENTS do "
            "besides: on wherever the plan is on, unless it is false here."
        ),
    )
    unavailable_features: dict[GovernedRegion, tuple[Feature | Additional, ...]] = Field(
        {}, description="What AWS does not offer in a governed region (it refuses the whole request), region by region."
    )
    finding_publishing_frequency: Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"] = Field(
        "FIFTEEN_MINUTES", description="How soon repeated findings reach EventBridge and the archive."
    )
    export_findings: bool = Field(
        default=True, description="Keep the findings of all accounts in the log archive, encrypted, where there is one."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "GuardDuty":
        wanted = {name for name, coverage in self.features.items() if coverage != "NONE"}
        if self.auto_enable == "NONE" and wanted:
            raise wrong("protection plans need GuardDuty itself", "set auto_enable to ALL or NEW, or features to {}")
        if {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"} <= wanted:
            raise wrong("RUNTIME_MONITORING contains EKS_RUNTIME_MONITORING, and AWS takes one of them", "name one")
        if self.method == "organization-policy":
            self._is_for_a_policy(wanted)
        return self

    def _is_for_a_policy(self, wanted: set[Feature]) -> None:
        if "auto_enable" in self.model_fields_set:
            raise wrong("an organization policy takes the place of auto_enable", "leave auto_enable out, or the method")
        if "NEW" in self.features.values():
            raise wrong("an organization policy knows no NEW accounts, only ALL", "say ALL, or use the other method")
        if "EKS_RUNTIME_MONITORING" in wanted:
            raise wrong("an organization policy knows no EKS_RUNTIME_MONITORING", "use RUNTIME_MONITORING")


def resources(organization: Organization, library: Library, settings: GuardDuty) -> Iterator[Resource | Caveat]:
    """Trusted access, then in each governed region the administrator, what it switches on, and where its findings go.

    The home region comes first, the others side by side after it: the first designation makes the delegation in AWS
    Organizations, and designations that make it at once get into each other's way.
    """
    yield from (TrustedAccess(name=principal) for principal in PRINCIPALS)
    home = Address(GuardDutyAdministrator.TYPE, NAME, region=organization.home_region)
    if organization.security_account != organization.management_account:
        administrator = account_address(organization.security_account)
        yield DelegatedAdministrator(name=PRINCIPALS[0], administrator=administrator, depends_on=frozenset({home}))
    for region in organization.governed_regions:
        designation = _designation(
            organization, region, settings, () if region == organization.home_region else (home,)
        )
        yield designation
        yield _configuration(organization, region, settings, designation.address)
        if settings.export_findings and _archived(organization):
            yield _destination(organization, region)
    if settings.method == "organization-policy":
        yield from _policy(organization, settings, home)
    else:  # an enabled policy type would overrule the organization configurations, attached policy or not
        yield PolicyType(name=POLICY_TYPE, status=DISABLED)


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


def _configuration(
    organization: Organization, region: str, settings: GuardDuty, designation: Address
) -> GuardDutyOrganizationConfiguration:
    by_policy = settings.method == "organization-policy"
    features = {} if by_policy else _features(settings, region)
    after = [designation, account_address(organization.security_account)]
    return GuardDutyOrganizationConfiguration(
        name=NAME,
        account=place_of(organization, organization.security_account),
        region=region,
        auto_enable=None if by_policy else settings.auto_enable,
        features=features,
        own_features={name: "DISABLED" if coverage == "NONE" else "ENABLED" for name, coverage in features.items()},
        finding_publishing_frequency=settings.finding_publishing_frequency,
        depends_on=frozenset(after if by_policy else [*after, policy_type_address(POLICY_TYPE)]),
    )


def _features(settings: GuardDuty, region: str) -> dict[str, str]:
    """Every protection plan of a region with its coverage; additional configurations as "FEATURE/ADDITIONAL"."""
    features: dict[str, str] = {}
    missing = settings.unavailable_features.get(region, ())
    legacy = settings.features.get("EKS_RUNTIME_MONITORING", "NONE") != "NONE"
    left_out: Feature = "RUNTIME_MONITORING" if legacy else "EKS_RUNTIME_MONITORING"
    for name in FEATURES:
        if name in (left_out, *missing):
            continue
        coverage = settings.features.get(name, "NONE")
        features[name] = coverage
        for additional in ADDITIONAL.get(name, ()):
            if additional not in missing:
                on = settings.additional_configuration.get(additional, True)
                features[f"{name}/{additional}"] = coverage if on else "NONE"
    return features


def _archived(organization: Organization) -> bool:
    """Whether there is a log archive in which findings land."""
    archives = [declaration.settings for declaration in organization.controls if declaration.id == "log-archive"]
    return any(settings.landing.guardduty for settings in archives)


def _destination(organization: Organization, region: str) -> GuardDutyPublishingDestination:
    account = place_of(organization, organization.security_account)
    return GuardDutyPublishingDestination(
        name=NAME,
        account=account,
        region=region,
        destination=f"arn:aws:s3:::{landing_bucket(organization, 'guardduty', region)}",
        kms_key=landing_key(organization, region),
        bucket_owner=account_address(organization.log_archive_account),
        depends_on=frozenset({Address(GuardDutyOrganizationConfiguration.TYPE, NAME, account, region)}),
    )


def _policy(organization: Organization, settings: GuardDuty, designation: Address) -> Iterator[Resource | Caveat]:
    """The policy type, and one policy on the root that names each governed region; ungoverned ones are left alone."""
    content = policies.content({region: _features(settings, region) for region in organization.governed_regions})
    size, most = len(minified(content)), QUOTAS[POLICY_TYPE].max_characters
    if size > most:
        message = f"the GuardDuty policy has {size:,} characters for {len(organization.governed_regions)} regions, AWS takes {most:,}"
        raise ConfigError([Problem(*place(settings), message, "use the method delegated-administrator")])
    yield PolicyType(name=POLICY_TYPE)
    yield Policy(
        name=f"{organization.prefix}-guardduty",
        policy_type=POLICY_TYPE,
        content=content,
        description="GuardDuty and its protection plans in every account and governed region",
        targets=(ROOT_ADDRESS,),
        depends_on=frozenset({policy_type_address(POLICY_TYPE), designation}),
    )
    for name in policies.UNKNOWN:
        if settings.additional_configuration.get(name, True):
            yield Caveat(
                f"GuardDuty's organization policies cannot switch on {name}: where it is on or off, it stays so"
            )


CONTROL = Control(
    id="guardduty",
    title="GuardDuty watches every account in every governed region, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html",
    settings=GuardDuty,
    resources=resources,
    description=(
        "Makes the security account GuardDuty's administrator in every governed region and switches GuardDuty and its protection "
        "plans on for all accounts, tomorrow's too: by an organization configuration per region, or by one organization policy. "
        "`plan --deep` looks at every member's detector and names what is off; `apply --deep` switches just that on. Findings of "
        "all accounts can be exported to the log archive. A new governed region gets the same."
    ),
    makes=(
        "Trusted access and the delegated administrator of GuardDuty",
        "Guardrails::GuardDuty::OrganizationAdministrator in every governed region, and a detector of the management account there",
        "Guardrails::GuardDuty::OrganizationConfiguration in every governed region of the security account (AWS makes the detectors)",
        "AWS::GuardDuty::PublishingDestination in every governed region of the security account, with `export_findings`",
        "AWS::Organizations::Policy of type GUARDDUTY_POLICY on the root, with `method: organization-policy`",
    ),
    costs=(
        "GuardDuty bills analysed CloudTrail events, flow and DNS logs in each account and region",
        "Each protection plan bills what it analyses: S3 and EKS events, scanned volumes, database and function activity, vCPUs",
    ),
    stays=(
        "Administrator, detectors, protection plans, export of findings and trusted access stay as they are: dismissing an "
        "administrator is a person's decision. A GuardDuty policy is detached and deleted, and its policy type stays enabled."
    ),
    frameworks={
        "NIST SP 800-53 Rev. 5": ("CA-7", "RA-5", "SI-3", "SI-4"),
        "PCI DSS 4.0.1": ("10.4.1.1", "11.5.1"),
        "ISO/IEC 27001:2022": ("A.5.7", "A.8.7", "A.8.16"),
        "AWS Well-Architected": ("SEC04-BP02", "SEC04-BP03"),
    },
    sources=(
        "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html",
        "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-organization-policies.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_guardduty_syntax.html",
    ),
)
