"""The operations of a stack set: starting one, and looking at them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackSetOperation.html
"""

from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import pages
from guardrails.sandbox.cloudformation.stack_sets import records
from guardrails.sandbox.cloudformation.stack_sets.records import Operation, StackSet
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.organizations import organization, trusted_access
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal


def asked_set(call: Call) -> StackSet:
    """The active stack set that a request names.

    Raises:
        Refusal: there is none, or the caller may not administer stack sets.
    """
    require_administrator(call)
    name = str(call.parameters["StackSetName"])
    found = records.find(call.account_id, call.region, name)
    if found is None:
        raise Refusal("StackSetNotFoundException", f"StackSet {name} not found", status=404)
    return found


def require_administrator(call: Call) -> None:
    """Let only the management account of an activated organization pass; the sandbox has no delegated administrators of StackSets."""
    if call.parameters.get("CallAs", "SELF") != "SELF":
        raise invalid("The sandbox does not implement CallAs DELEGATED_ADMIN.")
    if organization.backend().org is None or call.account_id != MANAGEMENT_ACCOUNT_ID:
        raise invalid(
            "You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set"
        )


def require_activated() -> None:
    """Let only an organization pass in which StackSets is activated."""
    if not trusted_access.stack_sets_activated():
        raise invalid("You must enable organizations access to operate a service managed stack set")


def start(stack_set: StackSet, action: str, asked: Mapping[str, Any]) -> Operation:
    """Open an operation on a stack set.

    Raises:
        Refusal: another one is under way and the set does not queue (managed execution), or the id is taken.
    """
    require_activated()
    operation_id = str(asked.get("OperationId") or records.new_operation_id())
    if operation_id in stack_set.operations:
        raise Refusal(
            "OperationIdAlreadyExistsException",
            f"The specified operation ID already exists: {operation_id}",
            status=409,
        )
    if not stack_set.managed_execution:
        refuse_while_running(stack_set)
    stack_set.operations[operation_id] = begun = Operation(operation_id, action, asked)
    return begun


def refuse_while_running(stack_set: StackSet) -> None:
    """Refuse while an operation is under way. Asking lets time pass, so that asking again succeeds in the end."""
    running = stack_set.running()
    if running is not None:
        stack_set.tick()
        raise Refusal(
            "OperationInProgressException",
            f"Another Operation on StackSet {stack_set.arn} is in progress: {running.id}",
            status=409,
        )


@operation(SERVICE, "DescribeStackSetOperation")
def describe_stack_set_operation(call: Call) -> Mapping[str, Any]:
    """One operation: how far it is, or how it ended."""
    stack_set = asked_set(call)
    found = _asked(call, stack_set)
    description = {"StackSetId": stack_set.id, **_described(stack_set, found)}
    targets = found.asked.get("DeploymentTargets")
    if targets:
        description["DeploymentTargets"] = targets
    if found.action == "DELETE":
        description["RetainStacks"] = bool(found.asked.get("RetainStacks", False))
    stack_set.tick()
    return {"StackSetOperation": description}


@operation(SERVICE, "ListStackSetOperations")
def list_stack_set_operations(call: Call) -> Mapping[str, Any]:
    """Summaries of the operations, newest first."""
    stack_set = asked_set(call)
    summaries = [_described(stack_set, one) for one in reversed(stack_set.operations.values())]
    stack_set.tick()
    return pages.page("Summaries", summaries, call.parameters)


@operation(SERVICE, "ListStackSetOperationResults")
def list_stack_set_operation_results(call: Call) -> Mapping[str, Any]:
    """The results of an operation per account and region."""
    stack_set = asked_set(call)
    found = _asked(call, stack_set)
    pending = {"RUNNING": "RUNNING", "QUEUED": "PENDING"}.get(stack_set.shown_status(found))
    wanted = [
        value
        for one in call.parameters.get("Filters", [])
        if one.get("Name") == "OPERATION_RESULT_STATUS"
        for value in one["Values"].split(",")
    ]
    summaries = []
    for result in found.results:
        summary = {
            "Account": result.account,
            "Region": result.region,
            "Status": pending or result.status,
            "OrganizationalUnitId": result.unit_id,
            "AccountGateResult": {
                "Status": "SKIPPED",
                "StatusReason": "Account gates are not supported for service-managed stack sets",
            },
        }
        if result.reason and not pending:
            summary["StatusReason"] = result.reason
        if not wanted or summary["Status"] in wanted:
            summaries.append(summary)
    stack_set.tick()
    return pages.page("Summaries", summaries, call.parameters)


@operation(SERVICE, "StopStackSetOperation")
def stop_stack_set_operation(call: Call) -> Mapping[str, Any]:
    """Refused: the sandbox's operations are over before they can be stopped."""
    _asked(call, asked_set(call))
    raise Refusal(
        "InvalidOperationException", "The operation has ended already; the sandbox does not implement stopping one."
    )


def _asked(call: Call, stack_set: StackSet) -> Operation:
    operation_id = str(call.parameters["OperationId"])
    if operation_id not in stack_set.operations:
        raise Refusal("OperationNotFoundException", f"Operation {operation_id} not found", status=404)
    return stack_set.operations[operation_id]


def _described(stack_set: StackSet, found: Operation) -> dict[str, Any]:
    status = stack_set.shown_status(found)
    description: dict[str, Any] = {
        "OperationId": found.id,
        "Action": found.action,
        "Status": status,
        "CreationTimestamp": found.created,
        "OperationPreferences": {"RegionOrder": [], **(found.asked.get("OperationPreferences") or {})},
    }
    if not found.under_way:
        description["EndTimestamp"] = found.ended
        description["StatusDetails"] = {"FailedStackInstancesCount": found.failures}
        if found.status == "FAILED":
            description["StatusReason"] = (
                f"{found.failures} stack instance(s) failed: the failure tolerance has been exceeded"
            )
    return description
