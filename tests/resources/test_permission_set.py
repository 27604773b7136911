"""Permission sets, on the sandbox: created, mended by the fewest writes, brought to the accounts that use them, deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.resource import OWNERSHIP_TAG, BlindSpot, Live
from guardrails.errors import AwsError
from guardrails.resources import account_address
from guardrails.resources.permission_set import TYPE, PermissionSet

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
POLICY: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}],
}
WANTED = PermissionSet(
    name="Developer",
    description="Build workloads",
    session_duration="PT8H",
    relay_state="https://console.aws.amazon.com/s3",
    managed_policies=(POWER_USER, READ_ONLY),
    inline_policy=POLICY,
    tags={"team": "platform"},
)


def observed(connection: Connection, *wanted: PermissionSet) -> dict[str, Live[PermissionSet]]:
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: PermissionSet) -> Live[PermissionSet]:
    """Put the set, and return what a fresh observation sees of it."""
    live = observed(connection, want).get(want.name)
    attributes = TYPE.put(connection.gateway.writer(), want, live, connection.directory)
    now = observed(connection, want)[want.name]
    assert now.attributes == attributes
    return now


def writes(connection: Connection) -> dict[str, int]:
    return {call.removeprefix("sso-admin:"): count for call, count in connection.gateway.calls.writes.items()}


def assign(sandbox: "Embedded", connection: Connection, live: Live[PermissionSet]) -> dict[str, str]:
    """Use the set in the management account; what to call it in further calls."""
    admin = sandbox.client("sso-admin")
    instance = admin.list_instances()["Instances"][0]
    store = instance["IdentityStoreId"]
    group = sandbox.client("identitystore").create_group(IdentityStoreId=store, DisplayName="developers")
    which = {"InstanceArn": instance["InstanceArn"], "PermissionSetArn": live.attributes["arn"]}
    admin.create_account_assignment(
        **which,
        TargetId=connection.directory.id(account_address("management")),
        TargetType="AWS_ACCOUNT",
        PrincipalType="GROUP",
        PrincipalId=group["GroupId"],
    )
    assert admin.list_accounts_for_provisioned_permission_set(**which)["AccountIds"]
    return which


def behind(sandbox: "Embedded", which: Mapping[str, str]) -> list[str]:
    """The accounts that do not have the set as it is now."""
    status = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
    client = sandbox.client("sso-admin")
    found = client.list_accounts_for_provisioned_permission_set(**which, ProvisioningStatus=status)
    return list(found["AccountIds"])


def test_created_then_seen_as_wanted(connection: Connection) -> None:
    """A put set is observed as ours and as wanted, and written once."""
    live = put(connection, WANTED)
    assert live.managed
    assert live.resource == WANTED
    put(connection, WANTED)
    assert writes(connection) == {
        "create_permission_set": 1,
        "attach_managed_policy_to_permission_set": 2,
        "put_inline_policy_to_permission_set": 1,
    }


def test_a_set_of_nothing(connection: Connection) -> None:
    """A set with no more than a name is one write, and no difference afterwards."""
    bare = PermissionSet(name="Nothing")
    live = put(connection, bare)
    assert replace(live.resource, description=None, relay_state=None) == bare
    assert writes(connection) == {"create_permission_set": 1}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"description": "Build"}, {"update_permission_set": 1}),
        ({"session_duration": "PT2H"}, {"update_permission_set": 1}),
        ({"relay_state": "https://console.aws.amazon.com/ec2"}, {"update_permission_set": 1}),
        (
            {"managed_policies": (READ_ONLY,)},
            {"detach_managed_policy_from_permission_set": 1},
        ),
        (
            {"managed_policies": (ADMINISTRATOR, POWER_USER, READ_ONLY)},
            {"attach_managed_policy_to_permission_set": 1},
        ),
        ({"inline_policy": {}}, {"delete_inline_policy_from_permission_set": 1}),
        ({"inline_policy": {**POLICY, "Id": "other"}}, {"put_inline_policy_to_permission_set": 1}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_change_is_one_write_and_arrives(
    connection: Connection, sandbox: "Embedded", change: dict[str, Any], expected: dict[str, int]
) -> None:
    """A changed property is mended by the one write that it needs, and brought to the accounts that use the set."""
    which = assign(sandbox, connection, put(connection, WANTED))
    connection.gateway.calls.writes.clear()
    want = replace(WANTED, **change)
    assert put(connection, want).resource == want
    assert writes(connection) == {**expected, "provision_permission_set": 1}
    assert behind(sandbox, which) == []


def test_an_unused_set_is_not_provisioned(connection: Connection) -> None:
    """A change of a set that no account uses is brought nowhere."""
    put(connection, WANTED)
    connection.gateway.calls.writes.clear()
    put(connection, replace(WANTED, session_duration="PT2H"))
    assert writes(connection) == {"update_permission_set": 1}


def test_a_widened_set_is_mended(connection: Connection, sandbox: "Embedded") -> None:
    """A managed policy that somebody added goes again, by one detachment and one provisioning."""
    which = assign(sandbox, connection, put(connection, WANTED))
    admin = sandbox.client("sso-admin")
    admin.attach_managed_policy_to_permission_set(**which, ManagedPolicyArn=ADMINISTRATOR)
    admin.provision_permission_set(**which, TargetType="ALL_PROVISIONED_ACCOUNTS")
    assert ADMINISTRATOR in observed(connection, WANTED)[WANTED.name].resource.managed_policies
    connection.gateway.calls.writes.clear()
    assert put(connection, WANTED).resource == WANTED
    assert writes(connection) == {"detach_managed_policy_from_permission_set": 1, "provision_permission_set": 1}
    assert behind(sandbox, which) == []


def test_a_put_cut_off_before_its_policies(connection: Connection, sandbox: "Embedded") -> None:
    """A set that a crashed run created, and no more, is ours; the next put adds what is missing."""
    instance = sandbox.client("sso-admin").list_instances()["Instances"][0]["InstanceArn"]
    sandbox.client("sso-admin").create_permission_set(
        Name=WANTED.name, InstanceArn=instance, Tags=[{"Key": OWNERSHIP_TAG, "Value": "true"}]
    )
    live = put(connection, WANTED)
    assert live.managed
    assert live.resource == WANTED


def test_a_put_cut_off_before_provisioning(connection: Connection, sandbox: "Embedded") -> None:
    """A change that a crashed run did not bring to the accounts is a difference, and the next put does just that."""
    which = assign(sandbox, connection, put(connection, WANTED))
    sandbox.client("sso-admin").update_permission_set(**which, SessionDuration="PT2H")
    want = replace(WANTED, session_duration="PT2H")
    assert observed(connection, want)[WANTED.name].resource == replace(want, provisioned=False)
    connection.gateway.calls.writes.clear()
    assert put(connection, want).resource == want
    assert writes(connection) == {"provision_permission_set": 1}


def test_a_set_made_by_hand_is_adopted(connection: Connection, sandbox: "Embedded") -> None:
    """A set that stands as wanted but is not ours gets our tag and what tags are missing, loses those too many, no more."""
    put(connection, WANTED)
    which = assign(sandbox, connection, observed(connection)[WANTED.name])
    tagging = {"InstanceArn": which["InstanceArn"], "ResourceArn": which["PermissionSetArn"]}
    admin = sandbox.client("sso-admin")
    admin.untag_resource(**tagging, TagKeys=[OWNERSHIP_TAG, "team"])
    admin.tag_resource(**tagging, Tags=[{"Key": "by", "Value": "hand"}])
    assert not observed(connection, WANTED)[WANTED.name].managed
    connection.gateway.calls.writes.clear()
    live = put(connection, WANTED)
    assert live.managed
    assert live.resource == WANTED
    assert writes(connection) == {"tag_resource": 1, "untag_resource": 1}


def test_details_only_of_what_is_wanted(connection: Connection) -> None:
    """Of a set that is not wanted no policies are read; it is told whether it is ours."""
    put(connection, WANTED)
    connection.gateway.calls.reads.clear()
    assert observed(connection)[WANTED.name].managed
    assert {call.removeprefix("sso-admin:") for call in connection.gateway.calls.reads} == {
        "list_instances",
        "list_permission_sets",
        "describe_permission_set",
        "list_tags_for_resource",
    }


def test_deleted_when_unused(connection: Connection, sandbox: "Embedded") -> None:
    """AWS refuses to delete a set that is in use, and deletes one that is not."""
    live = put(connection, WANTED)
    put(connection, PermissionSet(name="Unused"))
    assign(sandbox, connection, live)
    TYPE.delete(connection.gateway.writer(), observed(connection)["Unused"], connection.directory)
    assert set(observed(connection)) == {WANTED.name}
    with pytest.raises(AwsError, match="still has account assignments"):
        TYPE.delete(connection.gateway.writer(), live, connection.directory)


def test_without_an_instance(sandbox: "Embedded", connection: Connection) -> None:
    """Where Identity Center is not enabled, a wanted set is a blind spot with a remedy, and cannot be put."""
    sandbox.reset("no-identity-center")
    (spot,) = TYPE.observe(connection.gateway.reader(), [WANTED], connection.directory)
    assert isinstance(spot, BlindSpot)
    assert spot.type == TYPE.name
    assert list(TYPE.observe(connection.gateway.reader(), [], connection.directory)) == []
    with pytest.raises(AwsError) as raised:
        TYPE.put(connection.gateway.writer(), WANTED, None, connection.directory)
    assert raised.value.code == "NoInstance"
