"""AWS Config in every account and governed region: delivered to the log archive, ruled and looked at from the security account."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from guardrails.config.vocabulary import AccountName, GovernedRegion, Settings, Shaped, TargetsSettings, place, wrong
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_one_account, in_selected_accounts, place_of
from guardrails.engine.resource import Address, Caveat, Ref, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import config_recorder_name, landing_bucket, landing_stack
from guardrails.organization_rules import BASELINE, FEWER_RULES, GLOBAL_TYPES, WITHOUT_GLOBAL_TYPES
from guardrails.problems import nearest
from guardrails.resources import account_address, delegated_administrator_address
from guardrails.resources.configuration_aggregator import ALL_REGIONS, ConfigurationAggregator
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.organization_config_rule import OrganizationConfigRule
from guardrails.resources.organization_conformance_pack import OrganizationConformancePack, digest
from guardrails.resources.service_linked_role import ServiceLinkedRole
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.targets import accounts_in, regions_in

AGGREGATION: Final = "config.amazonaws.com"
DEPLOYMENT: Final = "config-multiaccountsetup.amazonaws.com"
NEVER_DAILY: Final = {
    f"AWS::Config::{name}" for name in ("ResourceCompliance", "ConformancePackCompliance", "ConfigurationRecorder")
}
Every = Literal["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"]
ResourceType = Annotated[str, Shaped("AWS::[A-Za-z0-9]+::[A-Za-z0-9:]+", "a resource type like AWS::EC2::Instance")]
Name = Annotated[str, Shaped("[A-Za-z][A-Za-z0-9-]{0,63}", "a name: up to 64 letters, digits and hyphens")]


def _text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float) else value


Value = Annotated[str, BeforeValidator(_text)]


class EverywhereBut(Settings):
    """Where a rule or a pack holds: with the recorders, but for some accounts, or in some regions only."""

    parameters: dict[str, Value] = Field(default={}, description="Its parameters, by name.")
    excluded_accounts: tuple[AccountName, ...] = Field(default=(), description="Accounts in which it does not hold.")
    regions: tuple[GovernedRegion, ...] = Field(
        default=(), description="Where it holds; in every region when left out."
    )


class OrganizationRule(EverywhereBut):
    """One managed rule of AWS Config in the whole organization."""

    identifier: Annotated[str, Shaped("[A-Z0-9_]*", "the identifier of a managed rule like REQUIRED_TAGS")] = Field(
        default="",
        description="Which managed rule; follows from its name when left out: required-tags is REQUIRED_TAGS.",
    )
    every: Every | None = Field(
        default=None, description="How often a rule by the clock runs; once a day when left out."
    )
    resource_types: tuple[ResourceType, ...] = Field(
        default=(), description="What it looks at; all it knows when left out."
    )


class ConformancePack(EverywhereBut):
    """One conformance pack of the content folder in the whole organization; its name is its file's."""


class Config(Settings):
    """What is recorded where and how often, and which rules look at it."""

    frequency: Literal["CONTINUOUS", "DAILY"] = Field("CONTINUOUS", description="When changes are recorded.")
    other_frequency_for: tuple[ResourceType, ...] = Field(
        (), description="Types recorded at the other frequency: daily instead of continuously, or the other way round."
    )
    excluded_types: tuple[ResourceType, ...] = Field((), description="Types that are not recorded.")
    included_types: tuple[ResourceType, ...] = Field((), description="The only types recorded; all when left out.")
    global_types_region: GovernedRegion | None = Field(
        None, description="Where IAM's users, groups, roles and policies are recorded; at home when left out."
    )
    snapshots: Every = Field("TwentyFour_Hours", description="How often a snapshot of everything is delivered.")
    aggregated_regions: Literal["all", "governed"] = Field(
        "all", description="Regions that the aggregator shows: AWS's, tomorrow's too, or the governed ones."
    )
    baseline_rules: bool = Field(True, description="Whether the baseline's rules hold; they are listed above.")
    left_out_rules: tuple[Name, ...] = Field((), description="Rules of the baseline that do not hold.")
    rules: dict[Name, OrganizationRule] = Field({}, description="Further rules; of the baseline's, other settings.")
    conformance_packs: dict[Name, ConformancePack] = Field(
        {}, description="Packs of templates/conformance_packs, by file name; each of their evaluations is paid for."
    )
    targets: TargetsSettings = Field(
        default_factory=Targets, description="Where it is recorded; everywhere when left out."
    )

    @model_validator(mode="after")
    def _records_as_aws_can(self) -> "Config":
        if self.excluded_types and self.included_types:
            raise wrong("excluded_types and included_types exclude each other", "keep one of them")
        if self.included_types and set(self.included_types) <= set(GLOBAL_TYPES):
            raise wrong("only global types are included, so most regions would record nothing", "include another type")
        if self.frequency == "CONTINUOUS" and (never := NEVER_DAILY.intersection(self.other_frequency_for)):
            raise wrong(f"{min(never)} cannot be recorded daily", "leave it out of other_frequency_for")
        if unknown := set(self.left_out_rules) - set(BASELINE):
            raise wrong(f"{min(unknown)!r} is no rule of the baseline", nearest(min(unknown), BASELINE))
        return self


