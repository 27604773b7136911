"""What may have a say in a request: what is put in the wrong place is refused, not passed over."""

from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.iam import ADMINISTRATOR_ACCESS, FULL, Level, NamedPolicy, Policies

ALLOW = '{"Version": "2012-10-17", "Statement": []}'


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"identity": ADMINISTRATOR_ACCESS}, "identity is a tuple of NamedPolicy"),
        ({"identity": [ADMINISTRATOR_ACCESS]}, "identity is a tuple of NamedPolicy"),
        ({"identity": (ALLOW,)}, "identity is a tuple of NamedPolicy"),
        ({"session": ADMINISTRATOR_ACCESS}, "session is a tuple of NamedPolicy"),
        ({"scps": (FULL,)}, "scps is a tuple of Level"),
        ({"rcps": [Level("Root", ())]}, "rcps is a tuple of Level"),
    ],
)
def test_a_policy_in_the_wrong_place_is_refused(wrong: dict[str, Any], message: str) -> None:
    """A policy that is not looked at would change the answer without a word."""
    with pytest.raises(TypeError, match=message):
        Policies(**wrong)


def test_a_document_is_no_text() -> None:
    """JSON is read before a policy is made of it; text in its place is told as what it is."""
    document: Any = ALLOW
    with pytest.raises(ConfigError, match="a policy is a JSON object"):
        _ = NamedPolicy("text", document).statements
