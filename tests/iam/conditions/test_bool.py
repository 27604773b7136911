"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("wanted", "found", "answer"),
    [
        ("true", "true", True),
        ("True", "true", True),
        ("false", "FALSE", True),
        ("true", "false", False),
        ("false", "", False),
    ],
)
def test_without_regard_to_case(wanted: str, found: str, answer: bool) -> None:
    """True is true and false is false, however they are spelled."""
    assert operators()["bool"].matcher([Piece(wanted)])(found) is answer


def test_anything_else_is_refused() -> None:
    """A policy cannot ask for a truth value that is neither."""
    with pytest.raises(ValueError, match="neither true nor false"):
        operators()["bool"].matcher([Piece("yes")])
