"""The drift of plain stacks: detected, and what was found described.

A detection's work is done within the request that asks for it; the first look at its status shows it in progress.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import drift, pages, stack_records
from guardrails.sandbox.cloudformation.drift import ResourceDrift
from guardrails.sandbox.cloudformation.property_differences import Difference
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation

DETECTABLE: Final = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}
)
"""The statuses of a stack in which its drift can be detected."""


@dataclass(slots=True, eq=False)
class Detection:
    """One run over a stack: what it found, and how many looks still show it in progress."""

    id: str
    stack: Stack
    status: str
    drifted: int
    unknown: tuple[str, ...]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    looks_left: int = 1


_DETECTIONS: Final[dict[str, Detection]] = lifecycle.forgotten_on_reset({})


@operation(SERVICE, "DetectStackDrift")
def detect_stack_drift(call: Call) -> Mapping[str, Any]:
    """Begin to compare a stack's resources, or some of them, with what the stack made them; one run at a time."""
    stack = _detectable(call)
    wanted = call.parameters.get("LogicalResourceIds", [])
    unknown = [name for name in wanted if name not in stack.resources]
    if unknown:
        raise invalid(f"Resource {unknown[0]} does not exist for stack {stack.name}")
    running = _running(stack)
    if running is not None:
        # Asking lets time pass, so that asking again succeeds in the end.
        running.looks_left = 0
        raise invalid(f"Drift detection is already in progress for stack [{stack.id}]")
    found = drift.detect(stack, wanted)
    begun = Detection(str(mock_random.uuid4()), stack, found.status, found.drifted, found.unknown)
    _DETECTIONS[begun.id] = begun
    return {"StackDriftDetectionId": begun.id}


@operation(SERVICE, "DescribeStackDriftDetectionStatus")
def describe_stack_drift_detection_status(call: Call) -> Mapping[str, Any]:
    """How far a detection is, or how it ended."""
    asked = str(call.parameters["StackDriftDetectionId"])
    found = _DETECTIONS.get(asked)
    if found is None or (found.stack.account, found.stack.region) != (call.account_id, call.region):
        raise invalid(f"Drift detection with id {asked} does not exist")
    description = {"StackId": found.stack.id, "StackDriftDetectionId": found.id, "Timestamp": found.started}
    if found.looks_left:
        found.looks_left -= 1
        return {**description, "DetectionStatus": "DETECTION_IN_PROGRESS"}
    ended = {
        "DetectionStatus": "DETECTION_FAILED" if found.unknown else "DETECTION_COMPLETE",
        "StackDriftStatus": found.status,
        "DriftedStackResourceCount": found.drifted,
    }
    if found.unknown:
        ended["DetectionStatusReason"] = f"Failed to detect drift on resources [{', '.join(found.unknown)}]"
    return description | ended


@operation(SERVICE, "DetectStackResourceDrift")
def detect_stack_resource_drift(call: Call) -> Mapping[str, Any]:
    """Compare one resource with what its stack made it, and say so at once."""
    stack, logical_id = _detectable(call), str(call.parameters["LogicalResourceId"])
    if logical_id not in stack.resources:
        raise invalid(f"Resource {logical_id} does not exist for stack {stack.name}")
    found = drift.detect(stack, [logical_id]).resources[logical_id]
    if found.status == "NOT_CHECKED":
        raise invalid(f"Drift detection is not supported for resource type {stack.resources[logical_id].type}")
    return {"StackResourceDrift": described(stack, logical_id, found)}


@operation(SERVICE, "DescribeStackResourceDrifts")
def describe_stack_resource_drifts(call: Call) -> Mapping[str, Any]:
    """What was found about each resource that has been checked; the others are left out."""
    stack = _asked(call)
    running = _running(stack)
    if running is not None:
        running.looks_left = 0
    wanted = call.parameters.get("StackResourceDriftStatusFilters", [])
    found = [
        described(stack, name, one)
        for name, one in drift.known(stack).resources.items()
        if one.status != "NOT_CHECKED" and (not wanted or one.status in wanted)
    ]
    return pages.page("StackResourceDrifts", found, call.parameters)


def described(stack: Stack, logical_id: str, found: ResourceDrift) -> dict[str, Any]:
    """What was found about a resource, as a response shows it."""
    resource = stack.resources[logical_id]
    description: dict[str, Any] = {
        "StackId": stack.id,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": resource.physical_id,
        "PhysicalResourceIdContext": [],
        "ResourceType": resource.type,
        "StackResourceDriftStatus": found.status,
        "Timestamp": found.time,
        "PropertyDifferences": [_difference(one) for one in found.differences],
    }
    if found.status in {"IN_SYNC", "MODIFIED"}:
        description["ExpectedProperties"] = _text(dict(found.expected))
        description["ActualProperties"] = _text(dict(found.actual))
    if found.reason:
        description["DriftStatusReason"] = found.reason
    return description


def refusal(stack: Stack, status: str) -> str:
    """Why a stack cannot be checked now."""
    return f"Drift detection cannot be performed on stack [{stack.id}] while it is in [{status}] stack state."


def _difference(one: Difference) -> dict[str, str]:
    return {
        "PropertyPath": one.path,
        "ExpectedValue": _text(one.expected),
        "ActualValue": _text(one.actual),
        "DifferenceType": one.type,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _asked(call: Call) -> Stack:
    name = str(call.parameters["StackName"])
    stack = stack_records.find(call.account_id, call.region, name)
    if stack is None:
        raise invalid(f"Stack with id {name} does not exist")
    return stack


def _detectable(call: Call) -> Stack:
    stack = _asked(call)
    if stack.under_way or stack.status not in DETECTABLE:
        status = stack.look()
        raise invalid(refusal(stack, status))
    return stack


def _running(stack: Stack) -> Detection | None:
    return next((one for one in _DETECTIONS.values() if one.stack is stack and one.looks_left), None)
