"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html."""

from typing import Any

import pytest

from guardrails.iam.context import principal
from guardrails.iam.principals import Grant, PrincipalElement, wrong_principals

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Admin"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/kim"
USER = f"arn:aws:iam::{ACCOUNT}:user/kim"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/kim"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"


@pytest.mark.parametrize(
    ("element", "who", "grant"),
    [
        ("*", ROLE, Grant.EVERYBODY),
        ("*", "anonymous", Grant.EVERYBODY),
        ({"AWS": "*"}, "ec2.amazonaws.com", Grant.EVERYBODY),
        ({"AWS": ACCOUNT}, ROLE, Grant.ACCOUNT),
        ({"AWS": ROOT}, USER, Grant.ACCOUNT),
        ({"AWS": ROOT}, ROOT, Grant.ACCOUNT),
        ({"AWS": "222222222222"}, ROLE, None),
        ({"AWS": [ROOT, ROLE]}, ROLE, Grant.ROLE),
        ({"AWS": [ROLE, SESSION]}, SESSION, Grant.SESSION),
        ({"AWS": ROLE}, SESSION, Grant.ROLE),
        ({"AWS": SESSION}, ROLE, None),
        ({"AWS": USER}, USER, Grant.USER),
        ({"AWS": FEDERATED}, FEDERATED, Grant.SESSION),
        ({"Service": ["s3.amazonaws.com", "ec2.amazonaws.com"]}, "ec2.amazonaws.com", Grant.SERVICE),
        ({"Service": "s3.amazonaws.com"}, ROLE, None),
        ({"Federated": SAML}, SAML, Grant.FEDERATED),
        ({"AWS": ROOT}, "anonymous", None),
        ({"CanonicalUser": "79a59df900b949e5"}, ROLE, None),
    ],
)
def test_how_a_principal_is_named(element: Any, who: str, grant: Grant | None) -> None:
    """A Principal element names everybody, an account, or one principal; the narrowest name counts."""
    assert PrincipalElement(element).grant(principal(who)) is grant


@pytest.mark.parametrize(
    ("element", "who", "spared"),
    [
        ({"AWS": [USER, ROOT]}, USER, True),
        ({"AWS": USER}, USER, False),
        ({"AWS": [SESSION, ROLE, ACCOUNT]}, SESSION, True),
        ({"AWS": [ROLE, ACCOUNT]}, SESSION, False),
        ({"AWS": [ROLE, ACCOUNT]}, ROLE, True),
        ({"AWS": ROOT}, ROOT, True),
        ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com", True),
        ({"AWS": ROOT}, "anonymous", False),
    ],
)
def test_not_principal(element: Any, who: str, spared: bool) -> None:
    """NotPrincipal lets one alone who is named in full, with its account; whoever is named in part is meant all the same.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    assert (PrincipalElement(element, negated=True).grant(principal(who)) is None) == spared


@pytest.mark.parametrize(
    ("element", "wrong"),
    [
        ("*", []),
        ({"AWS": ["*", ACCOUNT, ROOT, ROLE, SESSION, "AROAEXAMPLEID123"], "Service": "ec2.amazonaws.com"}, []),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, [("AWS",)]),
        ({"AWS": [ROLE, "Admin"]}, [("AWS", 1)]),
        ({"Aws": ROLE}, [("Aws",)]),
        ({}, [()]),
        (ROLE, [()]),
        ({"Service": "*.amazonaws.com"}, [("Service",)]),
        ({"AWS": [1]}, [("AWS", 0)]),
    ],
)
def test_what_is_refused(element: Any, wrong: list[tuple[str | int, ...]]) -> None:
    """A principal is named in full, in an object of kinds that AWS knows, or is everybody; each mistake has its path."""
    assert [path for path, _ in wrong_principals(element)] == wrong
