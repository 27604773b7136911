"""IAM Access Analyzer for the whole organization, run by the security account."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from guardrails.config.vocabulary import AccountName, Settings, Shaped, TagKey, TagValue, place, wrong
from guardrails.controls import Control
from guardrails.deployment import place_of
from guardrails.engine.resource import Address, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import account_id
from guardrails.resources import account_address, delegated_administrator_address, trusted_access_address
from guardrails.resources.access_analyzer import AccessAnalyzer, in_order
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.service_linked_role import ServiceLinkedRole
from guardrails.resources.trusted_access import TrustedAccess

PRINCIPAL: Final = "access-analyzer.amazonaws.com"
RuleName = Annotated[str, Shaped(r"[A-Za-z][A-Za-z0-9_.-]{0,254}", "the name of an archive rule")]
Values = Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
InternalResource = Literal[
    "AWS::DynamoDB::Stream",
    "AWS::DynamoDB::Table",
    "AWS::RDS::DBClusterSnapshot",
    "AWS::RDS::DBSnapshot",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
]


class Criterion(Settings):
    """What a property of a finding must be: one of some values, none of them, text that holds one, or there at all."""

    eq: Values | None = Field(None, description="It equals one of these.")
    neq: Values | None = Field(None, description="It equals none of these.")
    contains: Values | None = Field(None, description="It holds one of these.")
    exists: bool | None = Field(None, description="Whether it is there.")

    @model_validator(mode="after")
    def _says_something(self) -> "Criterion":
        if not self.model_dump(exclude_none=True):
            raise wrong("this criterion says nothing", "give it eq, neq, contains or exists")
        return self


Filter = Annotated[dict[str, Criterion], Field(min_length=1)]
ArchiveRules = dict[RuleName, Filter]
ARCHIVED: Final = "Findings archived by themselves: rule name -> property of a finding (isPublic) -> criterion."


class ExternalAccess(Settings):
    """Who outside the organization can reach something in it, in every governed region."""

    archive_rules: ArchiveRules = Field(default_factory=dict, description=ARCHIVED)


class UnusedAccess(Settings):
    """Which roles, users, keys and permissions nobody uses, looked at once, in the home region."""

    age_days: int = Field(default=90, ge=1, le=365, description="Unused for so long. It cannot be changed later.")
    excluded_accounts: tuple[AccountName, ...] = Field(default=(), description="Accounts to leave out, by file name.")
    excluded_tags: dict[TagKey, TagValue] = Field(
        default_factory=dict, description="Roles and users with any of these tags are left out."
    )
    archive_rules: ArchiveRules = Field(default_factory=dict, description=ARCHIVED)


class InternalAccess(Settings):
    """Who inside the organization can reach the resources named here, in every governed region."""

    resource_types: tuple[InternalResource, ...] = Field(
        min_length=1, description="Every resource of these types is analyzed, and billed monthly."
    )
    accounts: tuple[AccountName, ...] = Field(
        (), description="Only in these accounts, by file name; all when left out."
    )
    archive_rules: ArchiveRules = Field(default_factory=dict, description=ARCHIVED)


class AccessAnalyzerSettings(Settings):
    """Which of the organization's analyzers there are."""

    external_access: ExternalAccess | None = Field(
        default_factory=ExternalAccess,
        description="Access from outside the organization: analyzed when left out, null for not.",
    )
    unused_access: UnusedAccess | None = Field(
        default_factory=UnusedAccess,
        description="Access that nobody uses: analyzed when left out, null for not. Billed by role and user.",
    )
    internal_access: InternalAccess | None = Field(
        None,
        description="Access from inside the organization to resources of some types, when named. Billed by resource.",
    )


def resources(organization: Organization, library: Library, settings: AccessAnalyzerSettings) -> Iterator[Resource]:
    """Trusted access and delegation, then the analyzers in the security account.

    Raises: ConfigError, when an analyzer is to leave its own account out.
    """
    unused = settings.unused_access
    if unused and organization.security_account in unused.excluded_accounts:
        message = f"{organization.security_account} runs the analyzer, which cannot leave its own account out"
        raise ConfigError([Problem(*place(unused), message, "take it out of excluded_accounts")])
    yield TrustedAccess(name=PRINCIPAL)
    yield ServiceLinkedRole(name=PRINCIPAL, region=organization.home_region)
    if organization.security_account != organization.management_account:
        administrator = account_address(organization.security_account)
        role = Address(ServiceLinkedRole.TYPE, PRINCIPAL, region=organization.home_region)
        yield DelegatedAdministrator(name=PRINCIPAL, administrator=administrator, depends_on=frozenset({role}))
    if settings.external_access:
        for region in organization.governed_regions:
            yield _analyzer(organization, region, "ORGANIZATION", settings.external_access)
    if unused:
        yield _analyzer(organization, organization.home_region, "ORGANIZATION_UNUSED_ACCESS", unused)
    if settings.internal_access:
        for region in organization.governed_regions:
            yield _analyzer(organization, region, "ORGANIZATION_INTERNAL_ACCESS", settings.internal_access)


