"""ARN operators: six segments compared one by one, wildcards allowed in each; `Equals` and `Like` are the same.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import ARN_SEGMENTS, Matcher, Piece, arn_matcher, text_of


def _like(pieces: Sequence[Piece]) -> Matcher:
    text = text_of(pieces)
    written = all(not piece.literal for piece in pieces)
    if written and text != "*" and text.count(":") < ARN_SEGMENTS - 1:
        raise ValueError(f"{text!r} has fewer than six segments, and never matches an ARN")
    return arn_matcher(pieces)


OPERATORS: Final = (
    Operator("ArnEquals", _like, variables=True),
    Operator("ArnNotEquals", _like, negated=True, variables=True),
    Operator("ArnLike", _like, variables=True),
    Operator("ArnNotLike", _like, negated=True, variables=True),
)
