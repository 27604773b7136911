"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html."""

from typing import Any

import pytest

from guardrails.iam.grammar import RESOURCE
from tests.lint_cases import found, statement

ROLE, ROOT = "arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::111111111111:root"


def test_an_allow_for_everybody_else() -> None:
    """NotPrincipal in an Allow is an error: it allows the whole world but those it names."""
    spared = {"AWS": ROLE}
    assert found("GR407", statement("Allow", Action="s3:*", NotPrincipal=spared), kind=RESOURCE)
    assert not found("GR407", statement("Allow", Action="s3:*", Principal=spared), kind=RESOURCE)
    assert not found("GR407", statement(Action="s3:*", NotPrincipal=spared), kind=RESOURCE)


@pytest.mark.parametrize(
    ("spared", "what"),
    [
        ({"AWS": ROLE}, "denies the account"),
        ({"AWS": [ROLE, "222222222222"]}, "denies the account"),
        ({"AWS": [ROLE, ROOT]}, "permissions boundary"),
        ({"AWS": [ROLE, "111111111111"]}, "permissions boundary"),
        ({"Service": "s3.amazonaws.com"}, "permissions boundary"),
    ],
)
def test_a_deny_that_spares_less_than_it_says(spared: dict[str, Any], what: str) -> None:
    """NotPrincipal in a Deny spares nobody whose account it does not name too, and nobody with a permissions boundary."""
    ((where, message, _),) = found("GR408", statement(Action="s3:*", NotPrincipal=spared), kind=RESOURCE)
    assert where == (0, "NotPrincipal")
    assert what in message
    assert found("GR408", statement(Action="s3:*", Principal=spared), kind=RESOURCE) == []
