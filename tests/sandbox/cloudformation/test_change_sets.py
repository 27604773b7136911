import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation import provider

EXECUTING_AGAIN = """
import boto3
import cfnresponse

def handler(event, context):
    cloudformation, asked, said = boto3.client("cloudformation"), {"StackName": "one", "ChangeSetName": "changes"}, ""
    if event["RequestType"] == "Create":
        said = cloudformation.describe_change_set(**asked)["ExecutionStatus"]
        try:
            cloudformation.execute_change_set(**asked)
        except cloudformation.exceptions.ClientError as refused:
            said += " " + refused.response["Error"]["Code"]
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Said": said}, "the-one")
"""
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}
NAME = {"Name": {"Type": "String", "Default": "first"}}
TEMPLATE = json.dumps({"Parameters": NAME, "Resources": {"Topic": TOPIC}})
OTHER = [{"ParameterKey": "Name", "ParameterValue": "second"}]


def created(sandbox: Embedded, body: str = TEMPLATE) -> Any:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=body)
    looks(cloudformation)
    return cloudformation


def looks(cloudformation: Any) -> list[str]:
    return [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]


def change_set(cloudformation: Any, **request: Any) -> Mapping[str, Any]:
    asked = {"StackName": "one", "ChangeSetName": "changes", **request}
    if "TemplateBody" not in asked:
        asked["UsePreviousTemplate"] = True
    arn = cloudformation.create_change_set(**asked)["Id"]
    cloudformation.describe_change_set(ChangeSetName=arn)
    seen: Mapping[str, Any] = cloudformation.describe_change_set(ChangeSetName=arn)
    return seen


def test_a_change_set_is_made_asynchronously(sandbox: Embedded) -> None:
    """The first look shows CREATE_IN_PROGRESS, which cannot be executed; the next CREATE_COMPLETE with its changes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    cloudformation = created(sandbox)
    cloudformation.create_change_set(
        StackName="one", ChangeSetName="changes", UsePreviousTemplate=True, Parameters=OTHER
    )
    request = {"StackName": "one", "ChangeSetName": "changes"}
    first, second = (cloudformation.describe_change_set(**request) for _ in range(2))
    assert (first["Status"], first["ExecutionStatus"], first["Changes"]) == ("CREATE_IN_PROGRESS", "UNAVAILABLE", [])
    assert (second["Status"], second["ExecutionStatus"], len(second["Changes"])) == ("CREATE_COMPLETE", "AVAILABLE", 1)
    assert second["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "second"}]


def test_nothing_is_done_before_the_execution(sandbox: Embedded) -> None:
    """The live resource changes when the change set is executed, not when it is made.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
    """
    cloudformation, sns = created(sandbox), sandbox.client("sns")
    arn = change_set(cloudformation, Parameters=OTHER)["ChangeSetId"]
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "first"
    cloudformation.execute_change_set(ChangeSetName=arn)
    assert cloudformation.describe_change_set(ChangeSetName=arn)["ExecutionStatus"] == "EXECUTE_IN_PROGRESS"
    assert looks(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "second"
    done = cloudformation.describe_change_set(ChangeSetName=arn)
    assert (done["Status"], done["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_COMPLETE")
    assert cloudformation.describe_stacks(StackName="one")["Stacks"][0]["ChangeSetId"] == arn
    with pytest.raises(ClientError, match=r"execution status of \[EXECUTE_COMPLETE\]") as refused:
        cloudformation.execute_change_set(ChangeSetName=arn)
    assert refused.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


def test_a_change_set_creates_a_stack(sandbox: Embedded) -> None:
    """Type CREATE makes a stack without resources in REVIEW_IN_PROGRESS; executing the change set creates them.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    cloudformation = sandbox.client("cloudformation")
    described = change_set(cloudformation, ChangeSetType="CREATE", TemplateBody=TEMPLATE)
    (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert (stack["StackStatus"], stack["Parameters"]) == ("REVIEW_IN_PROGRESS", [])
    (change,) = described["Changes"]
    assert change["ResourceChange"] == {
        "Action": "Add",
        "LogicalResourceId": "Topic",
        "ResourceType": "AWS::SNS::Topic",
        "Scope": [],
        "Details": [],
    }
    cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")
    assert looks(cloudformation) == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert len(sandbox.client("sns").list_topics()["Topics"]) == 1


def test_a_change_set_without_changes_fails(sandbox: Embedded) -> None:
    """FAILED with the reason that nothing changed, and it cannot be executed.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-create.html
    """
    cloudformation = created(sandbox)
    described = change_set(cloudformation)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError, match=r"current status of \[FAILED\]") as refused:
        cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")
    assert refused.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