def resources(organization: Organization, library: Library, settings: Config) -> Iterator[Resource | Caveat]:
    """Recorders, the delegation and the aggregator; rules and packs, once everybody records.

    Raises: ConfigError.
    """
    security, home = organization.security_account, organization.home_region
    _require_landing(organization, settings)
    recorders = list(in_selected_accounts(organization, settings.targets, _recorder(organization, library, settings)))
    yield from recorders
    yield from (TrustedAccess(name=principal) for principal in (AGGREGATION, DEPLOYMENT))
    ready = {item.address for item in recorders if isinstance(item, Resource)}
    for account in {organization.management_account, security}:
        role = ServiceLinkedRole(name=DEPLOYMENT, account=place_of(organization, account), region=home)
        ready.add(role.address)
        yield role
    if security != organization.management_account:
        for principal in (AGGREGATION, DEPLOYMENT):
            yield DelegatedAdministrator(name=principal, administrator=account_address(security))
            ready.add(delegated_administrator_address(principal))
    yield from _aggregator(organization, library, settings)
    for region in regions_in(organization, settings.targets):
        here = {"account": place_of(organization, security), "region": region, "depends_on": frozenset(ready)}
        yield from _rules(organization, settings, here)
        yield from _packs(organization, library, settings, here)


def _require_landing(organization: Organization, settings: Config) -> None:
    archive = next((control.settings for control in organization.controls if control.id == "log-archive"), None)
    if archive is None or not archive.landing.config:
        message = "AWS Config has nowhere to deliver to"
        raise ConfigError([Problem(*place(settings), message, "switch log-archive on, with landing.config")])


def _recorder(organization: Organization, library: Library, settings: Config) -> Deployment:
    template = library.template(
        "config_recorder",
        prefix=organization.prefix,
        global_types_region=_global_types_region(organization, settings),
        frequency=settings.frequency,
        other_frequency_for=settings.other_frequency_for,
        excluded_types=settings.excluded_types,
        included_types=settings.included_types,
        snapshot_frequency=settings.snapshots,
    )
    before = {account_address(account.name) for account in accounts_in(organization, settings.targets)}  # for the rules
    return Deployment(
        name=config_recorder_name(organization),
        template=template,
        description="AWS Config's recorder and delivery channel of each account and region",
        parameters={"LandingBucket": landing_bucket(organization, "config", organization.home_region)},
        capabilities=("CAPABILITY_IAM",),
        depends_on=frozenset({landing_stack(organization, organization.home_region), *before}),
    )


def _global_types_region(organization: Organization, settings: Config) -> str:
    region = settings.global_types_region or organization.home_region
    if region in WITHOUT_GLOBAL_TYPES or region not in regions_in(organization, settings.targets):
        message = f"AWS Config does not record IAM's users, groups, roles and policies in {region}"
        raise ConfigError([Problem(*place(settings), message, "name another region as global_types_region")])
    return region


def _aggregator(organization: Organization, library: Library, settings: Config) -> Iterator[Resource]:
    """The aggregator and its role, in the security account at home."""
    prefix, security = organization.prefix, organization.security_account
    deployment = Deployment(
        name=f"{prefix}-config-aggregator",
        template=library.template("config_aggregator", prefix=prefix),
        description="The role of AWS Config's aggregator",
        capabilities=("CAPABILITY_NAMED_IAM",),
    )
    role = in_one_account(organization, security, organization.home_region, deployment)
    delegation = {delegated_administrator_address(AGGREGATION)}
    yield role
    yield ConfigurationAggregator(
        name=f"{prefix}-organization",
        account=role.account,
        region=role.region,
        role_arn=str(Ref(role.address, "RoleArn")),
        regions=ALL_REGIONS if settings.aggregated_regions == "all" else tuple(sorted(organization.governed_regions)),
        depends_on=frozenset(delegation if security != organization.management_account else ()),
    )


def _rules(organization: Organization, settings: Config, here: dict[str, Any]) -> Iterator[Resource]:
    """The rules of one region: the baseline's, and what is declared, which wins."""
    once = _global_types_region(organization, settings)
    declared = dict(settings.rules)
    for name, rule in BASELINE.items() if settings.baseline_rules else ():
        left_out = (rule.once and here["region"] != once) or (not rule.everywhere and here["region"] in FEWER_RULES)
        if name not in declared and name not in settings.left_out_rules and not left_out:
            declared[name] = OrganizationRule(identifier=rule.identifier, parameters=dict(rule.parameters))
    for name, given in declared.items():
        if not given.regions or here["region"] in given.regions:
            why = BASELINE[name].why if name in BASELINE else ""
            yield OrganizationConfigRule(
                name=name,
                managed_rule={key: value for key, value in _managed_rule(name, given, why).items() if value},
                excluded_accounts=_excluded(organization, settings, given),
                **here,
            )


