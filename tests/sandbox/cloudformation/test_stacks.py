import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}
NAME = {"Name": {"Type": "String", "Default": "first"}}
TEMPLATE = json.dumps(
    {"Parameters": NAME, "Resources": {"Topic": TOPIC}, "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}}}
)
OTHER = [{"ParameterKey": "Name", "ParameterValue": "second"}]
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken-elsewhere"}}


def statuses(cloudformation: Any, name: str = "one", looks: int = 2) -> list[str]:
    return [cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] for _ in range(looks)]


def created(sandbox: Embedded, **request: Any) -> Any:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(**{"StackName": "one", "TemplateBody": TEMPLATE, **request})
    statuses(cloudformation)
    return cloudformation


def display_name(sandbox: Embedded) -> str:
    sns = sandbox.client("sns")
    (topic,) = sns.list_topics()["Topics"]
    name: str = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]["DisplayName"]
    return name


def test_a_stack_is_created_asynchronously(sandbox: Embedded) -> None:
    """The first look shows CREATE_IN_PROGRESS without outputs, the next CREATE_COMPLETE with them.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
    """
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE, Tags=[{"Key": "a", "Value": "b"}])
    first, second = (cloudformation.describe_stacks(StackName="one")["Stacks"][0] for _ in range(2))
    assert (first["StackStatus"], "Outputs" in first) == ("CREATE_IN_PROGRESS", False)
    assert second["StackStatus"] == "CREATE_COMPLETE"
    assert second["Outputs"][0]["OutputValue"].startswith("arn:aws:sns:eu-west-1:111111111111:one-Topic-")
    assert second["Tags"] == [{"Key": "a", "Value": "b"}]
    assert second["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "first"}]


def test_a_failing_resource_rolls_the_stack_back(sandbox: Embedded) -> None:
    """What was created is deleted again, and the events say why: ROLLBACK_COMPLETE.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    """
    s3 = sandbox.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="taken-elsewhere")
    resources = {"Topic": {"Type": "AWS::SNS::Topic"}, "Bucket": {**BUCKET, "DependsOn": "Topic"}}
    cloudformation = created(sandbox, TemplateBody=json.dumps({"Resources": resources}))
    (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    history = [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]
    assert history == [
        ("one", "CREATE_IN_PROGRESS"),
        ("Topic", "CREATE_IN_PROGRESS"),
        ("Topic", "CREATE_COMPLETE"),
        ("Bucket", "CREATE_IN_PROGRESS"),
        ("Bucket", "CREATE_FAILED"),
        ("one", "ROLLBACK_IN_PROGRESS"),
        ("Bucket", "DELETE_COMPLETE"),
        ("Topic", "DELETE_IN_PROGRESS"),
        ("Topic", "DELETE_COMPLETE"),
        ("one", "ROLLBACK_COMPLETE"),
    ]
    reasons = {event["ResourceStatus"]: event.get("ResourceStatusReason") for event in events}
    assert reasons["CREATE_FAILED"] == "taken-elsewhere already exists"
    assert "The following resource(s) failed to create: [Bucket]" in str(reasons["ROLLBACK_IN_PROGRESS"])
    assert sandbox.client("sns").list_topics()["Topics"] == []
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.update_stack(StackName="one", TemplateBody=TEMPLATE)


@pytest.mark.parametrize(
    ("request_", "status"),
    [({"DisableRollback": True}, "CREATE_FAILED"), ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED")],
)
def test_rollback_can_be_switched_off(sandbox: Embedded, request_: dict[str, Any], status: str) -> None:
    """OnFailure DO_NOTHING and DisableRollback leave what was created."""
    resources = {"Topic": {"Type": "AWS::SNS::Topic"}, "Bad": {**BUCKET, "Properties": {"X": 1}, "DependsOn": "Topic"}}
    cloudformation = created(sandbox, TemplateBody=json.dumps({"Resources": resources}), **request_)
    assert statuses(cloudformation, looks=1) == [status]
    assert len(sandbox.client("sns").list_topics()["Topics"]) == 1


def test_an_update_changes_the_live_resource(sandbox: Embedded) -> None:
    """A changed parameter is a changed resource; the stack goes through UPDATE_IN_PROGRESS."""
    cloudformation = created(sandbox)
    cloudformation.update_stack(StackName="one", UsePreviousTemplate=True, Parameters=OTHER)
    assert statuses(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert display_name(sandbox) == "second"


def test_a_failed_update_puts_everything_back(sandbox: Embedded) -> None:
    """Properties, added and removed resources are as before: UPDATE_ROLLBACK_COMPLETE, and the old template stays.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    """
    cloudformation = created(sandbox)
    resources = {
        "Topic": TOPIC,
        "Added": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Topic", "Properties": {"LogGroupName": "/added"}},
        "Bad": {**BUCKET, "Properties": {"Colour": "red"}, "DependsOn": "Added"},
    }
    template = json.dumps({"Parameters": NAME, "Resources": resources})
    cloudformation.update_stack(StackName="one", TemplateBody=template, Parameters=OTHER)
    assert statuses(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    assert display_name(sandbox) == "first"
    assert sandbox.client("logs").describe_log_groups()["logGroups"] == []
    (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert stack["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "first"}]
    cloudformation.update_stack(StackName="one", UsePreviousTemplate=True, Parameters=OTHER)
    assert statuses(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]


def test_a_create_only_property_replaces_the_resource(sandbox: Embedded) -> None:
    """The new resource is made first, the old one deleted in the clean-up."""

    def template(name: str) -> str:
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}
        return json.dumps({"Resources": {"Group": group}})

    cloudformation = created(sandbox, TemplateBody=template("/old"))
    cloudformation.update_stack(StackName="one", TemplateBody=template("/new"))
    statuses(cloudformation)
    groups = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/new"]
    resource = cloudformation.describe_stack_resource(StackName="one", LogicalResourceId="Group")
    assert resource["StackResourceDetail"]["PhysicalResourceId"] == "/new"


def test_nothing_to_update_is_an_error(sandbox: Embedded) -> None:
    """The same template, parameters and tags: "No updates are to be performed."; a description alone is no change either.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
    """
    cloudformation = created(sandbox)
    described = json.dumps({**json.loads(TEMPLATE), "Description": "words"})
    for body in (TEMPLATE, described):
        with pytest.raises(ClientError, match="No updates are to be performed") as refused:
            cloudformation.update_stack(StackName="one", TemplateBody=body)
        assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_a_stack_in_progress_cannot_be_updated(sandbox: Embedded) -> None:
    """An update before the creation was seen to its end is refused; asking lets time pass."""
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)
    update = {"StackName": "one", "UsePreviousTemplate": True, "Parameters": OTHER}
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        cloudformation.update_stack(**update)
    assert "StackId" in cloudformation.update_stack(**update)


def test_a_name_is_taken_until_its_stack_is_deleted(sandbox: Embedded) -> None:
    """AlreadyExistsException while a stack of the name exists; afterwards the name is free.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    """
    cloudformation = created(sandbox)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)
    cloudformation.delete_stack(StackName="one")
    assert statuses(cloudformation, looks=1) == ["DELETE_IN_PROGRESS"]
    assert sandbox.client("sns").list_topics()["Topics"] == []
    assert "StackId" in cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)


def test_deleting_an_absent_stack_succeeds(sandbox: Embedded) -> None:
    """DeleteStack of a stack that does not exist is no error."""
    assert (
        sandbox.client("cloudformation").delete_stack(StackName="absent")["ResponseMetadata"]["HTTPStatusCode"] == 200
    )


def test_a_stuck_deletion_can_be_forced(sandbox: Embedded) -> None:
    """FORCE_DELETE_STACK deletes a stack in DELETE_FAILED and leaves what could not be deleted; for others it is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
    """
    cloudformation = created(sandbox, TemplateBody=json.dumps({"Resources": {"Bucket": BUCKET}}))
    with pytest.raises(ClientError, match="only for stacks in the DELETE_FAILED state"):
        cloudformation.delete_stack(StackName="one", DeletionMode="FORCE_DELETE_STACK")
    s3 = sandbox.client("s3")
    s3.put_object(Bucket="taken-elsewhere", Key="a", Body=b"")
    cloudformation.delete_stack(StackName="one")
    assert statuses(cloudformation) == ["DELETE_IN_PROGRESS", "DELETE_FAILED"]
    stack_id = cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="one", DeletionMode="FORCE_DELETE_STACK")
    assert statuses(cloudformation, stack_id) == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["taken-elsewhere"]


def test_a_client_request_token_makes_a_repeated_request_the_same(sandbox: Embedded) -> None:
    """A request that is sent again with its token is done once, and its events bear the token.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    """
    cloudformation = sandbox.client("cloudformation")
    request = {"StackName": "one", "TemplateBody": TEMPLATE, "ClientRequestToken": "token"}
    assert cloudformation.create_stack(**request)["StackId"] == cloudformation.create_stack(**request)["StackId"]
    statuses(cloudformation)
    update = {"StackName": "one", "UsePreviousTemplate": True, "Parameters": OTHER, "ClientRequestToken": "other"}
    first = cloudformation.update_stack(**update)
    statuses(cloudformation)
    assert cloudformation.update_stack(**update)["OperationId"] == first["OperationId"]
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    assert {event["ClientRequestToken"] for event in events} == {"token", "other"}
    assert first["OperationId"] in {event["OperationId"] for event in events}
    with pytest.raises(ClientError) as refused:
        cloudformation.update_stack(**{**update, "ClientRequestToken": "token"})
    assert refused.value.response["Error"]["Code"] == "TokenAlreadyExistsException"


def test_a_template_is_read_from_s3(sandbox: Embedded) -> None:
    """TemplateURL points to an object, which may be larger than an inline template.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    s3 = sandbox.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="a.json", Body=TEMPLATE + " " * 60_000)
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateURL="https://templates.s3.us-east-1.amazonaws.com/a.json")
    assert statuses(cloudformation) == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_retained_resources_outlive_their_stack(sandbox: Embedded, policy: str) -> None:
    """DeletionPolicy Retain and RetainExceptOnCreate keep the resource when the stack is deleted.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    kept = {"Type": "AWS::SNS::Topic", "DeletionPolicy": policy}
    cloudformation = created(sandbox, TemplateBody=json.dumps({"Resources": {"Topic": kept}}))
    cloudformation.delete_stack(StackName="one")
    assert len(sandbox.client("sns").list_topics()["Topics"]) == 1


@pytest.mark.parametrize(("policy", "left"), [("Retain", 1), ("RetainExceptOnCreate", 0)])
def test_a_failed_creation_retains_only_what_is_always_retained(sandbox: Embedded, policy: str, left: int) -> None:
    """On the rollback of a creation, Retain keeps the resource and RetainExceptOnCreate does not."""
    topic = {"Type": "AWS::SNS::Topic", "DeletionPolicy": policy}
    bad = {**BUCKET, "Properties": {"Colour": "red"}, "DependsOn": "Topic"}
    created(sandbox, TemplateBody=json.dumps({"Resources": {"Topic": topic, "Bad": bad}}))
    assert len(sandbox.client("sns").list_topics()["Topics"]) == left


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"StackName": "-bad"}, "ValidationError", "failed to satisfy constraint"),
        ({"TemplateBody": "x" * 51_201}, "ValidationError", "51200"),
        (
            {"Parameters": [{"ParameterKey": "X", "ParameterValue": "1"}]},
            "ValidationError",
            "do not exist in the template",
        ),
        ({"Tags": [{"Key": "aws:x", "Value": "1"}]}, "ValidationError", "aws: prefixed tag key"),
        ({"OnFailure": "DELETE", "DisableRollback": True}, "ValidationError", "either OnFailure or DisableRollback"),
        ({"StackPolicyURL": "https://a"}, "ValidationError", "does not implement StackPolicyURL"),
    ],
)
def test_wrong_requests_are_refused(sandbox: Embedded, request_: dict[str, Any], code: str, message: str) -> None:
    """Nothing is created by a request that AWS refuses, or whose members the sandbox would have to ignore."""
    cloudformation = sandbox.client("cloudformation")
    with pytest.raises(ClientError, match=message) as refused:
        cloudformation.create_stack(**{"StackName": "one", "TemplateBody": TEMPLATE, **request_})
    assert refused.value.response["Error"]["Code"] == code
    assert cloudformation.list_stacks()["StackSummaries"] == []


def test_an_output_that_cannot_be_worked_out_rolls_back(sandbox: Embedded) -> None:
    """An attribute that the type does not have fails the stack, and the reason names it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
    """
    outputs = {"Colour": {"Value": {"Fn::GetAtt": ["Topic", "Colour"]}}}
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs})
    cloudformation = created(sandbox, TemplateBody=template)
    assert statuses(cloudformation, looks=1) == ["ROLLBACK_COMPLETE"]
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    assert any("does not support attribute type Colour" in event.get("ResourceStatusReason", "") for event in events)
    assert sandbox.client("sns").list_topics()["Topics"] == []
