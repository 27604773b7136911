"""The operations of a stack set: started, stopped, looked at.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackSetOperation.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from guardrails.sandbox.cloudformation import pages
from guardrails.sandbox.cloudformation.request_constraints import checked_operation
from guardrails.sandbox.cloudformation.stack_sets import administration, drift, progress, records
from guardrails.sandbox.cloudformation.stack_sets.records import (
    Operation,
    Result,
    StackInstance,
    StackSet,
    Target,
    Work,
)
from guardrails.sandbox.cloudformation.stacks import invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

_EXCLUSIVE: Final = (
    ("FailureToleranceCount", "FailureTolerancePercentage"),
    ("MaxConcurrentCount", "MaxConcurrentPercentage"),
)


def asked_before(stack_set: StackSet, asked: Mapping[str, Any]) -> Operation | None:
    """The operation that a repeated request started the first time: an operation id is an idempotency token.

    Raises:
        Refusal: the id was used for another request, or the set has moved on since.
    """
    operation_id = str(asked.get("OperationId", ""))
    earlier = stack_set.operations.get(operation_id)
    if earlier is None:
        return None
    if earlier.asked != asked:
        message = f"The specified operation ID already exists: {operation_id}"
        raise Refusal("OperationIdAlreadyExistsException", message, status=409)
    if earlier is not next(reversed(stack_set.operations.values())):
        message = f"Another operation has been performed on this stack set since operation {operation_id} was performed"
        raise Refusal("StaleRequestException", message, status=409)
    return earlier


def start(
    stack_set: StackSet,
    action: str,
    asked: Mapping[str, Any],
    *,
    prepare: Callable[[], Sequence[StackInstance]],
    work: Work,
    reach: frozenset[Target] | None = None,
) -> Operation:
    """Start an operation on a stack set, or queue it (managed execution).

    Raises:
        Refusal: another one is under way and the set does not queue, or the preferences contradict each other.
    """
    preferences = asked.get("OperationPreferences") or {}
    for pair in _EXCLUSIVE:
        if all(name in preferences for name in pair):
            raise invalid(f"You can specify either {pair[0]} or {pair[1]}, but not both")
    if not stack_set.managed_execution:
        refuse_while_running(stack_set)
    operation_id = str(asked.get("OperationId") or records.new_operation_id())
    begun = Operation(operation_id, action, asked, prepare, work, reach)
    progress.enqueue(stack_set, begun)
    return begun


def refuse_while_running(stack_set: StackSet) -> None:
    """Refuse while an operation is under way. Being told so is a look at it: asking again succeeds in the end."""
    if stack_set.queue:
        stack_set.note_seen()
        message = f"Another Operation on StackSet {stack_set.arn} is in progress: {stack_set.queue[0].id}"
        raise Refusal("OperationInProgressException", message, status=409)


@checked_operation("DescribeStackSetOperation")
def describe_stack_set_operation(call: Call) -> Mapping[str, Any]:
    """One operation: how far it is, or how it ended."""
    stack_set = administration.asked_set(call)
    found = _asked(call, stack_set)
    description = {"StackSetId": stack_set.id, **_described(found)}
    targets = found.asked.get("DeploymentTargets")
    if targets:
        description["DeploymentTargets"] = targets
    if found.action == drift.ACTION:
        description["StackSetDriftDetectionDetails"] = drift.operation_details(stack_set, found)
    if found.action == "DELETE":
        description["RetainStacks"] = bool(found.asked.get("RetainStacks", False))
    stack_set.note_seen()
    return {"StackSetOperation": description}


@checked_operation("ListStackSetOperations")
def list_stack_set_operations(call: Call) -> Mapping[str, Any]:
    """Summaries of the operations, newest first."""
    stack_set = administration.asked_set(call)
    page = pages.page("Summaries", list(reversed(stack_set.operations.values())), call.parameters)
    page["Summaries"] = [_described(one) for one in page["Summaries"]]
    stack_set.note_seen()
    return page


@checked_operation("ListStackSetOperationResults")
def list_stack_set_operation_results(call: Call) -> Mapping[str, Any]:
    """The results of an operation per account and region."""
    stack_set = administration.asked_set(call)
    found = _asked(call, stack_set)
    wanted = {one["Values"] for one in call.parameters.get("Filters", [])}
    results = [result for result in found.results.values() if not wanted or result.status in wanted]
    page = pages.page("Summaries", results, call.parameters)
    page["Summaries"] = [_summary(result) for result in page["Summaries"]]
    stack_set.note_seen()
    return page


@checked_operation("StopStackSetOperation")
def stop_stack_set_operation(call: Call) -> Mapping[str, Any]:
    """Stop an operation: what it has not begun with is cancelled, what it has begun with comes to its end.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html
    """
    stack_set = administration.asked_set(call)
    found = _asked(call, stack_set)
    if found.status not in {"QUEUED", "RUNNING"}:
        message = f"Operation {found.id} cannot be stopped because it is {found.status}"
        raise Refusal("InvalidOperationException", message)
    progress.stop(stack_set, found)
    return {}


def _asked(call: Call, stack_set: StackSet) -> Operation:
    operation_id = str(call.parameters["OperationId"])
    if operation_id not in stack_set.operations:
        raise Refusal("OperationNotFoundException", f"Operation {operation_id} not found", status=404)
    return stack_set.operations[operation_id]


def _described(found: Operation) -> dict[str, Any]:
    description: dict[str, Any] = {
        "OperationId": found.id,
        "Action": found.action,
        "Status": found.status,
        "CreationTimestamp": found.created,
        "OperationPreferences": {"RegionOrder": [], **found.preferences},
    }
    if found.ended is not None:
        description["EndTimestamp"] = found.ended
        description["StatusDetails"] = {"FailedStackInstancesCount": found.failures}
    if found.reason:
        description["StatusReason"] = found.reason
    return description


def _summary(result: Result) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "Account": result.account,
        "Region": result.region,
        "Status": result.status,
        "OrganizationalUnitId": result.unit_id,
        "AccountGateResult": {
            "Status": "SKIPPED",
            "StatusReason": "Account gates are not supported for service-managed stack sets",
        },
    }
    return summary | ({"StatusReason": result.reason} if result.reason else {})
