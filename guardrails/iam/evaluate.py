"""What service control policies, and resource control policies, decide about a request, and why.

Identity-based permission is assumed: the answer says what the organization leaves of it. An explicit Deny at any level of the
account's path decides; else every level, from the root down to the account itself, needs an Allow (which resource control policies
always have: AWS's own cannot be detached). What is not understood is refused, never guessed.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from guardrails.iam.condition_block import Test, compile_test, operator_use, value_texts
from guardrails.iam.context import Context, Request, principal
from guardrails.iam.document import Statement, minified, parse
from guardrails.iam.grammar import SERVICE_CONTROL, listed
from guardrails.iam.patterns import Matcher, Pattern, action_matcher, resource_matcher
from guardrails.iam.patterns import parse as parse_pattern
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.iam.resource_control_services import is_restricted

Outcome = Literal["allowed", "explicitDeny", "implicitDeny"]
LATE_VALUE: Final = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}"
FULL_AWS_ACCESS: Final[Mapping[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""The policy that AWS attaches to everything when service control policies are enabled."""


@dataclass(frozen=True)
class NamedPolicy:
    """One policy of a type, by its name in AWS; its document is understood once, when it is first needed."""

    name: str
    document: Mapping[str, Any]
    type: str = SERVICE_CONTROL

    @cached_property
    def statements(self) -> "tuple[_Statement, ...]":
        """The statements, ready to be asked.

        Raises: ConfigError, when AWS would refuse the document; UnsupportedPolicy.
        """
        if LATE_VALUE in minified(self.document):
            raise UnsupportedPolicy(
                f"the policy {self.name} holds a value that is not known yet", "put a stand-in first"
            )
        for statement in listed(self.document.get("Statement", [])):
            for operator in statement.get("Condition", {}) if isinstance(statement, Mapping) else ():
                operator_use(operator)
        return tuple(map(_compiled, parse(self.document, self.type)))


@dataclass(frozen=True)
class Level:
    """One step of an account's path (the root, an organizational unit, the account) and the policies attached to it."""

    name: str
    policies: tuple[NamedPolicy, ...]


@dataclass(frozen=True, order=True, slots=True)
class Reason:
    """Why: at which level, by which policy and statement; the latter two are "" where nothing there allows."""

    level: str
    policy: str = ""
    statement: str = ""
    text: str = ""

    def __str__(self) -> str:
        where = " / ".join(part for part in (self.level, self.policy, self.statement) if part)
        return f"{where}: {self.text}" if where else self.text


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the reasons for it, and the keys (in lower case) that conditions asked for and the request did not give."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    depends: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Statement:
    label: str
    denies: bool
    actions: tuple[Matcher, ...]
    negated_actions: bool
    resources: tuple[Matcher | Pattern, ...]
    negated_resources: bool
    tests: tuple[Test, ...] = field(default=())

    def matches(self, request: Request, context: Context) -> bool:
        if any(matches(request.action) for matches in self.actions) == self.negated_actions:
            return False
        if any(_covers(resource, request, context) for resource in self.resources) == self.negated_resources:
            return False
        return all(test.holds(context) for test in self.tests)


def _covers(resource: Matcher | Pattern, request: Request, context: Context) -> bool:
    if not isinstance(resource, Pattern):
        return resource(request.resource)
    pieces = resource.resolve(context.text)
    return pieces is not None and resource_matcher(pieces)(request.resource)


def _compiled(statement: Statement) -> _Statement:
    patterns = [parse_pattern(text) for text in statement.resources or statement.not_resources]
    tests = [
        compile_test(operator_use(name), key, value_texts(value) or ())
        for name, keys in statement.conditions.items()
        for key, value in keys.items()
    ]
    return _Statement(
        label=statement.label,
        denies=statement.effect == "Deny",
        actions=tuple(map(action_matcher, statement.actions or statement.not_actions)),
        negated_actions=bool(statement.not_actions),
        resources=tuple(_ready(pattern) for pattern in patterns),
        negated_resources=bool(statement.not_resources),
        tests=tuple(tests),
    )


