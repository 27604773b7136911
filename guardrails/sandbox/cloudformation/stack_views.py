"""Looking at plain stacks: describe and list. Looking moves the clock: see `stack_records.Stack`.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from guardrails.sandbox.cloudformation import drift, pages, stack_parameters, stack_records
from guardrails.sandbox.cloudformation.stack_records import Event, Stack, StackResource
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation


@operation(SERVICE, "DescribeStacks")
def describe_stacks(call: Call) -> Mapping[str, Any]:
    """One stack, or all that are not deleted; a deleted one only by its id."""
    if "StackName" in call.parameters:
        stack = asked(call)
        description = _described(stack)
        if description["StackStatus"] == "DELETE_COMPLETE" and call.parameters["StackName"] != stack.id:
            raise _absent(call)
        return {"Stacks": [description]}
    living = [_described(stack) for stack in stack_records.stacks(call.account_id, call.region)]
    newest_first = [one for one in living if one["StackStatus"] != "DELETE_COMPLETE"][::-1]
    return pages.page("Stacks", newest_first, call.parameters)


@operation(SERVICE, "ListStacks")
def list_stacks(call: Call) -> Mapping[str, Any]:
    """Summaries of every stack, deleted ones included, newest first."""
    wanted = call.parameters.get("StackStatusFilter", [])
    summaries = [_summary(stack) for stack in stack_records.stacks(call.account_id, call.region)]
    filtered = [one for one in summaries if not wanted or one["StackStatus"] in wanted][::-1]
    return pages.page("StackSummaries", filtered, call.parameters)


@operation(SERVICE, "DescribeStackEvents")
def describe_stack_events(call: Call) -> Mapping[str, Any]:
    """A stack's history, newest first."""
    stack = asked(call)
    events = [
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "EventId": event.id,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id or "",
            "ResourceType": event.type,
            "ResourceStatus": event.status,
            "Timestamp": event.time,
            **_optional_event(event),
        }
        for event in reversed(seen_events(stack))
    ]
    return pages.page("StackEvents", events, call.parameters)


@operation(SERVICE, "DescribeStackResource")
def describe_stack_resource(call: Call) -> Mapping[str, Any]:
    """One resource of a stack."""
    stack, logical_id = asked(call), str(call.parameters["LogicalResourceId"])
    if logical_id not in stack.resources:
        raise invalid(f"Resource {logical_id} does not exist for stack {stack.name}")
    resource = stack.resources[logical_id]
    detail: dict[str, Any] = {
        "StackName": stack.name,
        "StackId": stack.id,
        "LastUpdatedTimestamp": resource.changed,
        **_resource(stack, resource),
    }
    if "Metadata" in resource.declaration:
        detail["Metadata"] = json.dumps(resource.declaration["Metadata"])
    return {"StackResourceDetail": detail}


@operation(SERVICE, "DescribeStackResources")
def describe_stack_resources(call: Call) -> Mapping[str, Any]:
    """The resources of a stack, at most a hundred."""
    by_name, by_id = "StackName" in call.parameters, "PhysicalResourceId" in call.parameters
    if by_name == by_id:
        raise invalid("Either StackName or PhysicalResourceId must be specified, but not both.")
    stack = asked(call) if by_name else _owner(call)
    wanted = call.parameters.get("LogicalResourceId")
    resources = [
        {"StackName": stack.name, "StackId": stack.id, "Timestamp": resource.changed, **_resource(stack, resource)}
        for resource in stack.resources.values()
        if wanted in {None, resource.logical_id}
    ]
    return {"StackResources": resources[: pages.LARGEST]}


@operation(SERVICE, "ListStackResources")
def list_stack_resources(call: Call) -> Mapping[str, Any]:
    """The resources of a stack, page by page."""
    stack = asked(call)
    resources = [
        {"LastUpdatedTimestamp": resource.changed, **_resource(stack, resource)}
        for resource in stack.resources.values()
    ]
    return pages.page("StackResourceSummaries", resources, call.parameters)


def seen_events(stack: Stack) -> Sequence[Event]:
    """The history of a stack as far as it shows yet; looking moves the clock."""
    seen = stack.events[: stack.events_before] if stack.under_way else stack.events
    stack.look()
    return seen