NAMES: Final[Mapping[str, str]] = {
    "ORGANIZATION": "external-access",
    "ORGANIZATION_UNUSED_ACCESS": "unused-access",
    "ORGANIZATION_INTERNAL_ACCESS": "internal-access",
}


def _analyzer(
    organization: Organization, region: str, kind: str, wanted: ExternalAccess | UnusedAccess | InternalAccess
) -> AccessAnalyzer:
    delegated = organization.security_account != organization.management_account
    before = delegated_administrator_address(PRINCIPAL) if delegated else trusted_access_address(PRINCIPAL)
    role = Address(ServiceLinkedRole.TYPE, PRINCIPAL, region=organization.home_region)
    return AccessAnalyzer(
        name=f"{organization.prefix}-{NAMES[kind]}",
        account=place_of(organization, organization.security_account),
        region=region,
        kind=kind,
        unused_access_age=wanted.age_days if isinstance(wanted, UnusedAccess) else None,
        analysis_rules=in_order(_rules(wanted)),
        archive_rules={
            name: {key: _criterion(criterion) for key, criterion in criteria.items()}
            for name, criteria in wanted.archive_rules.items()
        },
        depends_on=frozenset({before, role}),
    )


def _rules(wanted: ExternalAccess | UnusedAccess | InternalAccess) -> Iterator[Mapping[str, Any]]:
    """What an analyzer leaves out, or analyzes, in AWS's own words; each exclusion by itself is enough."""
    if isinstance(wanted, UnusedAccess):
        if wanted.excluded_accounts:
            yield {"accountIds": frozenset(map(account_id, wanted.excluded_accounts))}
        yield from ({"resourceTags": ({key: value},)} for key, value in wanted.excluded_tags.items())
    if isinstance(wanted, InternalAccess):
        rule = {"resourceTypes": frozenset(wanted.resource_types)}
        yield {**rule, "accountIds": frozenset(map(account_id, wanted.accounts))} if wanted.accounts else rule


def _criterion(criterion: Criterion) -> dict[str, Any]:
    said = criterion.model_dump(exclude_none=True)
    return {how: what if how == "exists" else tuple(sorted(what)) for how, what in said.items()}


CONTROL = Control(
    id="access-analyzer",
    title="IAM Access Analyzer watches who can reach the organization's resources, and what access nobody uses",
    behavior="detective",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",
    settings=AccessAnalyzerSettings,
    resources=resources,
    description=(
        "Makes analyzers of the whole organization in the security account, the delegated administrator: one of external access in each "
        "governed region, one of unused access in the home region and, where resource types are named, one of internal access in each "
        "governed region. An account that joins is analyzed from its first day."
    ),
    makes=(
        "Trusted access and delegated administrator of access-analyzer.amazonaws.com in AWS Organizations",
        "The service's own role in the management account",
        "AWS::AccessAnalyzer::Analyzer in the security account, with its archive rules",
    ),
    costs=(
        "Analysis of external access is free",
        "Analysis of unused access bills each role and user of every account monthly",
        "Analysis of internal access bills each resource analyzed monthly",
    ),
    stays=(
        "Trusted access, the delegation and the service's role stay. The analyzers are deleted with their findings and archive "
        "rules, which takes `--accept protection`."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("1.19",),
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-6", "CA-7"),
        "PCI DSS 4.0.1": ("7.2.4",),
        "ISO/IEC 27001:2022": ("A.5.15", "A.5.18"),
        "AWS Well-Architected": ("SEC03-BP06", "SEC03-BP07"),
    },
    sources=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-delegated-administrator-add.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-unused.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-internal.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-archive-rules.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-using-service-linked-roles.html",
    ),
)