def _ready(pattern: Pattern) -> Matcher | Pattern:
    pieces = None if pattern.variables else pattern.resolve(lambda key: None)
    return pattern if pieces is None else resource_matcher(pieces)


def evaluate_scps(request: Request, levels: Sequence[Level], *, management_account: str = "") -> Decision:
    """What the service control policies on the path of the principal's account decide.

    `levels` lead from the root to the account. Principals of the management account (by its id), service-linked roles and AWS
    services are not bound.

    Raises: UnsupportedPolicy; ConfigError, when a document is none that AWS would accept; ValueError, without any level.
    """
    unbound = _unbound(request, management_account)
    if unbound:
        return Decision("allowed", (Reason("", text=unbound),))
    if not levels:
        raise ValueError("an account's path has at least one level, the root")
    return _decision(levels, *_matched(request, levels))


def evaluate_rcps(request: Request, levels: Sequence[Level], *, owner: str, management_account: str = "") -> Decision:
    """What the resource control policies on the path of the account that owns the resource decide: denied, or allowed.

    `levels` hold the policies that deny, from the root to the owner's account (`owner`, its id); `RCPFullAWSAccess` need not be among
    them. Resources of the management account, requests of service-linked roles and services that take no part are not restricted.

    Raises: UnsupportedPolicy; ConfigError, when a document is none that AWS would accept.
    """
    if owner == management_account:
        return Decision("allowed", (Reason("", text="resource control policies do not bind the management account"),))
    if principal(request.principal_arn).service_linked:
        return Decision("allowed", (Reason("", text="resource control policies do not bind service-linked roles"),))
    if not is_restricted(request.action):
        return Decision("allowed", (Reason("", text=f"resource control policies do not restrict {request.action}"),))
    matched, denied_by, open_keys = _matched(request, levels)
    denials = tuple(reason for _, reason, denies in matched if denies)
    return Decision("explicitDeny", denials, denied_by) if denials else Decision("allowed", (), open_keys)


_Matched = tuple[Sequence[tuple[Level, Reason, bool]], frozenset[str], frozenset[str]]


def _matched(request: Request, levels: Sequence[Level]) -> _Matched:
    """The statements that match (level, reason, whether it denies), the missing keys behind denials, and those that left it open."""
    context = Context(request)
    matched: list[tuple[Level, Reason, bool]] = []
    denied_by: set[str] = set()
    open_keys: set[str] = set()
    for level, policy, statement in _statements(levels):
        context.missed = set()
        if not statement.matches(request, context):
            open_keys |= context.missed
            continue
        text = "denies it" if statement.denies else "allows it"
        matched.append((level, Reason(level.name, policy.name, statement.label, text), statement.denies))
        (denied_by if statement.denies else open_keys).update(context.missed)
    return matched, frozenset(denied_by), frozenset(open_keys)


def _statements(levels: Sequence[Level]) -> Iterator[tuple[Level, NamedPolicy, _Statement]]:
    for level in levels:
        for policy in level.policies:
            for statement in policy.statements:
                yield level, policy, statement


def _unbound(request: Request, management_account: str) -> str:
    who = principal(request.principal_arn)
    if who.service:
        return "service control policies do not bind AWS services"
    if who.account == management_account:
        return "service control policies do not bind the management account"
    return "service control policies do not bind service-linked roles" if who.service_linked else ""


def _decision(
    levels: Sequence[Level],
    matched: Sequence[tuple[Level, Reason, bool]],
    denied_by: frozenset[str],
    open_keys: frozenset[str],
) -> Decision:
    denials = tuple(reason for _, reason, denies in matched if denies)
    if denials:
        return Decision("explicitDeny", denials, denied_by)
    silent = tuple(
        Reason(level.name, text="nothing at this level allows it")
        for level in levels
        if not any(where is level for where, _, _ in matched)
    )
    if silent:
        return Decision("implicitDeny", silent, open_keys)
    return Decision("allowed", tuple(reason for _, reason, _ in matched), open_keys)
