"""The policies of a permission set, on the sandbox: every kind is seen, put on and taken off by one write each."""

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.identity_center import policies
from guardrails.identity_center.policies import AttachedPolicies
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.organization_line import FIRST_DAY

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

NONE = AttachedPolicies()
EVERYTHING = AttachedPolicies(
    managed=("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/SecurityAudit"),
    customer_managed=("/Billing", "/teams/Support"),
    inline={"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}]},
    boundary="arn:aws:iam::aws:policy/PowerUserAccess",
)


@pytest.fixture
def connection(sandbox: "Embedded") -> Connection:
    return connect(FIRST_DAY, endpoint=Endpoint(sandbox.endpoint, ACCESS_KEY_ID, SECRET_ACCESS_KEY))


@pytest.fixture
def permission_set(sandbox: "Embedded") -> str:
    admin = sandbox.client("sso-admin")
    instance = admin.list_instances()["Instances"][0]["InstanceArn"]
    made = admin.create_permission_set(InstanceArn=instance, Name="Developer")["PermissionSet"]
    return str(made["PermissionSetArn"])


def put(connection: Connection, arn: str, want: AttachedPolicies, have: AttachedPolicies) -> dict[str, int]:
    """Put the policies; how often each operation wrote."""
    before = connection.gateway.calls.writes.copy()
    policies.put(connection.gateway.writer(), arn, want, have)
    return {call.removeprefix("sso-admin:"): n for call, n in (connection.gateway.calls.writes - before).items()}


def test_every_kind_is_put_seen_and_taken_off_again(connection: Connection, permission_set: str) -> None:
    """What was put is observed as it was wanted, and what is wanted no longer is gone."""
    put(connection, permission_set, EVERYTHING, NONE)
    assert policies.observed(connection.gateway.reader(), permission_set) == EVERYTHING
    put(connection, permission_set, NONE, EVERYTHING)
    assert policies.observed(connection.gateway.reader(), permission_set) == NONE


@pytest.mark.parametrize(
    ("operation", "by_hand", "mends"),
    [
        (
            "attach_customer_managed_policy_reference_to_permission_set",
            {"CustomerManagedPolicyReference": {"Name": "Everything"}},
            "detach_customer_managed_policy_reference_from_permission_set",
        ),
        (
            "put_permissions_boundary_to_permission_set",
            {"PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "Narrow", "Path": "/teams/"}}},
            "delete_permissions_boundary_from_permission_set",
        ),
    ],
)
def test_what_is_attached_by_hand_is_seen_and_mended_by_one_write(
    sandbox: "Embedded",
    connection: Connection,
    permission_set: str,
    operation: str,
    by_hand: dict[str, Any],
    mends: str,
) -> None:
    """A customer managed policy or a boundary that somebody attached does not stay unseen, and one write takes it off."""
    getattr(sandbox.client("sso-admin"), operation)(**policies.which(permission_set), **by_hand)
    found = policies.observed(connection.gateway.reader(), permission_set)
    assert found != NONE
    assert put(connection, permission_set, NONE, found) == {mends: 1}
    assert policies.observed(connection.gateway.reader(), permission_set) == NONE


def test_nothing_to_do_writes_nothing(connection: Connection, permission_set: str) -> None:
    """Equal policies cost no write."""
    assert put(connection, permission_set, EVERYTHING, EVERYTHING) == {}
