"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null."""

import pytest

from guardrails.iam.condition_block import compile_test, operator_use
from guardrails.iam.conditions import operators
from guardrails.iam.context import Context, Request, Values
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("wanted", "given", "answer"),
    [
        ("true", {}, True),
        ("false", {}, False),
        ("true", {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, False),
        ("false", {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, True),
        ("true", {"aws:TokenIssueTime": ()}, True),
        ("false", {"aws:TokenIssueTime": ""}, True),
    ],
)
def test_missing(wanted: str, given: dict[str, Values], answer: bool) -> None:
    """Null "true" holds when the key is not there, or holds no value at all; "false" when it is there, even empty."""
    request = Request("arn:aws:iam::111111111111:role/R", "s3:GetObject", context=given)
    assert compile_test(operator_use("Null"), "aws:TokenIssueTime", [wanted]).holds(Context(request)) is answer


def test_anything_else_is_refused() -> None:
    """A key is missing or it is not."""
    with pytest.raises(ValueError, match="neither true nor false"):
        operators()["null"].matcher([Piece("maybe")])
