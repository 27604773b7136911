"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "answer"),
    [
        ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", True),
        ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", True),
        ("DateEquals", "1577836800", "2020-01-01", True),
        ("DateEquals", "2020", "2020-01-01T00:00:00Z", True),
        ("DateEquals", "2020-02", "2020-02-01T00:00:00Z", True),
        ("DateLessThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z", True),
        ("DateLessThan", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", False),
        ("DateLessThanEquals", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", True),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z", True),
        ("DateGreaterThanEquals", "2020-01-01T00:00Z", "2020-01-01T00:00:00Z", True),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "tomorrow", False),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", "2020-13-01T00:00:00Z", False),
    ],
)
def test_one_value(operator: str, wanted: str, found: str, answer: bool) -> None:
    """ISO 8601 and seconds since 1970 name the same moments, and what is no date matches nothing."""
    assert operators()[operator.casefold()].matcher([Piece(wanted)])(found) is answer


@pytest.mark.parametrize("wanted", ["tomorrow", "2020-02-30", "2020-*", ""])
def test_what_is_no_date_is_refused(wanted: str) -> None:
    """A policy that compares with no date is refused."""
    with pytest.raises(ValueError, match="is no date"):
        operators()["dateequals"].matcher([Piece(wanted)])
