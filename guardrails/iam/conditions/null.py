"""The Null operator: whether a key is missing. Its values are tested against "true" (missing) or "false" (there).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
"""

from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of

NAME: Final = "Null"


def _is(pieces: Sequence[Piece]) -> Matcher:
    wanted = text_of(pieces).casefold()
    if wanted not in {"true", "false"}:
        raise ValueError(f"{text_of(pieces)!r} is neither true nor false")
    return lambda value: value == wanted


OPERATORS: Final = (Operator(NAME, _is),)