def test_an_execution_deletes_the_other_change_sets(sandbox: Embedded) -> None:
    """They are no longer true of the updated stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
    """
    cloudformation = created(sandbox)
    for name in ("changes", "others"):
        change_set(cloudformation, Parameters=OTHER, ChangeSetName=name)
    assert len(cloudformation.list_change_sets(StackName="one")["Summaries"]) == 2
    cloudformation.execute_change_set(ChangeSetName="others", StackName="one")
    with pytest.raises(ClientError, match="does not exist") as refused:
        cloudformation.describe_change_set(ChangeSetName="changes", StackName="one")
    assert refused.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_a_change_set_is_executed_once(sandbox: Embedded) -> None:
    """While its execution goes on it is EXECUTE_IN_PROGRESS, and executing it again is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
    """
    cloudformation = created(sandbox)
    body = {
        "Resources": provider.resources(EXECUTING_AGAIN),
        "Outputs": {"Said": {"Value": {"Fn::GetAtt": ["Own", "Said"]}}},
    }
    change_set(cloudformation, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"])
    cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")
    assert looks(cloudformation)[-1] == "UPDATE_COMPLETE"
    (output,) = cloudformation.describe_stacks(StackName="one")["Stacks"][0]["Outputs"]
    assert output["OutputValue"] == "EXECUTE_IN_PROGRESS InvalidChangeSetStatus"


def test_what_is_replaced_stays_where_the_change_set_says_so(sandbox: Embedded) -> None:
    """A change set that shows ReplaceAndRetain leaves the replaced resource in place, one that shows ReplaceAndDelete does not.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
    """
    cloudformation, sns = created(sandbox), sandbox.client("sns")
    seen = []
    for name, policy in (("first", {}), ("second", {"UpdateReplacePolicy": "Retain"}), ("third", {})):
        topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}, **policy}
        described = change_set(cloudformation, TemplateBody=json.dumps({"Resources": {"Topic": topic}}))
        cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")
        looks(cloudformation)
        names = {one["TopicArn"].rpartition(":")[2] for one in sns.list_topics()["Topics"]}
        seen.append((described["Changes"][0]["ResourceChange"]["PolicyAction"], names))
    assert seen == [
        ("ReplaceAndDelete", {"first"}),
        ("ReplaceAndRetain", {"first", "second"}),
        ("ReplaceAndDelete", {"first", "third"}),
    ]


def test_an_update_makes_change_sets_obsolete(sandbox: Embedded) -> None:
    """OBSOLETE change sets cannot be executed: the stack was updated since.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
    """
    cloudformation = created(sandbox)
    change_set(cloudformation, Parameters=OTHER)
    third = [{"ParameterKey": "Name", "ParameterValue": "third"}]
    cloudformation.update_stack(StackName="one", UsePreviousTemplate=True, Parameters=third)
    looks(cloudformation)
    with pytest.raises(ClientError, match=r"execution status of \[OBSOLETE\]"):
        cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")


