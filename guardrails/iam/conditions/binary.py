"""The binary operator: base64 on both sides, compared byte by byte.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _equals(pieces: Sequence[Piece]) -> Matcher:
    wanted = _decoded(text_of(pieces))
    if wanted is None:
        raise ValueError(f"{text_of(pieces)!r} is not base64")
    return lambda value: _decoded(value) == wanted


OPERATORS: Final = (Operator("BinaryEquals", _equals),)
