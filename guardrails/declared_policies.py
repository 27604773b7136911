"""Organization policies that a user declares: policies of the library, where each holds, and with which parameters.

What every policy type has in common: quotas of size and of policies on one target, exclusions as conditions or refused, the
policy type enabled, the services trusted that act on the policies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from guardrails.config.vocabulary import GlobalTargetsSettings, Settings, place
from guardrails.engine.resource import Address, Caveat, Ref, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.iam.document import minified
from guardrails.iam.packing import PACKABLE
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.policies import POLICY_TYPES
from guardrails.model import Organization, Targets
from guardrails.organization_facts import policy_facts
from guardrails.placeholders import with_placeholders
from guardrails.policy_exceptions import PolicyException, excepted
from guardrails.resources import (
    account_address,
    organizational_unit_address,
    policy_type_address,
    trusted_access_address,
)
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.targets import PolicyAttachments, policy_attachments

TRUSTED: Final[Mapping[str, str]] = {
    "BACKUP_POLICY": "backup.amazonaws.com",
    "DECLARATIVE_POLICY_EC2": "ec2.amazonaws.com",
    "TAG_POLICY": "tagpolicies.tag.amazonaws.com",
}
"""Policy types whose service must see the whole organization, to make the plans or to report who complies."""


class DeclaredPolicy(Settings):
    """One policy of the library, where it holds, and with which parameters."""

    policy: str = Field(description="The id of a policy: a file name in the folder of its kind, without .yaml.")
    name: str = Field(default="", description="Its name in AWS; needed only where one policy is declared twice.")
    targets: GlobalTargetsSettings = Field(
        default_factory=Targets, description="Where it holds; everywhere when left out."
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="Values for the policy's parameters.")
    exceptions: tuple[PolicyException, ...] = Field(
        default=(), description="Whom its denials let alone until a day; of service and resource control policies only."
    )


def compiled(
    organization: Organization, library: Library, declared: Sequence[tuple[str, DeclaredPolicy]]
) -> Iterator[Resource | Caveat]:
    """One policy for each declared one, a pair of its kind ("scp") and what was declared; with what their types need.

    Raises: ConfigError, with every problem; nothing that cannot be packed may be larger than AWS takes.
    """
    facts = policy_facts(organization)
    policies: dict[str, tuple[Policy, DeclaredPolicy]] = {}
    problems: list[Problem] = []
    for kind, each in declared:
        try:
            policy, caveat = _policy(organization, library, kind, each, facts)
        except ConfigError as error:
            problems += error.problems
            continue
        if policy.name in policies:
            message = f"the policy {policy.name} is declared twice"
            problems.append(Problem(*place(each), message, "give one of them another name:"))
        policies[policy.name] = policy, each
        if caveat:
            yield Caveat(f"{policy.name}: {caveat}")
    problems += [problem for policy, each in policies.values() for problem in _too_large(policy, each)]
    if problems:
        raise ConfigError(problems)
    for policy_type in dict.fromkeys(POLICY_TYPES[kind] for kind, _ in declared):
        yield from needs(policy_type)
    yield from (policy for policy, _ in policies.values())


def joined(one: Policy, other: Policy) -> Policy:
    """The one policy that two declarations of it come to, attached wherever either of them wants it.

    Raises: ConfigError, at the second, where they are different policies of one name.
    """
    if (one.policy_type, one.content, one.description) == (other.policy_type, other.content, other.description):
        return replace(
            one,
            targets=tuple(sorted({*one.targets, *other.targets})),
            depends_on=one.depends_on | other.depends_on,
            declared_at=tuple(dict.fromkeys([*one.declared_at, *other.declared_at])),
        )
    first, here = (next(iter(policy.declared_at), ("", 0, 0)) for policy in (one, other))
    if one.policy_type != other.policy_type:
        message = f"policies of two types are named {one.name}: {one.policy_type} and {other.policy_type}"
        do = "give one of them another name:"
    else:
        message = f"the policy {one.name} is declared otherwise already"
        do = "give both the same parameters, exclusions and exceptions, or leave it out of a pack with without:"
    raise ConfigError([Problem(*here, message, f"at {':'.join(map(str, first))}; {do}")])


def needs(policy_type: str) -> Iterator[Resource]:
    """What must stand before a policy of a type is attached: the type enabled, and for some a service trusted."""
    yield PolicyType(name=policy_type)
    if policy_type in TRUSTED:
        yield TrustedAccess(name=TRUSTED[policy_type])


def _policy(
    organization: Organization, library: Library, kind: str, declared: DeclaredPolicy, facts: Mapping[str, Any]
) -> tuple[Policy, str]:
    source = library.policy(kind, declared.policy, place(declared))
    where = policy_attachments(organization, declared.targets)
    try:
        content = source.without(
            source.render(declared.parameters, facts, place(declared)),
            [f"{Ref(organizational_unit_address(path), 'path')}*" for path in where.excluded_organizational_units],
            [str(Ref(account_address(name))) for name in where.excluded_accounts],
        )
        content = excepted(content, source, declared.exceptions, organization, declared.targets)
    except ConfigError as error:
        raise ConfigError([_placed(problem, declared) for problem in error.problems]) from error
    policy_type = source.policy_type
    trusted = [trusted_access_address(TRUSTED[policy_type])] if policy_type in TRUSTED else []
    policy = Policy(
        name=declared.name or source.id,
        policy_type=policy_type,
        content=content,
        description=source.title,
        targets=_targets(where),
        origins=source.origins,
        declared_at=(place(declared),),
        depends_on=frozenset({policy_type_address(policy_type), *trusted}),
    )
    return policy, where.reason


def _placed(problem: Problem, declared: DeclaredPolicy) -> Problem:
    """A problem of the targets, which a policy file knows nothing about, where they stand; one that parameters make where these do."""
    where = declared.targets if declared.targets.source.file else declared
    if not problem.file:
        return Problem(*place(where), f"{declared.policy}: {problem.message}", problem.suggestion)
    if not declared.parameters or problem.file == place(declared)[0]:
        return problem
    message = f"with these parameters, {problem.message} ({Path(problem.file).name}:{problem.line})"
    return Problem(*place(declared), message, problem.suggestion)


def _targets(where: PolicyAttachments) -> tuple[Address, ...]:
    units = [organizational_unit_address(path) for path in where.organizational_units]
    return tuple(sorted([*units, *(account_address(name) for name in where.accounts)]))


def _too_large(policy: Policy, declared: DeclaredPolicy) -> Iterator[Problem]:
    if policy.policy_type in PACKABLE:
        return
    size, most = len(minified(with_placeholders(policy.content))), QUOTAS[policy.policy_type].max_characters
    if size > most:
        message = f"the policy {policy.name} has {size:,} characters, AWS takes {most:,}"
        yield Problem(*place(declared), message, "split it, or give it fewer parameters")
