"""Stacks, on the sandbox: created, mended, protected, deleted; failures told in AWS's own reasons."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Live
from guardrails.errors import AwsError
from guardrails.resources import account_address
from guardrails.resources.stack import TYPE, Stack

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
TEMPLATE: Mapping[str, Any] = {
    "Parameters": {"Topic": {"Type": "String"}, "Shown": {"Type": "String", "Default": "yes"}},
    "Resources": {"Key": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Topic"}}}},
    "Outputs": {"Name": {"Value": {"Ref": "Key"}}},
}
WANTED = Stack(
    name="acme-example", region=HOME, template=TEMPLATE, parameters={"Topic": "one"}, tags={"team": "platform"}
)
IMPOSSIBLE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken-by-somebody"}}}}


def observed(connection: Connection, *wanted: Stack) -> dict[str, Live[Stack]]:
    """What a fresh observation sees, by name."""
    found = TYPE.observe(connection.gateway.reader().at("", HOME), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: Stack, live: Live[Stack] | None = None) -> Mapping[str, str]:
    return TYPE.put(connection.gateway.writer().at("", HOME), want, live, connection.directory)


def writes(connection: Connection) -> dict[str, int]:
    return dict(connection.gateway.calls.writes)


def test_created_then_seen_as_wanted(connection: Connection) -> None:
    """A put stack is observed with exactly the wanted properties, as ours, and its outputs are attributes."""
    attributes = put(connection, WANTED)
    live = observed(connection, WANTED)["acme-example"]
    assert live.managed
    assert live.resource == WANTED
    assert live.attributes == attributes
    assert set(attributes) == {"id", "arn", "Name"}
    assert writes(connection) == {"cloudformation:create_stack": 1}


def test_a_second_put_writes_nothing(connection: Connection) -> None:
    """Putting what already stands makes no write."""
    put(connection, WANTED)
    before = writes(connection)
    put(connection, WANTED, observed(connection, WANTED)["acme-example"])
    assert writes(connection) == before


@pytest.mark.parametrize(
    "change",
    [{"parameters": {"Topic": "two"}}, {"tags": {"team": "security"}}, {"template": {**TEMPLATE, "Outputs": {}}}],
    ids=lambda change: next(iter(change)),
)
def test_an_update_is_one_write(connection: Connection, change: dict[str, Any]) -> None:
    """A changed parameter, tag or template is mended by one update_stack, and then seen as wanted."""
    put(connection, WANTED)
    want = replace(WANTED, **change)
    put(connection, want, observed(connection, want)["acme-example"])
    assert observed(connection, want)["acme-example"].resource == want
    assert writes(connection) == {"cloudformation:create_stack": 1, "cloudformation:update_stack": 1}


def test_a_remark_is_no_difference(connection: Connection) -> None:
    """A template that differs only in its description is as wanted: CloudFormation would refuse to update the stack for it."""
    put(connection, WANTED)
    want = replace(WANTED, template={**TEMPLATE, "Description": "Said better"})
    live = observed(connection, want)[want.name]
    assert live.resource == want
    put(connection, want, live)
    assert writes(connection) == {"cloudformation:create_stack": 1}


def test_protection_alone(connection: Connection, sandbox: "Embedded") -> None:
    """Lifted termination protection is a difference, and comes back without an update of the stack."""
    put(connection, WANTED)
    client = sandbox.client("cloudformation", HOME)
    client.update_termination_protection(StackName=WANTED.name, EnableTerminationProtection=False)
    live = observed(connection, WANTED)[WANTED.name]
    assert not live.resource.termination_protection
    put(connection, WANTED, live)
    assert observed(connection, WANTED)[WANTED.name].resource.termination_protection
    assert "cloudformation:update_stack" not in writes(connection)


def test_a_strangers_stack_is_adopted(connection: Connection, sandbox: "Embedded") -> None:
    """A stack made by hand is not ours; putting it makes it as wanted, and ours."""
    body = '{"Resources": {"Key": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}}}'
    sandbox.client("cloudformation", HOME).create_stack(StackName=WANTED.name, TemplateBody=body)
    assert not observed(connection)[WANTED.name].managed
    live = observed(connection, WANTED)[WANTED.name]
    put(connection, WANTED, live)
    assert observed(connection, WANTED)[WANTED.name].managed
    assert observed(connection, WANTED)[WANTED.name].resource == WANTED


def test_a_failed_creation_tells_why(connection: Connection, sandbox: "Embedded") -> None:
    """When a resource cannot be created the error names it with AWS's reason, and the dead stack counts as absent."""
    sandbox.client("s3", "us-east-1").create_bucket(Bucket="taken-by-somebody")
    want = Stack(name="acme-example", region=HOME, template=IMPOSSIBLE)
    with pytest.raises(AwsError, match=r"Bucket \(AWS::S3::Bucket\): .+") as raised:
        put(connection, want)
    assert raised.value.code == "ROLLBACK_COMPLETE"
    assert observed(connection, want) == {}
    assert observed(connection)["acme-example"].managed


