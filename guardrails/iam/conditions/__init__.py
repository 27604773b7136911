"""The condition operators: one file per family, the folder is the registry.

A file exports `OPERATORS`, a tuple of `Operator`. What every operator has in common (IfExists, the set operators, keys that are
missing, several values) is done once, in `guardrails.iam.condition_block`; an operator only says when one value of the
policy matches one value of the request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import importlib
import operator
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from guardrails.iam.patterns import Matcher, Piece, text_of

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Operator:
    """One condition operator, by the name AWS gives it.

    `matcher` turns a value of the policy into a test of a value of the request; it raises ValueError when the value is not of
    the operator's type. `negated` operators hold when no value matches. `variables` says whether values may hold policy variables.
    """

    name: str
    matcher: Callable[[Sequence[Piece]], Matcher]
    negated: bool = False
    variables: bool = False


def comparisons(prefix: str, read: Callable[[str], T | None], what: str) -> tuple[Operator, ...]:
    """The six operators that compare what `read` makes of a text (None: it is not `what`); no value that is not one matches."""

    def comparing(compare: Callable[[T, T], bool]) -> Callable[[Sequence[Piece]], Matcher]:
        def matcher(pieces: Sequence[Piece]) -> Matcher:
            limit = read(text_of(pieces))
            if limit is None:
                raise ValueError(f"{text_of(pieces)!r} is no {what}")
            return lambda value: (found := read(value)) is not None and compare(found, limit)

        return matcher

    return (
        Operator(f"{prefix}Equals", comparing(operator.eq)),
        Operator(f"{prefix}NotEquals", comparing(operator.eq), negated=True),
        Operator(f"{prefix}LessThan", comparing(operator.lt)),
        Operator(f"{prefix}LessThanEquals", comparing(operator.le)),
        Operator(f"{prefix}GreaterThan", comparing(operator.gt)),
        Operator(f"{prefix}GreaterThanEquals", comparing(operator.ge)),
    )


@cache
def operators() -> Mapping[str, Operator]:
    """Every operator by its name in lower case: AWS compares names without regard to case."""
    found: dict[str, Operator] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for one in module.OPERATORS:
            if one.name.casefold() in found:
                raise ValueError(f"two files define the condition operator {one.name}")
            found[one.name.casefold()] = one
    return found
