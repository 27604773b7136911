from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.conftest import Requests
from tests.sandbox.cloudformation.provider import RECORDING, resources
from tests.sandbox.cloudformation.resource_types.conftest import Deploy

OUTPUTS = {name: {"Fn::GetAtt": ["Own", name]} for name in ("Said", "Number", "Flag")}
BROKEN = {"Type": "AWS::SNS::Topic", "DependsOn": "Own", "Properties": {"TopicName": "taken"}}


def kinds(requests: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(request["RequestType"], request.get("PhysicalResourceId")) for request in requests]


def test_a_custom_resource_is_what_its_function_answers(sandbox: Embedded, deploy: Deploy) -> None:
    """The function runs, its PhysicalResourceId is what Ref gives, its Data what Fn::GetAtt gives, as text.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    stack = deploy(resources(Name="there"), {**OUTPUTS, "Ref": {"Ref": "Own"}})
    assert stack["status"] == "CREATE_COMPLETE"
    assert stack["outputs"] == {"Said": "hello there", "Number": "7", "Flag": "true", "Ref": "the-one"}
    shown = sandbox.client("cloudformation").describe_stack_resource(StackName="one", LogicalResourceId="Own")
    assert shown["StackResourceDetail"]["ResourceType"] == "Custom::Own"
    assert shown["StackResourceDetail"]["PhysicalResourceId"] == "the-one"


def test_the_request_has_the_documented_fields(sandbox: Embedded, deploy: Deploy, requests: Requests) -> None:
    """Create holds stack, request, URL, type and the properties with all scalars as text, ServiceToken and ServiceTimeout among them.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html
    """
    deploy(resources(Name="x", Count=3, On=True, List=[1, {"Deep": False}], ServiceTimeout=30))
    (request,) = requests()
    token = sandbox.client("lambda").list_functions()["Functions"][0]["FunctionArn"]
    stack = sandbox.client("cloudformation").describe_stacks(StackName="one")["Stacks"][0]["StackId"]
    assert request["ResourceProperties"] == {
        "ServiceToken": token,
        "ServiceTimeout": "30",
        "Name": "x",
        "Count": "3",
        "On": "true",
        "List": ["1", {"Deep": "false"}],
    }
    names = ("RequestType", "LogicalResourceId", "ResourceType", "StackId", "ServiceToken")
    assert [request[name] for name in names] == ["Create", "Own", "Custom::Own", stack, token]
    assert request["ResponseURL"].startswith(sandbox.endpoint)
    assert {"PhysicalResourceId", "OldResourceProperties"} & set(request) == set()


def test_an_update_tells_old_and_new(deploy: Deploy, requests: Requests) -> None:
    """Update holds the physical id and the old properties; the same id in the response is an update in place.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html
    """
    deploy(resources(Name="old"))
    stack = deploy(resources(Name="new"), OUTPUTS)
    assert (stack["status"], stack["outputs"]["Said"]) == ("UPDATE_COMPLETE", "hello new")
    _, update = requests()
    assert (update["RequestType"], update["PhysicalResourceId"]) == ("Update", "the-one")
    assert (update["OldResourceProperties"]["Name"], update["ResourceProperties"]["Name"]) == ("old", "new")
    assert update["OldResourceProperties"]["ServiceToken"] == update["ServiceToken"]


def test_another_physical_id_is_a_replacement(deploy: Deploy, requests: Requests) -> None:
    """A response to Update with another physical id: in the clean-up the old one gets a Delete, with its old properties.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    deploy(resources(Id="first"))
    assert deploy(resources(Id="second"), {"Ref": {"Ref": "Own"}})["outputs"] == {"Ref": "second"}
    assert kinds(requests()) == [("Create", None), ("Update", "first"), ("Delete", "first")]
    assert requests()[-1]["ResourceProperties"]["Id"] == "first"


def test_a_deletion_asks_first(deploy: Deploy, delete: Any, sandbox: Embedded, requests: Requests) -> None:
    """Delete comes with the physical id, while function and role still exist.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-delete.html
    """
    deploy(resources(Name="x"))
    delete()
    assert kinds(requests()) == [("Create", None), ("Delete", "the-one")]
    assert sandbox.client("lambda").list_functions()["Functions"] == []