def test_a_dead_stack_is_made_anew(connection: Connection, sandbox: "Embedded") -> None:
    """A stack left in ROLLBACK_COMPLETE by an earlier run is deleted, protection and all, and created."""
    sandbox.client("s3", "us-east-1").create_bucket(Bucket="taken-by-somebody")
    with pytest.raises(AwsError):
        put(connection, Stack(name=WANTED.name, region=HOME, template=IMPOSSIBLE))
    put(connection, WANTED)
    assert observed(connection, WANTED)[WANTED.name].resource == WANTED


def test_a_strangers_dead_stack_is_left_alone(connection: Connection, sandbox: "Embedded") -> None:
    """A failed stack of this name that is not ours is never deleted: the error asks a person to."""
    sandbox.client("s3", "us-east-1").create_bucket(Bucket="taken-by-somebody")
    client = sandbox.client("cloudformation", HOME)
    client.create_stack(StackName=WANTED.name, TemplateBody=json.dumps(IMPOSSIBLE))
    with pytest.raises(AwsError, match="is not ours and ROLLBACK_COMPLETE: delete it by hand"):
        put(connection, WANTED)
    assert writes(connection) == {}


def test_a_failed_update_leaves_the_difference(connection: Connection, sandbox: "Embedded") -> None:
    """When an update fails AWS puts the old template back: the error tells why, and the next plan still sees the difference."""
    sandbox.client("s3", "us-east-1").create_bucket(Bucket="taken-by-somebody")
    put(connection, WANTED)
    worse = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], **IMPOSSIBLE["Resources"]}}
    want = replace(WANTED, template=worse)
    with pytest.raises(AwsError, match="AWS::S3::Bucket") as raised:
        put(connection, want, observed(connection, want)[WANTED.name])
    assert raised.value.code == "UPDATE_ROLLBACK_COMPLETE"
    assert observed(connection, want)[WANTED.name].resource == WANTED


def test_a_stack_under_way_is_awaited(connection: Connection, sandbox: "Embedded") -> None:
    """A creation that a crashed run left under way is followed to its end, not started again."""
    sandbox.client("cloudformation", HOME).create_stack(
        StackName=WANTED.name,
        TemplateBody='{"Resources": {"Key": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}}}',
    )
    put(connection, WANTED)
    assert "cloudformation:create_stack" not in writes(connection)
    assert observed(connection, WANTED)[WANTED.name].resource == WANTED


def test_deleted_although_protected(connection: Connection) -> None:
    """Deleting lifts our own protection first, and nothing is left."""
    put(connection, WANTED)
    live = observed(connection)[WANTED.name]
    TYPE.delete(connection.gateway.writer().at("", HOME), live, connection.directory)
    assert observed(connection) == {}
    TYPE.delete(connection.gateway.writer().at("", HOME), live, connection.directory)


def test_references() -> None:
    """A stack waits for its account; one in the management account waits for nothing."""
    assert Stack(name="s", account="prod", region=HOME, template={}).references() == {account_address("prod")}
    assert Stack(name="s", region=HOME, template={}).references() == frozenset()


def test_a_failed_deletion_tells_why(connection: Connection, sandbox: "Embedded") -> None:
    """When a resource cannot be deleted the error names it with AWS's reason; once the cause is gone, deleting again succeeds."""
    want = Stack(name=WANTED.name, region=HOME, template=IMPOSSIBLE)
    put(connection, want)
    s3 = sandbox.client("s3", HOME)
    s3.put_object(Bucket="taken-by-somebody", Key="left", Body=b"behind")
    writer, live = connection.gateway.writer().at("", HOME), observed(connection)[WANTED.name]
    with pytest.raises(AwsError, match=r"Bucket \(AWS::S3::Bucket\): .*not empty") as raised:
        TYPE.delete(writer, live, connection.directory)
    assert raised.value.code == "DELETE_FAILED"
    s3.delete_object(Bucket="taken-by-somebody", Key="left")
    TYPE.delete(writer, live, connection.directory)
    assert observed(connection) == {}
