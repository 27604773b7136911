"""Service control policies from `policies/scp/`, attached where their targets say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field

from guardrails.config.vocabulary import GlobalTargetsSettings, Settings, place
from guardrails.controls import Control
from guardrails.engine.resource import Address, Caveat, Ref, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.iam.document import minified
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.policies import without
from guardrails.model import Organization, Targets
from guardrails.organization_facts import policy_facts
from guardrails.placeholders import with_placeholders
from guardrails.resources import account_address, organizational_unit_address, policy_type_address
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from guardrails.targets import PolicyAttachments, policy_attachments

KIND: Final = "SERVICE_CONTROL_POLICY"


class DeclaredPolicy(Settings):
    """One policy of the library, where it holds, and with which parameters."""

    policy: str = Field(description="The id of a policy: a file name in policies/scp, without .yaml.")
    name: str = Field("", description="Its name in AWS; needed only where one policy is declared twice.")
    targets: GlobalTargetsSettings = Field(
        default_factory=Targets, description="Where it holds; everywhere when left out."
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="Values for the policy's parameters.")


class ServiceControlPolicies(Settings):
    """The service control policies of the organization."""

    policies: tuple[DeclaredPolicy, ...] = Field((), description="Each policy with its targets.")


def resources(
    organization: Organization, library: Library, settings: ServiceControlPolicies
) -> Iterator[Resource | Caveat]:
    """One policy for each declared one; nothing may exceed AWS's quotas of size and of policies on one target.

    Raises: ConfigError.
    """
    facts = policy_facts(organization)
    policies: dict[str, Policy] = {}
    problems: list[Problem] = []
    for declared in settings.policies:
        try:
            policy, caveat = _policy(organization, library, declared, facts)
        except ConfigError as error:
            problems += error.problems
            continue
        if policy.name in policies:
            message = f"the policy {policy.name} is declared twice"
            problems.append(Problem(*place(declared), message, "give one of them another name:"))
        policies[policy.name] = policy
        problems += _too_large(policy, declared)
        if caveat:
            yield Caveat(f"{policy.name}: {caveat}")
    problems += _too_many(policies, settings)
    if problems:
        raise ConfigError(problems)
    yield PolicyType(name=KIND)
    yield from policies.values()


def _policy(
    organization: Organization, library: Library, declared: DeclaredPolicy, facts: Mapping[str, Any]
) -> tuple[Policy, str]:
    source = library.policy("scp", declared.policy, place(declared))
    where = policy_attachments(organization, declared.targets)
    content = without(
        source.render(declared.parameters, facts, place(declared)),
        [f"{Ref(organizational_unit_address(path), 'path')}*" for path in where.excluded_organizational_units],
        [str(Ref(account_address(name))) for name in where.excluded_accounts],
    )
    policy = Policy(
        name=declared.name or source.id,
        policy_type=KIND,
        content=content,
        description=source.title,
        targets=_targets(where),
        depends_on=frozenset({policy_type_address(KIND)}),
    )
    return policy, where.reason


def _targets(where: PolicyAttachments) -> tuple[Address, ...]:
    units = [organizational_unit_address(path) for path in where.organizational_units]
    return tuple(sorted([*units, *(account_address(name) for name in where.accounts)]))


def _too_large(policy: Policy, declared: DeclaredPolicy) -> Iterator[Problem]:
    size, most = len(minified(with_placeholders(policy.content))), QUOTAS[KIND].max_characters
    if size > most:
        message = f"the policy {policy.name} has {size:,} characters, AWS takes {most:,}"
        yield Problem(*place(declared), message, "split it, or give it fewer parameters")


def _too_many(policies: Mapping[str, Policy], settings: ServiceControlPolicies) -> Iterator[Problem]:
    most = QUOTAS[KIND].max_attached - 1  # FullAWSAccess takes one
    on_target = Counter(target for policy in policies.values() for target in policy.targets)
    for target, count in on_target.items():
        if count > most:
            message = f"{count} policies are attached to {target.name}, AWS takes {most} besides FullAWSAccess"
            yield Problem(*place(settings), message, "attach some of them higher up: what is inherited takes no place")


CONTROL = Control(
    id="service-control-policies",
    title="Service control policies bound what anyone in a member account can do",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",
    settings=ServiceControlPolicies,
    resources=resources,
    description=(
        "Attaches policies of policies/scp/ to the organizational units and accounts that they are declared for. Every one of "
        "them lets the trusted roles alone (deployer, break-glass, StackSets), and every file holds examples that are evaluated "
        "by `guardrails validate`. Where AWS cannot leave something out, the policy says it in a condition."
    ),
    makes=(
        "Guardrails::Organizations::PolicyType SERVICE_CONTROL_POLICY",
        "AWS::Organizations::Policy for each declared policy, attached to its targets",
    ),
    stays="The policy type stays enabled; the policies are detached and deleted, which a person must accept first.",
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-6", "CM-7"),
        "PCI DSS 4.0.1": ("7.2.1", "10.3.2"),
        "ISO/IEC 27001:2022": ("A.5.15", "A.8.2"),
        "AWS Well-Architected": ("SEC01-BP01", "SEC03-BP05"),
    },
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",),
)
