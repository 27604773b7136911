"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("found", "answer"),
    [("QmluYXJ5VmFsdWVJbkJhc2U2NA==", True), ("QmluYXJ5", False), ("binary!", False), ("", False)],
)
def test_bytes_are_compared(found: str, answer: bool) -> None:
    """Equal bytes match, others and what is no base64 do not."""
    assert operators()["binaryequals"].matcher([Piece("QmluYXJ5VmFsdWVJbkJhc2U2NA==")])(found) is answer


def test_what_is_not_base64_is_refused() -> None:
    """A policy that compares with no base64 is refused."""
    with pytest.raises(ValueError, match="is not base64"):
        operators()["binaryequals"].matcher([Piece("not base64")])