def _managed_rule(name: str, rule: OrganizationRule, why: str) -> dict[str, Any]:
    return {
        "RuleIdentifier": rule.identifier or name.upper().replace("-", "_"),
        "Description": why,
        "InputParameters": rule.parameters,
        "MaximumExecutionFrequency": rule.every if rule.every != "TwentyFour_Hours" else None,
        "ResourceTypesScope": sorted(rule.resource_types),
    }


def _packs(organization: Organization, library: Library, settings: Config, here: dict[str, Any]) -> Iterator[Resource]:
    """The packs of one region."""
    for name, given in settings.conformance_packs.items():
        source = library.conformance_pack(name, place(given))
        unknown = sorted(given.parameters.keys() - source.parameters.keys())
        missing = sorted(key for key, needed in source.parameters.items() if needed and key not in given.parameters)
        problems = [f"{name} has no parameter {key}" for key in unknown] + [f"{name} needs {key}" for key in missing]
        if problems:
            raise ConfigError([Problem(*place(given), problem) for problem in problems])
        if not given.regions or here["region"] in given.regions:
            yield OrganizationConformancePack(
                name=name,
                template=source.text,
                template_digest=digest(source.text),
                parameters=given.parameters,
                excluded_accounts=_excluded(organization, settings, given),
                **here,
            )


def _excluded(organization: Organization, settings: Config, given: EverywhereBut) -> tuple[Address, ...]:
    """The accounts that do not record, and those that are left out: a rule would fail there."""
    recorded = {account.name for account in accounts_in(organization, settings.targets)}
    silent = {account.name for account in organization.accounts} - recorded
    return tuple(sorted(map(account_address, silent.union(given.excluded_accounts))))


CONTROL = Control(
    id="config",
    title="AWS Config records every account in every governed region, delivers to the log archive and rules from one account",
    behavior="detective",
    source="https://docs.aws.amazon.com/config/latest/developerguide/WhatIsConfig.html",
    settings=Config,
    resources=resources,
    description=(
        "Records every account and governed region by a stack set that also covers tomorrow's accounts, with the service-linked role; "
        "IAM's global types in one region only. Deliveries land in the log archive. The security account administers AWS Config: its "
        "aggregator shows all accounts and regions, and its organization rules and conformance packs hold in every account that "
        "records. The baseline's rules are those that no control of Security Hub makes.\n\n"
        + "\n".join(f"- `{name}`: {rule.why}" for name, rule in BASELINE.items())
        + "\n\nAWS allows one recorder in each account and region: where somebody else's stands already the stack fails in AWS's words, "
        "and it takes a person to delete that one (`aws configservice delete-configuration-recorder` and `delete-delivery-channel`) or to "
        "exclude the account in `targets`, which excludes it from the rules too. A template of a pack cannot be read back: a tag bears "
        "its digest, so a template that somebody puts by hand is not seen, while other parameters are."
    ),
    makes=(
        "AWS::Config::ConfigurationRecorder and AWS::Config::DeliveryChannel in every account and governed region",
        "A function beside them that makes the role AWSServiceRoleForConfig and sees to it that the recorder records",
        "Trusted access and delegated administrator of config.amazonaws.com and config-multiaccountsetup.amazonaws.com",
        "AWSServiceRoleForConfigMultiAccountSetup in the management and the security account",
        "An aggregator of the organization and its role, in the security account's home region",
        "Organization rules and organization conformance packs, in each governed region of the security account",
    ),
    costs=(
        "AWS Config bills each configuration item recorded; a daily one costs more than a continuous one, and there are fewer of them",
        "It bills each evaluation of a rule, by resource; those of conformance packs too, which is why none is on by default",
        "What is delivered is stored in S3, twice: where it lands and in the archive",
    ),
    stays=(
        "What was delivered to the log archive; what was recorded can still be read in its account. The service-linked roles, trusted "
        "access and the delegation stay and are released. Recorders, channels, the aggregator, and the rules and packs we made go."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("3.3",),
        "NIST SP 800-53 Rev. 5": ("CM-3", "CM-6(1)", "CM-8", "CM-8(2)"),
        "ISO/IEC 27001:2022": ("A.5.9", "A.8.9"),
        "AWS Well-Architected": ("SEC04-BP01", "SEC04-BP02"),
    },
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/conformance-pack-organization-apis.html",
    ),
)
