"""Security Hub in every account and governed region, configured centrally by the security account."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guardrails.config.regions import OPT_IN_REGIONS
from guardrails.config.security_hub import BASELINE, PolicyOfTargets, SecurityHub
from guardrails.config.vocabulary import place
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_selected_accounts
from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import config_recorder_name
from guardrails.resources import (
    ROOT_ADDRESS,
    account_address,
    configuration_policy_address,
    organizational_unit_address,
)
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.securityhub_configuration_policy import SecurityHubConfigurationPolicy
from guardrails.resources.securityhub_configuration_policy_association import (
    SecurityHubConfigurationPolicyAssociation,
    association_name,
)
from guardrails.resources.securityhub_finding_aggregator import SecurityHubFindingAggregator
from guardrails.resources.securityhub_organization_configuration import SecurityHubOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.security_hub import SELF_MANAGED
from guardrails.security_hub.standards import standard_arn
from guardrails.security_services import DIALECTS
from guardrails.targets import policy_attachments

NAME: Final = "Security Hub"
CONFIG: Final = "config"
PRINCIPAL: Final = DIALECTS[NAME].principal
MOST_POLICIES: Final = 20
NO_EXCLUSIONS: Final = "give what is to be left out a policy of its own: the one nearest to an account holds"


def resources(organization: Organization, library: Library, settings: SecurityHub) -> Iterator[Resource | Caveat]:
    """The administrator of each region, the home region's first; aggregation; central configuration; policies and associations.

    The other regions are linked before they are designated: where a policy holds already, linking is what switches them on.

    Raises: ConfigError.
    """
    _check(organization, settings)
    account, home = organization.security_account, organization.home_region
    others = tuple(sorted(region for region in organization.governed_regions if region != home))
    first = _designation(organization, home)
    aggregator = SecurityHubFindingAggregator(
        name=NAME,
        account=account,
        region=home,
        home_region=home,
        region_linking_mode="SPECIFIED_REGIONS" if others else "NO_REGIONS",
        regions=others,
        depends_on=frozenset({first.address, account_address(account)}),
    )
    central = SecurityHubOrganizationConfiguration(
        name=NAME, account=account, region=home, depends_on=frozenset({aggregator.address})
    )
    designations = [first, *(_designation(organization, region, aggregator.address) for region in others)]
    yield TrustedAccess(name=PRINCIPAL)
    yield DelegatedAdministrator(
        name=PRINCIPAL, administrator=first.administrator, depends_on=frozenset({first.address})
    )
    yield from (*designations, aggregator, central)
    after = frozenset({central.address, *(each.address for each in designations)})
    yield from _policies(organization, settings, after | _recorders(organization))
    yield from _caveats(organization, settings)


def _recorders(organization: Organization) -> frozenset[Address]:
    """Where AWS Config records; a policy that enables standards fails in an account without."""
    found: set[Address] = set()
    for declaration in organization.controls:
        if declaration.id == CONFIG:
            deployment = Deployment(name=config_recorder_name(organization), template={}, description="")
            items = in_selected_accounts(organization, declaration.settings.targets, deployment)
            found |= {item.address for item in items if isinstance(item, Resource)}
    return frozenset(found)


def _designation(organization: Organization, region: str, *after: Address) -> ServiceAdministrator:
    return ServiceAdministrator(
        name=NAME,
        region=region,
        administrator=account_address(organization.security_account),
        management="ENABLED",
        depends_on=frozenset(after),
    )


def _policies(organization: Organization, settings: SecurityHub, after: frozenset[Address]) -> Iterator[Resource]:
    """Each policy, and what is associated with it; the organization's own with the root."""
    for declared in (None, *settings.policies):
        policy = _policy(organization, settings, declared, after)
        yield policy
        targets = [ROOT_ADDRESS] if declared is None else _targets(organization, declared.targets)
        yield from (_association(organization, target, policy.address, after) for target in targets)
    if settings.self_managed is not None:
        for target in _targets(organization, settings.self_managed):
            yield _association(organization, target, SELF_MANAGED, after)


