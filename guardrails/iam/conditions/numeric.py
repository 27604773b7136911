"""Numeric operators: whole and decimal numbers, compared exactly. A value of the request that is no number matches nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric
"""

import re
from decimal import Decimal
from typing import Final

from guardrails.iam.conditions import comparisons

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)


def number(text: str) -> Decimal | None:
    """The number that a text spells, or None."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


OPERATORS: Final = comparisons("Numeric", number, "number")
