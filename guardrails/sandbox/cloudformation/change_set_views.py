"""Looking at change sets: describe and list. Looking moves the clock: see `change_set_records.ChangeSet`.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import change_set_records, pages, resource_schemas, stack_parameters, stacks
from guardrails.sandbox.cloudformation.actual_state import Actual
from guardrails.sandbox.cloudformation.change_set_records import ChangeSet
from guardrails.sandbox.cloudformation.change_sets import found
from guardrails.sandbox.cloudformation.stack_changes import Detail, ResourceChange
from guardrails.sandbox.cloudformation.stacks import SERVICE
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation

_LARGEST_PAGE: Final = 1_000_000
"""Bytes of changes after which DescribeChangeSet goes on on another page."""


@operation(SERVICE, "DescribeChangeSet")
def describe_change_set(call: Call) -> Mapping[str, Any]:
    """What was asked of a change set, and every change that executing it will make."""
    change_set = found(call)
    status, execution = change_set.look()
    desired, options = change_set.desired, change_set.options
    tags = [{"Key": key, "Value": value} for key, value in desired.tags.items()]
    described = _summary(change_set, status, execution) | {
        "Parameters": stack_parameters.shown(desired.template.parameters, desired.parameters, desired.fetched),
        "NotificationARNs": options.notification_arns or change_set.stack.notification_arns,
        "Capabilities": options.capabilities,
        "Tags": tags,
        "RollbackConfiguration": {},
        "Changes": [],
    }
    optional = {
        "OnStackFailure": options.on_stack_failure,
        "DeploymentMode": options.mode,
        "StackDriftStatus": change_set.drift_status,
    }
    described |= {name: value for name, value in optional.items() if value}
    if status != "CREATE_COMPLETE":
        return described
    with_values = call.parameters.get("IncludePropertyValues", False)
    changes = [{"Type": "Resource", "ResourceChange": _change(one, with_values)} for one in change_set.changes]
    return described | _page(changes, call.parameters)


@operation(SERVICE, "ListChangeSets")
def list_change_sets(call: Call) -> Mapping[str, Any]:
    """The change sets of a stack."""
    of_stack = change_set_records.of_stack(stacks.existing(call))
    return pages.page("Summaries", [_summary(one, *one.look()) for one in of_stack], call.parameters)


def _summary(change_set: ChangeSet, status: str, execution: str) -> dict[str, Any]:
    summary = {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.id,
        "StackId": change_set.stack.id,
        "StackName": change_set.stack.name,
        "CreationTime": change_set.created,
        "Status": status,
        "ExecutionStatus": execution,
        "IncludeNestedStacks": change_set.options.nested_stacks,
        "ImportExistingResources": False,
    }
    optional = {
        "Description": change_set.options.description,
        "StatusReason": change_set.failure if status == "FAILED" else None,
    }
    return summary | {name: value for name, value in optional.items() if value}


def _page(changes: list[dict[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """As many changes as fit on one page, at least one."""
    start = pages.start(parameters)
    end, size = start, 0
    while end < len(changes):
        size += len(json.dumps(changes[end], default=str))
        if size > _LARGEST_PAGE and end > start:
            return {"Changes": changes[start:end], "NextToken": str(end)}
        end += 1
    return {"Changes": changes[start:]}


def _change(change: ResourceChange, with_values: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "PolicyAction": change.policy_action,
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type,
        "Replacement": change.replacement,
        "ResourceDriftStatus": change.actual.status if change.actual else None,
    }
    if with_values:
        contexts = {"Before": change.before, "After": change.after, "PreviousDeployment": change.deployed}
        described |= {f"{name}Context": json.dumps(one) for name, one in contexts.items() if one is not None}
    if change.actual:
        described["ResourceDriftIgnoredAttributes"] = _ignored(change)
    lists = {
        "Scope": list(dict.fromkeys(detail.attribute for detail in change.details)),
        "Details": [
            one
            for detail in change.details
            for one in _details(detail, change.actual if with_values else None, with_values)
        ],
    }
    return {name: value for name, value in described.items() if value is not None} | lists


def _ignored(change: ResourceChange) -> list[dict[str, str]]:
    """The properties that cannot be read back, so that their drift is not known."""
    names = (change.after or {}).get("Properties", {})
    hidden = resource_schemas.schema(change.type).write_only()
    return [{"Path": f"/Properties/{name}", "Reason": "WRITE_ONLY_PROPERTY"} for name in names if f"/{name}" in hidden]


def _details(detail: Detail, actual: Actual | None, with_values: bool) -> list[dict[str, Any]]:
    """One entry for each cause of a changed value."""
    target: dict[str, Any] = {"Attribute": detail.attribute, "Name": detail.name}
    if detail.attribute in {"Properties", "Tags"}:
        target["RequiresRecreation"] = detail.recreation
    if with_values:
        target |= _values(detail)
    if actual:
        target |= _origins(detail, actual)
    described = {name: value for name, value in target.items() if value is not None}
    return [
        {
            "Target": described,
            "Evaluation": "Static" if cause.static else "Dynamic",
            "ChangeSource": cause.source,
            **({"CausingEntity": cause.entity} if cause.entity else {}),
        }
        for cause in detail.causes
    ]


def _values(detail: Detail) -> dict[str, str | None]:
    where = "/Properties/Tags" if detail.attribute == "Tags" else f"/{detail.attribute}"
    kinds = {(True, False): "Add", (False, True): "Remove"}
    return {
        "Path": f"{where}/{detail.name}" if detail.name else where,
        "BeforeValue": _text(detail.before),
        "AfterValue": _text(detail.after),
        "AttributeChangeType": "SyncWithActual"
        if detail.synced
        else kinds.get((detail.before is None, detail.after is None), "Modify"),
    }


def _origins(detail: Detail, actual: Actual) -> dict[str, Any]:
    """Where the values of a drift-aware change come from, and the drift of the property."""
    origins: dict[str, Any] = {"BeforeValueFrom": "PREVIOUS_DEPLOYMENT_STATE", "AfterValueFrom": "TEMPLATE"}
    if detail.drift:
        deployed, live = detail.drift
        values = {"PreviousValue": _text(deployed), "ActualValue": _text(live)}
        drift = {name: value for name, value in values.items() if value is not None}
        origins["BeforeValueFrom"] = "ACTUAL_STATE"
        origins["Drift"] = drift | {"DriftDetectionTimestamp": actual.time}
    return origins


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
