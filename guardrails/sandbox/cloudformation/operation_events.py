"""The events of operations on stacks: how they went on, what could not be provisioned, what validation found in a change set.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guardrails.sandbox.cloudformation import pages, stack_records
from guardrails.sandbox.cloudformation.change_set_records import ChangeSet
from guardrails.sandbox.cloudformation.change_sets import found
from guardrails.sandbox.cloudformation.stack_records import Event, Stack
from guardrails.sandbox.cloudformation.stack_views import asked, seen_events
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation


@operation(SERVICE, "DescribeEvents")
def describe_events(call: Call) -> Mapping[str, Any]:
    """The events of a change set, of a stack, or of one operation on a stack, newest first."""
    if "ChangeSetName" in call.parameters:
        events = list(_validation_errors(found(call)))
    else:
        stack, wanted = _stack(call), call.parameters.get("OperationId")
        events = [_event(stack, event) for event in reversed(seen_events(stack)) if event.operation]
        events = [event for event in events if wanted in {None, event["OperationId"]}]
    if call.parameters.get("Filters", {}).get("FailedEvents"):
        events = [event for event in events if event["EventType"].endswith("_ERROR")]
    return pages.page("OperationEvents", events, call.parameters)


def _stack(call: Call) -> Stack:
    if "StackName" in call.parameters:
        return asked(call)
    if "OperationId" not in call.parameters:
        raise invalid("One of ChangeSetName, OperationId or StackName must be specified")
    wanted = str(call.parameters["OperationId"])
    for stack in stack_records.stacks(call.account_id, call.region):
        if any(one.id == wanted for one in stack.operations):
            return stack
    raise invalid(f"Operation [{wanted}] does not exist")


def _event(stack: Stack, event: Event) -> dict[str, Any]:
    assert event.operation is not None
    described: dict[str, Any] = {
        "EventId": event.id,
        "StackId": stack.id,
        "OperationId": event.operation.id,
        "OperationType": event.operation.type,
        "EventType": "PROGRESS_EVENT",
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id or "",
        "ResourceType": event.type,
        "ResourceStatus": event.status,
        "Timestamp": event.time,
    }
    if event.physical_id == stack.id:
        described |= {"EventType": "STACK_EVENT", "OperationStatus": _status(event)}
    elif event.status.endswith("_FAILED"):
        described["EventType"] = "PROVISIONING_ERROR"
    optional = {"ResourceStatusReason": event.reason, "ClientRequestToken": event.operation.token}
    return described | {name: value for name, value in optional.items() if value}


def _status(event: Event) -> str:
    """How the operation is: a rollback that was not asked for is a failure, whatever it ends in."""
    assert event.operation is not None
    if event.status.endswith("_FAILED"):
        return "FAILED"
    asked_for = event.operation.type in {"ROLLBACK", "CONTINUE_ROLLBACK"}
    if "ROLLBACK" in event.status and not asked_for:
        return "FAILED"
    return "IN_PROGRESS" if event.status.endswith("_IN_PROGRESS") else "SUCCEEDED"


def _validation_errors(change_set: ChangeSet) -> Iterator[dict[str, Any]]:
    if change_set.status != "FAILED":
        return
    for change in change_set.changes:
        for number, problem in enumerate(change.problems):
            yield {
                "EventId": f"{change.logical_id}-{number}-{change_set.operation_id}",
                "StackId": change_set.stack.id,
                "OperationId": change_set.operation_id,
                "OperationType": "CREATE_CHANGESET",
                "EventType": "VALIDATION_ERROR",
                "LogicalResourceId": change.logical_id,
                "PhysicalResourceId": change.physical_id or "",
                "ResourceType": change.type,
                "Timestamp": change_set.created,
                "ValidationFailureMode": "FAIL",
                "ValidationName": "PROPERTY_VALIDATION",
                "ValidationStatus": "FAILED",
                "ValidationStatusReason": problem,
                "ValidationPath": f"/Resources/{change.logical_id}/Properties",
            }
