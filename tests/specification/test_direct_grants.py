"""What an Allow of the resource's policy is worth by how it names the principal, in one account: AWS's table.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles,
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from typing import Any

import pytest

from guardrails.iam import FULL, Level, Policies
from tests.specification.cases import (
    ACCOUNT,
    ALLOW,
    DENY,
    FEDERATED,
    NOTHING,
    ROLE,
    SESSION,
    USER,
    identity,
    outcome,
    resource,
    scp,
    statement,
)

ANOTHER_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/R/another"
PATH_ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/to/R"


def found(named: Any, caller: str, **policies: Any) -> str:
    bucket = resource(named, statement("Allow", "s3:*"))
    return outcome(Policies(**{"identity": (), **policies, "resource": bucket}), caller, resource_owner=ACCOUNT)


@pytest.mark.parametrize(
    ("named", "caller", "identity_silent", "boundary_silent", "session_silent"),
    [
        pytest.param(
            {"AWS": USER}, USER, True, True, None, id="the user: neither identity policy nor boundary limits it"
        ),
        pytest.param({"AWS": ROLE}, ROLE, True, False, None, id="the role: the boundary limits it"),
        pytest.param({"AWS": PATH_ROLE}, PATH_ROLE, True, False, None, id="a role with a path, by its own ARN"),
        pytest.param(
            {"AWS": ROLE},
            SESSION,
            True,
            False,
            False,
            id="the role, asked by a session: boundary and session policy limit it",
        ),
        pytest.param({"AWS": SESSION}, SESSION, True, True, True, id="the session: nothing limits it"),
        pytest.param({"AWS": FEDERATED}, FEDERATED, True, True, True, id="the federated user: nothing limits it"),
        pytest.param("*", SESSION, True, True, True, id="everybody: nothing limits it"),
        pytest.param({"AWS": "*"}, USER, True, True, None, id="everybody, spelled AWS: nothing limits it"),
        pytest.param(
            {"AWS": [ROLE, "*"]}, SESSION, True, True, True, id="everybody, beside the role: nothing limits it"
        ),
        pytest.param(
            {"AWS": [ROLE, ACCOUNT]},
            SESSION,
            True,
            False,
            False,
            id="the role, beside its account: the role's grant counts",
        ),
        pytest.param({"AWS": ACCOUNT}, SESSION, False, False, False, id="the account: it only delegates"),
        pytest.param(
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            USER,
            False,
            False,
            None,
            id="the account by its ARN: it only delegates",
        ),
        pytest.param({"AWS": ANOTHER_SESSION}, SESSION, False, False, False, id="another session of the role"),
        pytest.param({"AWS": f"arn:aws:iam::{ACCOUNT}:user/V"}, USER, False, False, None, id="another user"),
        pytest.param(
            {"AWS": f"arn:aws:iam::{ACCOUNT}:user/u"}, USER, False, False, None, id="a user whose name differs in case"
        ),
        pytest.param({"Service": "s3.amazonaws.com"}, USER, False, False, None, id="a service"),
    ],
)
def test_how_directly_a_principal_is_named(
    named: Any, caller: str, identity_silent: bool, boundary_silent: bool, session_silent: bool | None
) -> None:
    """Whether the Allow stands against an identity policy, a boundary and a session policy that do not allow."""
    session = {"session": (ALLOW,)} if session_silent is not None else {}
    assert found(named, caller, **session) == ("allowed" if identity_silent else "implicitDeny")
    assert found(named, caller, boundary=NOTHING, **session) == ("allowed" if boundary_silent else "implicitDeny")
    if session_silent is not None:
        assert found(named, caller, session=(NOTHING,)) == ("allowed" if session_silent else "implicitDeny")


@pytest.mark.parametrize(("named", "caller"), [({"AWS": USER}, USER), ({"AWS": SESSION}, SESSION), ("*", SESSION)])
@pytest.mark.parametrize("policies", [{"identity": (DENY,)}, {"boundary": DENY}])
def test_explicit_denies_count_all_the_same(named: Any, caller: str, policies: dict[str, Any]) -> None:
    """However directly a resource's policy names the principal, an explicit Deny elsewhere decides."""
    assert found(named, caller, **policies) == "explicitDeny"


@pytest.mark.parametrize(("named", "caller"), [({"AWS": USER}, USER), ({"AWS": SESSION}, SESSION), ("*", SESSION)])
def test_service_control_policies_limit_all_the_same(named: Any, caller: str) -> None:
    """SCPs must allow what a resource's policy gives a principal of a member account."""
    silent = (Level("Root", (FULL,)), Level("Unit", (scp(statement("Allow", "ec2:*")),)))
    assert found(named, caller, scps=silent) == "implicitDeny"


def test_a_session_without_session_policies() -> None:
    """A role session without session policies has what its role has; a federated user's session has nothing without any."""
    assert outcome(Policies(identity=(ALLOW,)), SESSION, resource_owner=ACCOUNT) == "allowed"
    assert outcome(Policies(identity=(ALLOW,)), FEDERATED, resource_owner=ACCOUNT) == "implicitDeny"
    assert outcome(Policies(identity=(ALLOW,), session=(ALLOW,)), FEDERATED, resource_owner=ACCOUNT) == "allowed"
    assert (
        outcome(Policies(), FEDERATED, resource_owner=ACCOUNT) == "allowed"
    )  # nothing is known but the organization's policies


def test_several_policies_of_a_kind_allow_together() -> None:
    """Of several identity policies, or session policies, one that allows is enough."""
    assert outcome(Policies(identity=(NOTHING, ALLOW)), SESSION, resource_owner=ACCOUNT) == "allowed"
    pair = (identity(statement("Allow", "s3:*")), identity(statement("Allow", "ec2:*")))
    assert outcome(Policies(identity=(ALLOW,), session=pair), SESSION, resource_owner=ACCOUNT) == "allowed"
