"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded


def template(**properties: str) -> str:
    topic = {"Type": "AWS::SNS::Topic", "Properties": properties}
    return json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}, "Topic": topic}})


def created(sandbox: Embedded, body: str) -> tuple[Any, str]:
    cloudformation = sandbox.client("cloudformation")
    operation = cloudformation.create_stack(StackName="one", TemplateBody=body)["OperationId"]
    for _ in range(2):
        cloudformation.describe_stacks(StackName="one")
    return cloudformation, str(operation)


def test_events_are_grouped_by_operation(sandbox: Embedded) -> None:
    """The events of one operation bear its id and type, and the stack's say how the operation goes."""
    cloudformation, creation = created(sandbox, template())
    cloudformation.delete_stack(StackName="one")
    events = cloudformation.describe_events(OperationId=creation)["OperationEvents"]
    assert {event["OperationType"] for event in events} == {"CREATE_STACK"}
    of_stack = [event["OperationStatus"] for event in events if event["EventType"] == "STACK_EVENT"]
    assert of_stack == ["SUCCEEDED", "IN_PROGRESS"]
    with pytest.raises(ClientError, match="must be specified"):
        cloudformation.describe_events()


def test_only_failures_are_shown_on_request(sandbox: Embedded) -> None:
    """FailedEvents leaves what could not be provisioned; the operation has failed although its rollback succeeded."""
    cloudformation, creation = created(sandbox, template(Colour="red"))
    (failed,) = cloudformation.describe_events(StackName="one", Filters={"FailedEvents": True})["OperationEvents"]
    assert (failed["EventType"], failed["LogicalResourceId"]) == ("PROVISIONING_ERROR", "Topic")
    assert "extraneous key [Colour] is not permitted" in failed["ResourceStatusReason"]
    newest = cloudformation.describe_events(OperationId=creation)["OperationEvents"][0]
    assert (newest["ResourceStatus"], newest["OperationStatus"]) == ("ROLLBACK_COMPLETE", "FAILED")


def test_what_validation_found_is_told(sandbox: Embedded) -> None:
    """The events of a change set that failed validation name resource, place and reason.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
    """
    cloudformation, _ = created(sandbox, template())
    names = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**names, TemplateBody=template(Colour="red"))
    for _ in range(2):
        described = cloudformation.describe_change_set(**names)
    assert (described["Status"], described["Changes"]) == ("FAILED", [])
    (event,) = cloudformation.describe_events(**names)["OperationEvents"]
    assert (event["EventType"], event["OperationType"]) == ("VALIDATION_ERROR", "CREATE_CHANGESET")
    assert (event["LogicalResourceId"], event["ValidationPath"]) == ("Topic", "/Resources/Topic/Properties")
    assert "extraneous key [Colour] is not permitted" in event["ValidationStatusReason"]
