"""The drift of stack sets: how an instance's stack is checked, and what that found.

What an operation found stays as it was then, whatever happens to the stacks afterwards.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-drift.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from guardrails.sandbox.cloudformation import drift, stack_drift, stack_records
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_sets.progress import InstanceFailed
from guardrails.sandbox.cloudformation.stack_sets.records import Operation, StackInstance, StackSet, Target, Work
from guardrails.sandbox.serving import lifecycle

ACTION: Final = "DETECT_DRIFT"
_ENDED: Final = {"FAILED": "FAILED", "STOPPED": "STOPPED", "STOPPING": "STOPPED"}


@dataclass(frozen=True, slots=True)
class Check:
    """What an operation found in the stack of one instance: its status, and each resource as a response shows it.

    `updated` tells since which update of the stack that holds.
    """

    stack: Stack
    updated: datetime | None
    status: str
    resources: tuple[Mapping[str, Any], ...]
    time: datetime


_CHECKS: Final[dict[tuple[str, str], dict[Target, Check]]] = lifecycle.forgotten_on_reset({})
"""(stack set, operation) -> what was found in each place."""
_LATEST: Final[dict[tuple[str, Target], Check]] = lifecycle.forgotten_on_reset({})
"""(stack set, place) -> what was found there last."""


def instance_status(stack_set: StackSet, instance: StackInstance) -> dict[str, Any]:
    """The drift status of an instance, as its descriptions show it: what was found last, unless its stack has been updated since."""
    check = _LATEST.get((stack_set.id, instance.target))
    if check is None or check.stack is not instance.stack or check.updated != check.stack.updated:
        return {"DriftStatus": "NOT_CHECKED"}
    return {"DriftStatus": check.status, "LastDriftCheckTimestamp": check.time}


def set_status(stack_set: StackSet) -> dict[str, Any]:
    """The drift status of a set, as its summary shows it."""
    shown = set_details(stack_set)
    return {name: shown[name] for name in ("DriftStatus", "LastDriftCheckTimestamp") if name in shown}


def set_details(stack_set: StackSet) -> dict[str, Any]:
    """What the last completed detection of a set found; one in progress does not count."""
    ended = (one for one in reversed(stack_set.operations.values()) if one.action == ACTION and one.ended)
    last = next(ended, None)
    if last is not None:
        return operation_details(stack_set, last)
    counts = dict.fromkeys(("Drifted", "InSync", "InProgress", "Failed"), 0)
    return {"DriftStatus": "NOT_CHECKED", **_counted({"Total": len(stack_set.instances), **counts})}


def operation_details(stack_set: StackSet, found: Operation) -> dict[str, Any]:
    """How far one detection is, or what it found."""
    found_there, results = checks(stack_set, found), list(found.results.values())
    counts = {
        "Total": len(results),
        "Drifted": sum(check.status == "DRIFTED" for check in found_there.values()),
        "InSync": sum(check.status == "IN_SYNC" for check in found_there.values()),
        "InProgress": sum(result.status in {"PENDING", "RUNNING"} for result in results),
        "Failed": found.failures,
    }
    details = {"DriftDetectionStatus": _detection_status(found), **_counted(counts)}
    if counts["Drifted"]:
        details["DriftStatus"] = "DRIFTED"
    else:
        details["DriftStatus"] = "IN_SYNC" if found.status == "SUCCEEDED" else "NOT_CHECKED"
    if found.ended is not None:
        details["LastDriftCheckTimestamp"] = found.ended
    return details


def _detect(stack_set: StackSet, instance: StackInstance) -> None:
    """Check the instance's stack.

    Raises:
        InstanceFailed: the stack is not in a status to be checked, or one of its resources cannot be read.
    """
    stack = instance.stack
    if stack is None or not stack_records.exists(stack):
        raise InstanceFailed("The stack of the stack instance does not exist")
    if stack.status not in stack_drift.DETECTABLE:
        raise InstanceFailed(stack_drift.refusal(stack, stack.status))
    found = drift.detect(stack)
    resources = tuple(
        stack_drift.described(stack, name, one) for name, one in found.resources.items() if one.status != "NOT_CHECKED"
    )
    check = Check(stack, stack.updated, found.status, resources, datetime.now(UTC))
    if instance.operation is not None:
        checks(stack_set, instance.operation)[instance.target] = check
    _LATEST[stack_set.id, instance.target] = check
    if found.unknown:
        raise InstanceFailed(f"Failed to detect drift on resources [{', '.join(found.unknown)}]")


DETECT: Final = Work(_detect, failed=None)


def checks(stack_set: StackSet, found: Operation) -> dict[Target, Check]:
    """What a detection has found so far, by place."""
    return _CHECKS.setdefault((stack_set.id, found.id), {})


def _detection_status(found: Operation) -> str:
    if found.ended is None and found.status != "STOPPING":
        return "IN_PROGRESS"
    return _ENDED.get(found.status, "PARTIAL_SUCCESS" if found.failures else "COMPLETED")


def _counted(counts: Mapping[str, int]) -> dict[str, Any]:
    return {f"{name}StackInstancesCount": number for name, number in counts.items()}