def _policy(
    organization: Organization, settings: SecurityHub, declared: PolicyOfTargets | None, after: frozenset[Address]
) -> SecurityHubConfigurationPolicy:
    """A complete policy: what holds for the organization, changed by what was declared for some targets."""
    region, on = organization.home_region, declared is None or declared.enabled
    name = f"{organization.prefix}-{declared.name if declared else BASELINE}"
    address = configuration_policy_address(name, organization.security_account, region)
    disabled = {**settings.disabled_controls, **(declared.disabled_controls if declared else {})}
    standards = settings.standards if declared is None or declared.standards is None else declared.standards
    only = declared.enabled_controls if declared else ()
    parameters = {**settings.control_parameters, **(declared.control_parameters if declared else {})}
    listed = ("EnabledSecurityControlIdentifiers", only) if only else ("DisabledSecurityControlIdentifiers", disabled)
    return SecurityHubConfigurationPolicy(
        name=address.name,
        account=address.account,
        region=address.region,
        description=_description(on, {} if only else disabled),
        service_enabled=on,
        standards=tuple(sorted({standard_arn(each, region) for each in standards})) if on else (),
        controls={listed[0]: tuple(sorted(listed[1]))} if on else {},
        parameters=parameters if on else {},
        depends_on=after,
    )


def _description(on: bool, disabled: Mapping[str, str]) -> str:
    """What a policy is for; AWS has no other place for the reasons."""
    if not on:
        return "Security Hub is off"
    reasons = "; ".join(f"{control}: {reason}" for control, reason in sorted(disabled.items()))
    return f"Controls that are off, and why: {reasons}" if reasons else "All controls of its standards are on"


def _association(
    organization: Organization, target: Address, configuration: Address | str, after: frozenset[Address]
) -> SecurityHubConfigurationPolicyAssociation:
    return SecurityHubConfigurationPolicyAssociation(
        name=association_name(target),
        account=organization.security_account,
        region=organization.home_region,
        target=target,
        configuration=configuration,
        depends_on=after,
    )


def _targets(organization: Organization, targets: Targets) -> Sequence[Address]:
    found = policy_attachments(organization, targets)
    units = [organizational_unit_address(path) for path in found.organizational_units]
    return [*units, *(account_address(name) for name in found.accounts)]


def _check(organization: Organization, settings: SecurityHub) -> None:
    """Refuse what Security Hub cannot do.

    Raises: ConfigError.
    """
    if problems := list(_problems(organization, settings)):
        raise ConfigError(problems)


def _problems(organization: Organization, settings: SecurityHub) -> Iterator[Problem]:
    here = place(settings)
    if organization.security_account == organization.management_account:
        message = "central configuration takes an administrator other than the management account"
        yield Problem(*here, message, "name another account as security_account in organization.yaml")
    if organization.home_region in OPT_IN_REGIONS:
        message = f"{organization.home_region} must be opted in to, and so cannot be Security Hub's home region"
        yield Problem(*here, message, "make another governed region the home_region in organization.yaml")
    if len(settings.policies) >= MOST_POLICIES:
        message = f"{len(settings.policies) + 1} configuration policies are too many: AWS takes {MOST_POLICIES}"
        yield Problem(*here, message, "say the same of several OUs in one policy")
    said: dict[Address, str] = {ROOT_ADDRESS: BASELINE}
    for name, targets, at in _statements(settings):
        found = policy_attachments(organization, targets)
        if found.excluded_organizational_units or found.excluded_accounts:
            left_out = ", ".join((*found.excluded_organizational_units, *found.excluded_accounts))
            yield Problem(*at, f"{name}: Security Hub knows no exclusions, such as {left_out}", NO_EXCLUSIONS)
        for target in _targets(organization, targets):
            if target in said:
                yield Problem(*at, f"{target.name} is given two configurations: {said[target]} and {name}", "keep one")
            said.setdefault(target, name)
    off = {each.name for each in settings.policies if not each.enabled}
    if (name := _nearest(organization, organization.security_account, said)) in off:
        message = f"{name} switches Security Hub off in {organization.security_account}, which administers it"
        yield Problem(*here, message, "give that account a policy of its own")


