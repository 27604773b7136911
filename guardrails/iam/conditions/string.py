"""String operators: exact, without regard to case, and with wildcards.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
"""

from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of, wildcard_matcher


def _equals(pieces: Sequence[Piece]) -> Matcher:
    wanted = text_of(pieces)
    return lambda value: value == wanted


def _equals_ignoring_case(pieces: Sequence[Piece]) -> Matcher:
    wanted = text_of(pieces).casefold()
    return lambda value: value.casefold() == wanted


OPERATORS: Final = (
    Operator("StringEquals", _equals, variables=True),
    Operator("StringNotEquals", _equals, negated=True, variables=True),
    Operator("StringEqualsIgnoreCase", _equals_ignoring_case, variables=True),
    Operator("StringNotEqualsIgnoreCase", _equals_ignoring_case, negated=True, variables=True),
    Operator("StringLike", wildcard_matcher, variables=True),
    Operator("StringNotLike", wildcard_matcher, negated=True, variables=True),
)