def test_a_failed_creation_is_deleted_in_the_rollback(deploy: Deploy, requests: Requests) -> None:
    """FAILED fails the stack with the provider's reason; the roll-back sends a Delete for the physical id it gave.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    stack = deploy(resources(Fail="Create"))
    assert stack["status"] == "ROLLBACK_COMPLETE"
    (reason,) = stack["reasons"]
    assert reason.startswith("Received response status [FAILED] from custom resource. Message returned: as you wished")
    assert kinds(requests()) == [("Create", None), ("Delete", "the-one")]


def test_a_failed_update_is_taken_back(deploy: Deploy, requests: Requests) -> None:
    """After FAILED to an Update the roll-back sends another one, back to the old properties.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
    """
    deploy(resources(Name="old"))
    assert deploy(resources(Name="new", Fail="Update"))["status"] == "UPDATE_ROLLBACK_COMPLETE"
    create, update, back = requests()
    assert [create["RequestType"], update["RequestType"], back["RequestType"]] == ["Create", "Update", "Update"]
    assert (back["OldResourceProperties"]["Name"], back["ResourceProperties"]["Name"]) == ("new", "old")
    deploy(resources(Name="new"))
    assert kinds(requests())[-1] == ("Update", "the-one")


def test_a_replacement_is_taken_back(deploy: Deploy, sandbox: Embedded, requests: Requests) -> None:
    """When something fails after a replacement, the new one is deleted in the clean-up and the old one stays.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
    """
    sandbox.client("sns").create_topic(Name="taken")
    deploy(resources(Id="first"))
    stack = deploy(resources(Id="second", others={"Broken": BROKEN}), {"Ref": {"Ref": "Own"}})
    assert stack["status"] == "UPDATE_ROLLBACK_COMPLETE"
    assert kinds(requests()) == [("Create", None), ("Update", "first"), ("Delete", "second")]
    shown = sandbox.client("cloudformation").describe_stack_resource(StackName="one", LogicalResourceId="Own")
    assert shown["StackResourceDetail"]["PhysicalResourceId"] == "first"


def test_a_failed_deletion_leaves_the_stack(deploy: Deploy, delete: Any, sandbox: Embedded, requests: Requests) -> None:
    """FAILED to a Delete: DELETE_FAILED, what the resource depends on stays with it; retaining it lets the stack go.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-delete.html
    """
    deploy(resources(Fail="Delete"))
    delete()
    cloudformation = sandbox.client("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "[Own]" in stack["StackStatusReason"]
    assert len(sandbox.client("lambda").list_functions()["Functions"]) == 1
    cloudformation.delete_stack(StackName="one", RetainResources=["Own"])
    assert kinds(requests()) == [("Create", None), ("Delete", "the-one")]


def test_the_service_token_stays(deploy: Deploy, requests: Requests) -> None:
    """An update that names another function is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
    """
    first = resources()
    second = {**resources(), "Another": resources()["Function"]}
    second["Own"]["Properties"]["ServiceToken"] = {"Fn::GetAtt": ["Another", "Arn"]}
    deploy(first)
    stack = deploy(second)
    assert (stack["status"], stack["reasons"][-1]) == (
        "UPDATE_ROLLBACK_COMPLETE",
        "Modifying service token is not allowed.",
    )
    assert kinds(requests()) == [("Create", None)]


def test_an_attribute_that_was_not_answered_fails(deploy: Deploy) -> None:
    """Fn::GetAtt of what is not in Data rolls the stack back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["Own", "Other"]}}}
    stack = deploy(resources(RECORDING, {"Topic": topic}))
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert stack["reasons"] == ["CustomResource attribute error: Vendor response doesn't contain Other attribute"]


@pytest.mark.parametrize("name", ["Custom::no/slash", "Custom::" + "x" * 53, "Custom::"])
def test_a_types_name_is_limited(deploy: Deploy, name: str) -> None:
    """Sixty characters: letters, digits, _, @ and -.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
    """
    wrong = resources()
    wrong["Own"]["Type"] = name
    with pytest.raises(Exception, match="Unrecognized resource types"):
        deploy(wrong)
