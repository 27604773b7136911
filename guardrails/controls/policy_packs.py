"""Packs of policies from `policies/packs/`, each attached where its targets say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from guardrails.config.vocabulary import GlobalTargetsSettings, Settings, place
from guardrails.controls import Control
from guardrails.declared_policies import DeclaredPolicy, compiled
from guardrails.engine.resource import Caveat, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.library.policy_packs import Pack
from guardrails.model import Organization, Targets
from guardrails.policy_exceptions import PolicyException
from guardrails.problems import nearest


class PackException(PolicyException):
    """An exception from policies of the pack: who, why, and until when."""

    policies: tuple[str, ...] = Field(min_length=1, description="The policies of the pack that it is excepted from.")

    def policies_at(self, holder: str) -> tuple[str, ...]:
        """The policies that it names itself."""
        return self.policies


class AttachedPack(Settings):
    """One pack, where it holds, and how it differs here."""

    pack: str = Field(description="The id of a pack: a file name in policies/packs, without .yaml.")
    targets: GlobalTargetsSettings = Field(
        default_factory=Targets, description="Where it holds; everywhere when left out."
    )
    parameters: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="By policy of the pack: values for its parameters, instead of the pack's own."
    )
    without: tuple[str, ...] = Field(default=(), description="Policies of the pack that do not hold here.")
    exceptions: tuple[PackException, ...] = Field(
        default=(), description="Whom the denials of policies of the pack let alone until a day."
    )


class PolicyPacks(Settings):
    """The packs of policies that hold in the organization."""

    packs: tuple[AttachedPack, ...] = Field(default=(), description="Each pack of policies/packs with its targets.")


def resources(organization: Organization, library: Library, settings: PolicyPacks) -> Iterator[Resource | Caveat]:
    """One policy for each policy of each pack, with their types enabled and the services trusted that need it.

    Raises: ConfigError, with every problem of every pack.
    """
    problems: list[Problem] = []
    for attached in settings.packs:
        try:
            pack = library.pack(attached.pack, place(attached))
            yield from compiled(organization, library, list(_declared(attached, pack)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)


def _declared(attached: AttachedPack, pack: Pack) -> Iterator[tuple[str, DeclaredPolicy]]:
    """Each policy of a pack with its kind, as if it had been declared by itself at the place of the pack.

    Raises: ConfigError, where something is said of a policy that the pack does not hold.
    """
    known = [packed.policy for packed in pack.policies]
    held = [name for name in known if name not in attached.without]
    problems = [
        *_unknown(attached, known, attached.parameters, attached),
        *_unknown(attached, known, attached.without, attached),
        *(problem for each in attached.exceptions for problem in _unknown(attached, held, each.policies, each)),
    ]
    if problems:
        raise ConfigError(problems)
    for packed in pack.policies:
        if packed.policy in attached.without:
            continue
        parameters: Mapping[str, Any] = {**packed.parameters, **attached.parameters.get(packed.policy, {})}
        declared = DeclaredPolicy(
            policy=packed.policy,
            targets=attached.targets,
            parameters=dict(parameters),
            exceptions=tuple(each for each in attached.exceptions if packed.policy in each.policies),
        )
        declared.stand_at(attached.standing)
        yield packed.kind, declared


def _unknown(attached: AttachedPack, known: Iterable[str], named: Iterable[str], where: Settings) -> Iterator[Problem]:
    for name in named:
        if name not in known:
            message = f"the pack {attached.pack} holds no policy {name!r} here"
            yield Problem(*place(where), message, nearest(name, known))


CONTROL = Control(
    id="policy-packs",
    title="Packs of policies hold together what an organization needs of a kind",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html",
    settings=PolicyPacks,
    resources=resources,
    description="""\
Attaches every policy of a pack of `policies/packs` to the root, to organizational units and to accounts, as the controls
`service-control-policies` and `organization-policies` do for single ones. A policy that does not fit is left out by `without`, or
given other `parameters`; `exceptions` let somebody alone until a day, as they do for a single policy.

The same policy from two packs, or from a pack and from one of those controls, is one policy, attached wherever either of them wants
it. Where its parameters, exclusions or exceptions differ, it is refused: say the same in both, or leave it out of one pack.

Only `scp` and `rcp` policies have conditions, so a pack that holds others refuses exclusions among its targets: name the
organizational units and accounts where it holds, or leave those policies out.""",
    makes=(
        "The policy type of each kind that is used, enabled in the root",
        "One `AWS::Organizations::Policy` for each policy of the packs, attached to their targets",
        "Trusted access for `backup.amazonaws.com`, `ec2.amazonaws.com`, `tagpolicies.tag.amazonaws.com`, each where it is needed",
    ),
    costs=("The policies are free of charge; the backups that a backup policy makes are paid for by their storage.",),
    stays="The policy types stay enabled and the services trusted; our policies are detached and deleted, except those that another "
    "control declares too.",
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-6", "CM-2", "CM-6"),
        "ISO/IEC 27001:2022": ("A.5.15", "A.8.9"),
        "AWS Well-Architected": ("SEC01-BP01", "SEC03-BP05"),
    },
    sources=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    ),
)