def _statements(settings: SecurityHub) -> Iterator[tuple[str, Targets, tuple[str, int, int]]]:
    """What is said of targets: by which name, of which, and where in the files."""
    yield from ((each.name, each.targets, place(each)) for each in settings.policies)
    if settings.self_managed is not None:
        yield "self_managed", settings.self_managed, place(settings.self_managed)


def _nearest(organization: Organization, account: str, said: Mapping[Address, str]) -> str:
    """What holds for an account: what was said of it, else of the closest OU above it, else of the root."""
    path = next(each.organizational_unit for each in organization.accounts if each.name == account)
    steps = path.split("/")
    units = [organizational_unit_address("/".join(steps[:depth])) for depth in range(len(steps), 0, -1)]
    return next(said[step] for step in (account_address(account), *units, ROOT_ADDRESS) if step in said)


def _caveats(organization: Organization, settings: SecurityHub) -> Iterator[Caveat]:
    if not any(declaration.id == CONFIG for declaration in organization.controls):
        yield Caveat("security-hub: without AWS Config's recorder (the control config) its controls find nothing")
    for name, targets, _ in _statements(settings):
        if reason := policy_attachments(organization, targets).reason:
            yield Caveat(f"security-hub, {name}: {reason}")


CONTROL = Control(
    id="security-hub",
    title="Security Hub checks every account in every governed region, configured centrally by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html",
    settings=SecurityHub,
    resources=resources,
    description=(
        "The security account administers Security Hub CSPM in every governed region and configures it centrally: one "
        "configuration policy holds for the whole organization, further ones for OUs and accounts that differ, so that "
        "tomorrow's account inherits what holds at its place, without a run. The home region collects the findings of all "
        "governed regions; it must be one that AWS has switched on by default. Controls are switched off only with a reason. "
        "Most checks need AWS Config's recorder in every account and region: switch on `config` too.\n\n"
        "AWS Organizations has the policy types SECURITYHUB_CSPM_POLICY and SECURITYHUB_POLICY for the same purpose. Where they "
        "are in use AWS disables central configuration, so use either them or this control."
    ),
    makes=(
        "Trusted access and the delegated administrator for `securityhub.amazonaws.com`",
        "Security Hub in the management account of every governed region, without standards of its own",
        "Security Hub's administrator in every governed region",
        "AWS::SecurityHub::FindingAggregator in the security account, home region, linked to the other governed regions",
        "Central configuration in the security account, home region",
        "AWS::SecurityHub::ConfigurationPolicy: `<prefix>-baseline` and one for each of `policies`",
        "AWS::SecurityHub::PolicyAssociation for the root and every target",
    ),
    costs=(
        "Security Hub CSPM bills each security check, by account and region, and findings that are ingested beyond a free number",
        "AWS Config bills the recording that most checks need, not the rules that Security Hub makes for itself",
    ),
    stays=(
        "The configuration policies that carry our tag are disassociated and deleted; accounts keep the standards and controls "
        "that last held for them (an OU's may become the organization's on the way), and manage themselves from then on. The "
        "administrators, the finding aggregator, central configuration, trusted access, and what was made self-managed stay: "
        "nobody is dismissed. A region that is governed no longer is unlinked; Security Hub stays on there as it was."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("4.16",),
        "NIST SP 800-53 Rev. 5": ("AU-6", "CA-7", "SI-4"),
        "ISO/IEC 27001:2022": ("A.8.8", "A.8.9", "A.8.16"),
        "AWS Well-Architected": ("SEC04-BP02", "SEC04-BP03"),
    },
    sources=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policies-overview.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/view-policy.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_security_hub.html",
    ),
)
