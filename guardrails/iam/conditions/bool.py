"""The Boolean operator: "true" or "false", without regard to case.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean
"""

from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of


def _is(pieces: Sequence[Piece]) -> Matcher:
    wanted = text_of(pieces).casefold()
    if all(not piece.literal for piece in pieces) and wanted not in {"true", "false"}:
        raise ValueError(f"{text_of(pieces)!r} is neither true nor false")
    return lambda value: value.casefold() == wanted


OPERATORS: Final = (Operator("Bool", _is, variables=True),)