def _optional_event(event: Event) -> dict[str, str]:
    operation = event.operation
    members = {
        "ResourceStatusReason": event.reason,
        "OperationId": operation.id if operation else None,
        "ClientRequestToken": operation.token if operation else None,
    }
    return {name: value for name, value in members.items() if value}


def _owner(call: Call) -> Stack:
    physical_id = str(call.parameters["PhysicalResourceId"])
    for stack in stack_records.stacks(call.account_id, call.region):
        alive = stack_records.exists(stack)
        if alive and any(resource.physical_id == physical_id for resource in stack.resources.values()):
            return stack
    raise invalid(f"Stack for {physical_id} does not exist")


def asked(call: Call) -> Stack:
    """The stack of a request, be it a deleted one that is named by its id.

    Raises:
        Refusal: there is none.
    """
    stack = stack_records.find(call.account_id, call.region, str(call.parameters["StackName"]))
    if stack is None:
        raise _absent(call)
    return stack


def _absent(call: Call) -> Exception:
    return invalid(f"Stack with id {call.parameters['StackName']} does not exist")


def _described(stack: Stack) -> dict[str, Any]:
    under_way = stack.under_way
    description: dict[str, Any] = {
        "StackId": stack.id,
        "StackName": stack.name,
        "StackStatus": stack.look(),
        "CreationTime": stack.created,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "EnableTerminationProtection": stack.termination_protection,
        "NotificationARNs": stack.notification_arns,
        "Capabilities": stack.capabilities,
        "Parameters": stack_parameters.shown(stack.template.parameters, stack.parameters, stack.fetched),
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "RollbackConfiguration": {},
        "DriftInformation": _drift(stack),
    }
    optional: dict[str, Any] = {
        "ChangeSetId": stack.change_set_id,
        "Description": stack.template.description,
        "LastUpdatedTime": stack.updated,
        "RoleARN": stack.role_arn,
        "TimeoutInMinutes": stack.timeout_in_minutes,
        "DeletionMode": stack.deletion_mode,
        "RetainExceptOnCreate": stack.retain_except_on_create,
        "LastOperations": [{"OperationType": one.type, "OperationId": one.id} for one in stack.operations[:-3:-1]],
    }
    if not under_way:
        optional |= {"StackStatusReason": stack.reason, "DeletionTime": stack.deleted, "Outputs": _outputs(stack)}
    return description | {name: value for name, value in optional.items() if value}


def _outputs(stack: Stack) -> list[dict[str, str]]:
    exported = {output: name for name, output in stack.exports.items()}
    outputs = []
    for name, value in stack.outputs.items():
        output = {"OutputKey": name, "OutputValue": value}
        optional = {
            "Description": stack.template.outputs.get(name, {}).get("Description"),
            "ExportName": exported.get(name),
        }
        outputs.append(output | {member: text for member, text in optional.items() if text})
    return outputs


def _summary(stack: Stack) -> dict[str, Any]:
    described = _described(stack)
    names = (
        "StackId",
        "StackName",
        "StackStatus",
        "CreationTime",
        "LastUpdatedTime",
        "DeletionTime",
        "StackStatusReason",
        "DriftInformation",
    )
    summary = {name: described[name] for name in names if name in described}
    return summary | ({"TemplateDescription": stack.template.description} if stack.template.description else {})


def _resource(stack: Stack, resource: StackResource) -> dict[str, Any]:
    described = {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
    }
    shown = {name: value for name, value in described.items() if value is not None}
    return shown | {"DriftInformation": _resource_drift(stack, resource)}


def _drift(stack: Stack) -> dict[str, Any]:
    found = drift.known(stack)
    return {"StackDriftStatus": found.status} | ({"LastCheckTimestamp": found.time} if found.time else {})


def _resource_drift(stack: Stack, resource: StackResource) -> dict[str, Any]:
    found = drift.known(stack).resources.get(resource.logical_id)
    if found is None or found.status == "NOT_CHECKED":
        return {"StackResourceDriftStatus": "NOT_CHECKED"}
    return {"StackResourceDriftStatus": found.status, "LastCheckTimestamp": found.time}
