"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


@pytest.mark.parametrize(
    ("wanted", "found", "answer"),
    [
        ("203.0.113.0/24", "203.0.113.255", True),
        ("203.0.113.0/24", "203.0.114.0", False),
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.8", False),
        ("203.0.113.9/24", "203.0.113.200", True),
        ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678:0:0:0:1", True),
        ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", True),
        ("0.0.0.0/0", "198.51.100.7", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("::/0", "2001:db8::1", True),
        ("::/0", "198.51.100.7", False),
        ("203.0.113.0/24", "cloudformation.amazonaws.com", False),
    ],
)
@pytest.mark.parametrize("operator", ["IpAddress", "NotIpAddress"])
def test_one_value(operator: str, wanted: str, found: str, answer: bool) -> None:
    """An address lies in a range of its own family only, however it is spelled; a single address is a range of one."""
    assert operators()[operator.casefold()].matcher([Piece(wanted)])(found) is answer


@pytest.mark.parametrize("wanted", ["203.0.113.*", "203.0.113.0/33", "localhost"])
def test_what_is_no_range_is_refused(wanted: str) -> None:
    """A policy that compares with no range is refused."""
    with pytest.raises(ValueError, match="does not appear to be"):
        operators()["ipaddress"].matcher([Piece(wanted)])