def test_a_failed_execution_says_so(sandbox: Embedded) -> None:
    """The stack rolls back and the change set is EXECUTE_FAILED; with OnStackFailure DELETE the new stack is deleted.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    sandbox.client("logs").create_log_group(logGroupName="/taken")
    taken = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/taken"}}
    cloudformation = sandbox.client("cloudformation")
    for on_failure, status in (("ROLLBACK", "ROLLBACK_COMPLETE"), ("DELETE", "DELETE_COMPLETE")):
        body = json.dumps({"Resources": {"Group": taken}})
        described = change_set(
            cloudformation, ChangeSetType="CREATE", OnStackFailure=on_failure, TemplateBody=body, StackName=on_failure
        )
        cloudformation.execute_change_set(ChangeSetName=described["ChangeSetId"])
        seen = [cloudformation.describe_stacks(StackName=described["StackId"])["Stacks"][0] for _ in range(2)]
        assert [stack["StackStatus"] for stack in seen] == ["CREATE_IN_PROGRESS", status]
        done = cloudformation.describe_change_set(ChangeSetName=described["ChangeSetId"])
        assert done["ExecutionStatus"] == "EXECUTE_FAILED"


def test_wrong_properties_fail_the_change_set(sandbox: Embedded) -> None:
    """Properties that the resource type does not allow are found before deployment, unless validation is disabled.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
    """
    cloudformation = created(sandbox)
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Colour": "red"}}}})
    described = change_set(cloudformation, TemplateBody=body)
    assert described["Status"] == "FAILED"
    assert "AWS::EarlyValidation::PropertyValidation" in described["StatusReason"]
    unchecked = change_set(cloudformation, TemplateBody=body, ChangeSetName="unchecked", DisableValidation=True)
    assert unchecked["Status"] == "CREATE_COMPLETE"


def test_a_client_token_makes_a_repeated_request_the_same(sandbox: Embedded) -> None:
    """The same name with the same token is the same change set; with another it is AlreadyExistsException.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    cloudformation = created(sandbox)
    one = {"StackName": "one", "ChangeSetName": "changes", "UsePreviousTemplate": True, "Parameters": OTHER}
    first = cloudformation.create_change_set(**one, ClientToken="a")
    assert cloudformation.create_change_set(**one, ClientToken="a")["Id"] == first["Id"]
    with pytest.raises(ClientError) as refused:
        cloudformation.create_change_set(**one, ClientToken="b")
    assert refused.value.response["Error"]["Code"] == "AlreadyExistsException"


def test_a_change_set_is_deleted(sandbox: Embedded) -> None:
    """A deleted change set is gone, deleting it again succeeds, and its stack stays in review."""
    cloudformation = sandbox.client("cloudformation")
    change_set(cloudformation, ChangeSetType="CREATE", TemplateBody=TEMPLATE)
    for _ in range(2):
        cloudformation.delete_change_set(ChangeSetName="changes", StackName="one")
    assert cloudformation.list_change_sets(StackName="one")["Summaries"] == []
    assert looks(cloudformation)[0] == "REVIEW_IN_PROGRESS"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ChangeSetType": "CREATE"}, "already exists and cannot be created again"),
        ({"StackName": "absent"}, r"Stack \[absent\] does not exist"),
        ({"ChangeSetName": "1"}, "failed to satisfy constraint"),
        ({"OnStackFailure": "DELETE"}, "only valid when the ChangeSetType parameter is set to CREATE"),
    ],
)
def test_wrong_change_sets_are_refused(sandbox: Embedded, request_: dict[str, Any], message: str) -> None:
    """The type must fit the stack, and the name the rules for names.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    cloudformation = created(sandbox)
    asked = {"StackName": "one", "ChangeSetName": "changes", "TemplateBody": TEMPLATE, **request_}
    with pytest.raises(ClientError, match=message) as refused:
        cloudformation.create_change_set(**asked)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.not_kept
@pytest.mark.parametrize(
    "request_", [{"ChangeSetType": "IMPORT"}, {"ImportExistingResources": True}], ids=["IMPORT", "existing"]
)
def test_resources_are_not_imported(sandbox: Embedded, request_: dict[str, Any]) -> None:
    """Existing resources are brought into a stack by a change set of type IMPORT.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
    """
    cloudformation = created(sandbox)
    with pytest.raises(ClientError, match="The sandbox does not implement"):
        cloudformation.create_change_set(StackName="one", ChangeSetName="changes", TemplateBody=TEMPLATE, **request_)
