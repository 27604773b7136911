"""Detecting the drift of stack sets: an operation of the set that checks the stack of every instance.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-drift.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import pages
from guardrails.sandbox.cloudformation.request_constraints import checked_operation
from guardrails.sandbox.cloudformation.stack_sets import administration, drift, operations
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

_ONLY_OF_STACKS: Final = frozenset({"ExpectedProperties", "ActualProperties", "DriftStatusReason"})
"""What DescribeStackResourceDrifts tells of a resource and a stack set does not."""


@checked_operation("DetectStackSetDrift")
def detect_stack_set_drift(call: Call) -> Mapping[str, Any]:
    """Begin to check the stack of every instance; only one such operation at a time, even where operations queue."""
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    if any(one.action == drift.ACTION for one in stack_set.queue):
        operations.refuse_while_running(stack_set)
    begun = operations.start(
        stack_set, drift.ACTION, asked, prepare=lambda: list(stack_set.instances.values()), work=drift.DETECT
    )
    return {"OperationId": begun.id}


@checked_operation("ListStackInstanceResourceDrifts")
def list_stack_instance_resource_drifts(call: Call) -> Mapping[str, Any]:
    """What an operation found about each resource in the stack of one instance, told to the administrator.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackInstanceResourceDrifts.html
    """
    stack_set, asked = administration.asked_set(call), call.parameters
    place = (asked["StackInstanceAccount"], asked["StackInstanceRegion"])
    if place not in stack_set.instances:
        message = f"Stack instance not found for stack set {stack_set.name}"
        raise Refusal("StackInstanceNotFoundException", message, status=404)
    found = stack_set.operations.get(asked["OperationId"])
    if found is None or found.action != drift.ACTION:
        raise Refusal("OperationNotFoundException", f"Operation {asked['OperationId']} not found", status=404)
    stack_set.note_seen()
    check = drift.checks(stack_set, found).get(place)
    wanted = asked.get("StackInstanceResourceDriftStatuses", [])
    summaries = [
        {name: value for name, value in one.items() if name not in _ONLY_OF_STACKS}
        for one in (check.resources if check else ())
        if not wanted or one["StackResourceDriftStatus"] in wanted
    ]
    return pages.page("Summaries", summaries, asked)
