"""The policies that may have a say in a request: each understood once, and found by action.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final, NamedTuple

from guardrails.iam.condition_block import operator_use
from guardrails.iam.document import minified, parse
from guardrails.iam.grammar import IDENTITY, SERVICE_CONTROL, VERSION, listed
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.iam.statements import CompiledStatement

LATE_VALUE: Final = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}"
FULL_AWS_ACCESS: Final[Mapping[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""The policy that AWS attaches to everything when service control policies are enabled."""
REMEMBERED: Final = 16_384
"""For how many actions the statements about them are remembered."""


class NamedPolicy:
    """One policy of a type, by its name in AWS; its document is understood once, when it is first needed.

    `origins` tells for each statement where it was written, as "file:line"; several where statements were merged.
    """

    def __init__(
        self,
        name: str,
        document: Mapping[str, Any],
        type: str = SERVICE_CONTROL,  # noqa: A002 - AWS's own word
        origins: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        self.name, self.document, self.type, self.origins = name, document, type, origins

    def __repr__(self) -> str:
        return f"NamedPolicy({self.name!r}, {self.type})"

    @cached_property
    def statements(self) -> tuple[CompiledStatement, ...]:
        """The statements, ready to be asked.

        Raises: ConfigError, when AWS would refuse the document; UnsupportedPolicy.
        """
        if not isinstance(self.document, Mapping):
            parse(self.document, self.type)
        if LATE_VALUE in minified(self.document):
            raise UnsupportedPolicy(
                f"the policy {self.name} holds a value that is not known yet", "put a stand-in first"
            )
        for statement in listed(self.document.get("Statement", [])):
            for operator in statement.get("Condition", {}) if isinstance(statement, Mapping) else ():
                operator_use(operator)
        variables = self.document.get("Version") == VERSION
        return tuple(CompiledStatement(each, variables=variables) for each in parse(self.document, self.type))

    def places(self, index: int) -> tuple[str, ...]:
        """Where a statement, by its index, was written; () where that is not known."""
        return self.origins[index] if index < len(self.origins) else ()


@dataclass(frozen=True, eq=False)
class Level:
    """One step of an account's path (the root, an organizational unit, the account) and the policies attached to it."""

    name: str
    policies: tuple[NamedPolicy, ...]


class Assumed(Enum):
    """The one value of `ASSUMED`."""

    TO_ALLOW = "assumed to allow"


ASSUMED: Final = Assumed.TO_ALLOW
"""In the place of policies that are not known: the answer takes them to allow, and says so."""


class Layer(Enum):
    """A kind of policy in the order in which an answer names it, by the name that AWS's refusals use."""

    RESOURCE_CONTROL = "resource control policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE = "resource-based policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


RANKS: Final[Mapping[Layer, int]] = {layer: rank for rank, layer in enumerate(Layer)}
"""The place of each layer in their order."""


class Entry(NamedTuple):
    """One statement where it stands: the layer and its rank, the level of the path (its index and name), the policy."""

    layer: Layer
    rank: int
    depth: int
    level: str
    policy: NamedPolicy
    number: int
    statement: CompiledStatement


class Candidates(NamedTuple):
    """The statements about one action: those that deny, and those that allow, by the rank of their layer.

    `open_levels` are the levels of service control policies that do not allow the action whatever the request, each with its depth and
    the statements that may.
    """

    denies: tuple[Entry, ...]
    allows: tuple[tuple[Entry, ...], ...]
    open_levels: tuple[tuple[int, tuple[Entry, ...]], ...]


@dataclass(frozen=True, eq=False)
class Policies:
    """Everything that may have a say in a request.

    `scps` lead from the root to the account of the principal; () when service control policies do not bind it. `rcps` lead to the
    account that owns the resource, and hold the policies that deny: AWS's own, which allows everything, is always there. `identity` are
    the policies of the user or role, `resource` the policy of the resource (None: it has none); either may be `ASSUMED` to allow.
    `session` are session policies, () when there are none. Principals and resources of `management_account` (an id) are bound by
    neither SCPs nor RCPs.
    """

    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    identity: tuple[NamedPolicy, ...] | Assumed = ASSUMED
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] = ()
    resource: NamedPolicy | Assumed | None = ASSUMED
    management_account: str = ""

    def __post_init__(self) -> None:
        places: tuple[tuple[str, object, type], ...] = (
            ("scps", self.scps, Level),
            ("rcps", self.rcps, Level),
            ("identity", () if self.identity is ASSUMED else self.identity, NamedPolicy),
            ("session", self.session, NamedPolicy),
        )
        for name, given, known in places:
            if not isinstance(given, tuple) or not all(isinstance(each, known) for each in given):
                raise TypeError(f"{name} is a tuple of {known.__name__}, not {given!r}")

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every statement where it stands.

        Raises: ConfigError, when AWS would refuse a document; UnsupportedPolicy.
        """
        return tuple(self._entries())

    @cached_property
    def _remembered(self) -> dict[str, Candidates]:
        return {}

    def candidates(self, action: str) -> Candidates:
        """The statements about an action; the same answer for every spelling of its case.

        Raises: ConfigError, when AWS would refuse a document; UnsupportedPolicy.
        """
        known = self._remembered.get(action)
        if known is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            known = self._remembered[action] = self._candidates(action)
        return known

    def _candidates(self, action: str) -> Candidates:
        about = [entry for entry in self.entries if entry.statement.names_action(action)]
        allows = [entry for entry in about if not entry.statement.denies]
        scps = [entry for entry in allows if entry.layer is Layer.SERVICE_CONTROL]
        levels = [tuple(entry for entry in scps if entry.depth == depth) for depth in range(len(self.scps))]
        return Candidates(
            denies=tuple(entry for entry in about if entry.statement.denies),
            allows=tuple(tuple(entry for entry in allows if entry.layer is layer) for layer in Layer),
            open_levels=tuple(
                (depth, level)
                for depth, level in enumerate(levels)
                if not any(entry.statement.unconditional for entry in level)
            ),
        )

    def _entries(self) -> Iterator[Entry]:
        for layer, levels in ((Layer.RESOURCE_CONTROL, self.rcps), (Layer.SERVICE_CONTROL, self.scps)):
            for depth, level in enumerate(levels):
                for policy in level.policies:
                    yield from _of(policy, layer, depth, level.name)
        identity = self.identity if isinstance(self.identity, tuple) else ()
        for layer, policies in (
            (Layer.RESOURCE, (self.resource,)),
            (Layer.IDENTITY, identity),
            (Layer.BOUNDARY, (self.boundary,)),
            (Layer.SESSION, self.session),
        ):
            for given in policies:
                if isinstance(given, NamedPolicy):
                    yield from _of(given, layer, 0, "")


def _of(policy: NamedPolicy, layer: Layer, depth: int, level: str) -> Iterator[Entry]:
    for index, statement in enumerate(policy.statements):
        yield Entry(layer, RANKS[layer], depth, level, policy, index, statement)


FULL: Final = NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS)
"""`FULL_AWS_ACCESS` as AWS names it."""
ADMINISTRATOR_ACCESS: Final = NamedPolicy("AdministratorAccess", FULL_AWS_ACCESS, IDENTITY)
"""AWS's own identity policy that allows everything."""
