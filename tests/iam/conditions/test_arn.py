"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece

ROLE = "arn:aws:iam::111122223333:role/team/Admin"


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"])
@pytest.mark.parametrize(
    ("wanted", "found", "answer"),
    [
        (ROLE, ROLE, True),
        ("arn:aws:iam::*:role/*", ROLE, True),
        ("arn:*:iam::*:role/team/*", ROLE, True),
        ("arn:aws:iam::*:role/Admin", ROLE, False),
        ("arn:aws:iam::*:ROLE/*", ROLE, False),
        ("arn:aws:someservice:*:111122223333:finance/*",
         "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", False),
        ("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:eu-west-1:111122223333:log-group:a:b", True),
        ("arn:aws:iam::11112222333?:root", "arn:aws:iam::111122223333:root", True),
        ("*", ROLE, True),
        ("arn:aws:iam::*:role/*", "not an arn", False),
    ],
)  # fmt: skip
def test_six_segments(operator: str, wanted: str, found: str, answer: bool) -> None:
    """Equals and Like are the same: each segment is compared on its own, and a wildcard stays within its segment, but for the last."""
    assert operators()[operator.casefold()].matcher([Piece(wanted)])(found) is answer


def test_a_pattern_that_never_matches_is_refused() -> None:
    """A pattern of fewer than six segments would match nothing for ever: that is said when the policy is read."""
    with pytest.raises(ValueError, match="fewer than six segments"):
        operators()["arnlike"].matcher([Piece("arn:aws:iam::*")])
