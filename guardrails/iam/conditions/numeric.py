"""Numeric operators: whole and decimal numbers, compared exactly. A value of the request that is no number matches nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric
"""

import operator
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of

Compare = Callable[[Decimal, Decimal], bool]
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)


def number(text: str) -> Decimal | None:
    """The number that a text spells, or None."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _comparing(compare: Compare) -> Callable[[Sequence[Piece]], Matcher]:
    def matcher(pieces: Sequence[Piece]) -> Matcher:
        wanted = number(text_of(pieces))
        if wanted is None:
            raise ValueError(f"{text_of(pieces)!r} is no number")
        limit = wanted
        return lambda value: (found := number(value)) is not None and compare(found, limit)

    return matcher


OPERATORS: Final = (
    Operator("NumericEquals", _comparing(operator.eq)),
    Operator("NumericNotEquals", _comparing(operator.eq), negated=True),
    Operator("NumericLessThan", _comparing(operator.lt)),
    Operator("NumericLessThanEquals", _comparing(operator.le)),
    Operator("NumericGreaterThan", _comparing(operator.gt)),
    Operator("NumericGreaterThanEquals", _comparing(operator.ge)),
)
