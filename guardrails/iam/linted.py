"""One policy as the linter's rules look at it: its flaws of grammar, and the statements that have none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from guardrails.iam.condition_block import OperatorUse, operator_use, value_texts
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.grammar import Flaw, Where, flaws, listed
from guardrails.iam.patterns import action_matcher


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the document.

    ARN patterns of the principals that every Deny should let alone (none: not asked); the statements, counted from 0, that say why
    they do not; and whether AWS's FullAWSAccess hangs beside the policy.
    """

    trusted_principals: tuple[str, ...] = ()
    binds_everybody: frozenset[int] = frozenset()
    beside_full_access: bool = False


NO_FACTS: Final = Facts()


@dataclass(frozen=True, slots=True)
class Test:
    """One line of a Condition element, and its path in the document."""

    path: Where
    use: OperatorUse
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A statement that the grammar has nothing against: its number, counted from 0, and its elements as they are written."""

    index: int
    elements: Mapping[str, Any]

    @property
    def path(self) -> Where:
        """Where it stands in the document."""
        return ("Statement", self.index)

    @property
    def name(self) -> str:
        """Its Sid, else its number, counted from 1."""
        return str(self.elements.get("Sid") or f"statement {self.index + 1}")

    @property
    def denies(self) -> bool:
        """Whether it denies; else it allows."""
        return bool(self.elements["Effect"] == "Deny")

    def items(self, *elements: str) -> Iterator[tuple[Where, str]]:
        """The texts of these elements, with the path of each; an element that is not there has none."""
        for element in elements:
            value = self.elements.get(element, ())
            if isinstance(value, list | tuple):
                yield from (((*self.path, element, index), str(item)) for index, item in enumerate(value))
            else:
                yield (*self.path, element), str(value)

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """The lines of its Condition element."""
        return tuple(
            Test((*self.path, "Condition", name, key), operator_use(name), key, value_texts(value) or ())
            for name, keys in self.elements.get("Condition", {}).items()
            for key, value in keys.items()
        )

    def guards(self, key: str) -> bool:
        """Whether it holds only for requests that have a key: it has `Null: {key: "false"}`."""
        return any(
            test.use.operator.name == NULL and test.key.casefold() == key.casefold() and set(test.values) == {"false"}
            for test in self.tests
        )

    def concerns(self, action: str) -> bool:
        """Whether its Action matches an action, or its NotAction does not."""
        element = "Action" if "Action" in self.elements else "NotAction"
        matched = any(action_matcher(pattern)(action) for _, pattern in self.items(element))
        return matched == (element == "Action")


@dataclass(frozen=True)
class Linted:
    """A policy document of a type, and what is known beside it."""

    document: Any
    type: str
    facts: Facts = field(default=NO_FACTS)

    @cached_property
    def flaws(self) -> tuple[Flaw, ...]:
        """What AWS would refuse, or take and never match.

        Raises: UnsupportedPolicy, when the grammar of the type is not known.
        """
        return tuple(flaws(self.document, self.type))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that AWS would take. Raises: UnsupportedPolicy, when the grammar of the type is not known."""
        refused = [flaw.path for flaw in self.flaws if flaw.refused]
        if () in refused or not isinstance(self.document, Mapping):
            return ()
        wrong = {path[1] for path in refused if path[0] == "Statement" and len(path) > 1}
        return tuple(
            Statement(index, elements)
            for index, elements in enumerate(listed(self.document.get("Statement", [])))
            if index not in wrong
        )
