"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "answer"),
    [
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "0.3", "0.30", True),
        ("NumericNotEquals", "10", "10", True),  # the twin of Equals: the negation is done by the block
        ("NumericLessThan", "10", "9.999", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "-1", "0", True),
        ("NumericGreaterThan", "1.2", "1.10", False),
        ("NumericGreaterThanEquals", "1.2", "1.2", True),
        ("NumericEquals", "10", "ten", False),
        ("NumericLessThan", "10", "", False),
        ("NumericLessThan", "10", "NaN", False),
    ],
)
def test_one_value(operator: str, wanted: str, found: str, answer: bool) -> None:
    """Decimals are compared exactly, and what is no number matches nothing."""
    assert operators()[operator.casefold()].matcher([Piece(wanted)])(found) is answer


@pytest.mark.parametrize("wanted", ["ten", "", "1e3", "0x10", "${aws:x}", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_number_is_refused(wanted: str) -> None:
    """A policy that compares with no number is refused."""
    with pytest.raises(ValueError, match="is no number"):
        operators()["numericequals"].matcher([Piece(wanted)])
