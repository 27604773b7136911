"""IP address operators: an address or a range, IPv4 and IPv6, which never match each other.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

from guardrails.iam.conditions import Operator
from guardrails.iam.patterns import Matcher, Piece, text_of


def _within(pieces: Sequence[Piece]) -> Matcher:
    network = ipaddress.ip_network(text_of(pieces), strict=False)

    def matches(value: str) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        return address in network

    return matches


OPERATORS: Final = (
    Operator("IpAddress", _within),
    Operator("NotIpAddress", _within, negated=True),
)
