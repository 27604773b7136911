"""Whom the Principal element of a resource policy speaks of, and NotPrincipal.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.iam import Policies
from tests.specification.cases import (
    ACCOUNT,
    ALLOW,
    FEDERATED,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    USER,
    outcome,
    policy,
    resource,
    statement,
)

SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/P"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
EVERY = (ROLE, SESSION, USER, FEDERATED, ROOT, SERVICE, SAML, "anonymous", f"arn:aws:iam::{OTHER}:role/R")


@pytest.mark.parametrize(
    ("element", "spoken_of"),
    [
        pytest.param("*", EVERY, id="everybody, signed in or not"),
        pytest.param({"AWS": "*"}, EVERY, id="the same for AWS"),
        pytest.param(
            {"AWS": ACCOUNT}, (ROLE, SESSION, USER, FEDERATED, ROOT), id="an account by its number: everybody in it"
        ),
        pytest.param({"AWS": ROOT}, (ROLE, SESSION, USER, FEDERATED, ROOT), id="an account by its ARN: not root alone"),
        pytest.param({"AWS": ROLE}, (ROLE, SESSION), id="a role and its sessions"),
        pytest.param({"AWS": SESSION}, (SESSION,), id="one session"),
        pytest.param({"AWS": USER}, (USER,), id="a user"),
        pytest.param({"AWS": FEDERATED}, (FEDERATED,), id="a federated user"),
        pytest.param({"AWS": [USER, ROLE]}, (USER, ROLE, SESSION), id="several: one is enough"),
        pytest.param({"Service": SERVICE}, (SERVICE,), id="a service"),
        pytest.param({"Service": ["ec2.amazonaws.com", SERVICE]}, (SERVICE,), id="several services"),
        pytest.param({"Federated": SAML}, (SAML,), id="an identity provider"),
        pytest.param({"Federated": "*"}, (SAML,), id="every identity provider, and nobody else"),
        pytest.param({"Service": SERVICE, "AWS": USER}, (USER, SERVICE), id="several kinds"),
        pytest.param(
            {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
            (),
            id="a canonical user, whom nothing here names",
        ),
    ],
)
def test_whom_a_principal_element_names(element: Any, spoken_of: tuple[str, ...]) -> None:
    """A Deny of a bucket policy reaches those whom its Principal names, and no others."""
    policies = Policies(resource=resource(element, statement("Deny")))
    assert {who for who in EVERY if outcome(policies, who, resource_owner=ACCOUNT) == "explicitDeny"} == set(spoken_of)


@pytest.mark.parametrize(
    ("element", "spared"),
    [
        pytest.param({"AWS": [USER, ROOT]}, (USER, ROOT), id="a user with the account"),
        pytest.param(
            {"AWS": [SESSION, ROLE, ROOT]}, (ROLE, SESSION, ROOT), id="a session with its role and the account"
        ),
        pytest.param({"AWS": USER}, (), id="a user without the account: AWS may deny the whole account"),
        pytest.param({"AWS": [ROLE, ROOT]}, (ROLE, ROOT), id="a role without its session: AWS may deny the session"),
        pytest.param({"Service": SERVICE}, (SERVICE,), id="a service"),
    ],
)
def test_whom_not_principal_spares(element: Any, spared: tuple[str, ...]) -> None:
    """NotPrincipal with Deny denies everybody but those it names with their account; where AWS says "might", it denies."""
    policies = Policies(resource=policy("RESOURCE_POLICY", statement("Deny", NotPrincipal=element)))
    assert {who for who in EVERY if outcome(policies, who, resource_owner=ACCOUNT) != "explicitDeny"} == set(spared)


def test_not_principal_spares_nobody_with_a_boundary() -> None:
    """A principal with a permissions boundary is denied whatever NotPrincipal names; the root user has none."""
    denying = policy("RESOURCE_POLICY", statement("Deny", NotPrincipal={"AWS": [USER, ROOT]}))
    for who, found in ((USER, "explicitDeny"), (ROOT, "allowed")):
        assert outcome(Policies(identity=(ALLOW,), resource=denying), who, resource_owner=ACCOUNT) == "allowed"
        bounded = Policies(identity=(ALLOW,), boundary=ALLOW, resource=denying)
        assert outcome(bounded, who, resource_owner=ACCOUNT) == found


@pytest.mark.parametrize(
    "element",
    [
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/team-?"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/R/*"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:group/G"},
        {"Service": "*.amazonaws.com"},
        {"Users": USER},
        "R",
        {},
    ],
)
def test_what_is_no_principal(element: Any) -> None:
    """A principal is named whole: wildcards in a part of it, groups and unknown kinds are refused."""
    with pytest.raises(ConfigError):
        outcome(Policies(identity=(ALLOW,), resource=resource(element, statement("Allow"))))


@pytest.mark.parametrize(("element", "who"), [(SAML, SAML), (OIDC, OIDC)])
def test_who_signs_in_through_a_provider(element: str, who: str) -> None:
    """A trust policy that names an identity provider lets its users assume the role; another provider's not."""
    trusting = policy(
        "TRUST_POLICY", {"Effect": "Allow", "Principal": {"Federated": element}, "Action": "sts:AssumeRoleWith*"}
    )
    other = f"arn:aws:iam::{ACCOUNT}:saml-provider/Other"
    answers = [
        outcome(Policies(resource=trusting), each, "sts:AssumeRoleWithSAML", f"arn:aws:iam::{ACCOUNT}:role/T")
        for each in (who, other)
    ]
    assert answers == ["allowed", "implicitDeny"]
