"""Which policies have a say about a request.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
"""

from typing import Any

import pytest

from guardrails.iam import FULL, Level, Policies
from tests.specification.cases import (
    ACCOUNT,
    ALLOW,
    FEDERATED,
    GET,
    MANAGEMENT,
    NOTHING,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SERVICE_LINKED,
    SESSION,
    USER,
    outcome,
    rcp,
    scp,
    statement,
)

DENYING_SCP = Policies(scps=(Level("Root", (FULL, scp(statement("Deny", "s3:*")))),), management_account=MANAGEMENT)
SILENT_SCP = Policies(scps=(Level("Root", (FULL,)), Level("Unit", ())), management_account=MANAGEMENT)


@pytest.mark.parametrize(
    ("principal", "bound"),
    [
        pytest.param(ROLE, True, id="a role of a member"),
        pytest.param(SESSION, True, id="a role session of a member"),
        pytest.param(USER, True, id="a user of a member"),
        pytest.param(FEDERATED, True, id="a federated user of a member"),
        pytest.param(ROOT, True, id="the root user of a member"),
        pytest.param(f"arn:aws:iam::{OTHER}:role/Delegate", True, id="a delegated administrator"),
        pytest.param(f"arn:aws:iam::{MANAGEMENT}:role/R", False, id="a role of the management account"),
        pytest.param(f"arn:aws:iam::{MANAGEMENT}:root", False, id="the root user of the management account"),
        pytest.param(SERVICE_LINKED, False, id="a service-linked role"),
        pytest.param(SERVICE, False, id="a service principal"),
        pytest.param("anonymous", False, id="anonymous"),
    ],
)
def test_whom_service_control_policies_bind(principal: str, bound: bool) -> None:
    """An SCP binds the principals of members, root users too; nobody of the management account, no service and nobody anonymous."""
    assert outcome(DENYING_SCP, principal) == ("explicitDeny" if bound else "allowed")
    assert outcome(SILENT_SCP, principal) == ("implicitDeny" if bound else "allowed")


def test_without_service_control_policies() -> None:
    """Where SCPs are disabled, and for accounts outside, there are no levels, and nothing is withheld."""
    assert outcome(Policies(scps=())) == "allowed"
    assert outcome(Policies(scps=()), f"arn:aws:iam::{OTHER}:root") == "allowed"


DENYING_RCP = Policies(
    rcps=(Level("Root", ()), Level("Unit", (rcp(statement("Deny", "s3:*")),))), management_account=MANAGEMENT
)


@pytest.mark.parametrize(
    ("principal", "owner", "restricted"),
    [
        pytest.param(ROLE, ACCOUNT, True, id="a principal of the same account"),
        pytest.param(ROOT, ACCOUNT, True, id="the root user of the same account"),
        pytest.param(f"arn:aws:iam::{OTHER}:role/R", ACCOUNT, True, id="an outsider"),
        pytest.param(f"arn:aws:iam::{OTHER}:root", ACCOUNT, True, id="a root user of an outsider"),
        pytest.param(f"arn:aws:iam::{MANAGEMENT}:role/R", ACCOUNT, True, id="the management account as a caller"),
        pytest.param("anonymous", ACCOUNT, True, id="anonymous"),
        pytest.param(SERVICE, ACCOUNT, True, id="a service principal"),
        pytest.param(SERVICE_LINKED, ACCOUNT, False, id="a service-linked role"),
        pytest.param(f"arn:aws:iam::{MANAGEMENT}:role/R", MANAGEMENT, False, id="a resource of the management account"),
        pytest.param(ROLE, MANAGEMENT, False, id="a resource of the management account, asked for by a member"),
    ],
)
def test_whom_resource_control_policies_restrict(principal: str, owner: str, restricted: bool) -> None:
    """An RCP restricts whoever asks for a resource of a member, but service-linked roles; nothing of the management account."""
    assert outcome(DENYING_RCP, principal, resource_owner=owner) == ("explicitDeny" if restricted else "allowed")


@pytest.mark.parametrize(
    ("action", "resource", "context", "restricted"),
    [
        pytest.param("s3:GetObject", "arn:aws:s3:::b/k", {}, True, id="a service that takes part"),
        pytest.param("sts:AssumeRole", "arn:aws:iam::111111111111:role/R", {}, True, id="another"),
        pytest.param(
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111111111111:key/k",
            {"kms:ResourceAliases": ()},
            True,
            id="a customer's key",
        ),
        pytest.param("kms:RetireGrant", "arn:aws:kms:eu-west-1:111111111111:key/k", {}, False, id="retiring a grant"),
        pytest.param(
            "KMS:retiregrant",
            "arn:aws:kms:eu-west-1:111111111111:key/k",
            {},
            False,
            id="retiring a grant, in whatever case",
        ),
        pytest.param(
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111111111111:key/k",
            {"kms:ResourceAliases": ("alias/aws/s3",)},
            False,
            id="a key that AWS manages",
        ),
        pytest.param(
            "sns:Publish", "arn:aws:sns:eu-west-1:111111111111:t", {}, False, id="a service that takes no part"
        ),
        pytest.param("ec2:RunInstances", "*", {}, False, id="another that takes no part"),
    ],
)
def test_what_resource_control_policies_cover(action: str, resource: str, context: Any, restricted: bool) -> None:
    """RCPs cover the services that take part, but for retiring grants and for keys that AWS manages."""
    policies = Policies(rcps=(Level("Root", (rcp(statement("Deny", [f"{action.partition(':')[0]}:*"])),)),))
    found = outcome(policies, ROLE, action, resource, context=context, resource_owner=ACCOUNT)
    assert found == ("explicitDeny" if restricted else "allowed")


def test_without_resource_control_policies_of_ones_own() -> None:
    """RCPFullAWSAccess is always attached: levels without a policy withhold nothing."""
    assert outcome(Policies(rcps=(Level("Root", ()), Level("Unit", ())))) == "allowed"


@pytest.mark.parametrize(
    ("principal", "limited"),
    [
        pytest.param(USER, True, id="a user"),
        pytest.param(ROLE, True, id="a role"),
        pytest.param(SESSION, True, id="a session of a role"),
        pytest.param(FEDERATED, True, id="a session of a user"),
        pytest.param(ROOT, False, id="the root user has none"),
    ],
)
def test_whom_a_boundary_limits(principal: str, limited: bool) -> None:
    """A permissions boundary limits users and roles, and their sessions."""
    policies = Policies(identity=(ALLOW,), boundary=NOTHING, session=(ALLOW,) if ":sts:" in principal else ())
    assert outcome(policies, principal, resource_owner=ACCOUNT) == ("implicitDeny" if limited else "allowed")


@pytest.mark.parametrize("principal", [SESSION, FEDERATED])
def test_whom_a_session_policy_limits(principal: str) -> None:
    """Session policies limit role sessions and federated users."""
    policies = Policies(identity=(ALLOW,), session=(NOTHING,))
    assert outcome(policies, principal, GET, resource_owner=ACCOUNT) == "implicitDeny"
