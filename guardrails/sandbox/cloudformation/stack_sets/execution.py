"""Carrying a stack set operation out: a stack created, updated, deleted or let go in each account and region, within the failure tolerance.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import stack_deployment, stack_parameters, stack_records, stacks
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_sets import targeting
from guardrails.sandbox.cloudformation.stack_sets.records import Operation, Result, StackInstance, StackSet
from guardrails.sandbox.serving.refusals import Refusal

Work = Callable[[StackSet, StackInstance], None]
_HEALTHY: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


class InstanceFailed(Exception):
    """An operation failed for one instance; the message is its status reason."""


def deploy(stack_set: StackSet, instance: StackInstance) -> None:
    """Create or update the instance's stack.

    Raises:
        InstanceFailed: the stack did not get there.
    """
    try:
        values = stack_parameters.effective(stack_set.template.parameters, stack_set.parameters | instance.overrides)
        if instance.stack is None or not stack_records.exists(instance.stack):
            instance.stack = _new_stack(stack_set, instance, values)
        stack = instance.stack
        if stack.status == "UPDATE_ROLLBACK_FAILED":
            raise InstanceFailed(f"Stack:{stack.id} is in UPDATE_ROLLBACK_FAILED state and can not be updated.")
        if stack.status in {"ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_FAILED"}:
            # A stack that never came up is replaced by a new one.
            stack.enter("DELETE_IN_PROGRESS", "User Initiated")
            stack_deployment.delete(stack)
            instance.stack = stack = _new_stack(stack_set, instance, values)
        stacks.check_update(stack, stack_set.template)
        worked = stacks.deploy(stack, stack_set.template, values, stack_set.tags)
    except Refusal as refusal:
        raise InstanceFailed(refusal.message) from refusal
    if worked and stack.status not in _HEALTHY:
        raise InstanceFailed(_why(stack))


def delete(stack_set: StackSet, instance: StackInstance) -> None:
    """Delete the instance's stack and the instance.

    Raises:
        InstanceFailed: the stack could not be deleted; the instance is INOPERABLE.
    """
    stack = instance.stack
    if stack is not None and stack_records.exists(stack):
        if stack.termination_protection:
            raise InstanceFailed(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        stack.enter("DELETE_IN_PROGRESS", "User Initiated")
        stack_deployment.delete(stack)
        if stack.status != "DELETE_COMPLETE":
            raise InstanceFailed(_why(stack))
    instance.gone = True


def retain(stack_set: StackSet, instance: StackInstance) -> None:
    """Remove the instance and leave its stack where it is."""
    instance.gone = True


def perform(
    stack_set: StackSet, operation: Operation, instances: Sequence[StackInstance], regions: Sequence[str], work: Work
) -> None:
    """Do the work for every instance, region by region, and stop where the failure tolerance is exceeded."""
    preferences: Mapping[str, Any] = operation.asked.get("OperationPreferences") or {}
    parallel = preferences.get("RegionConcurrencyType") == "PARALLEL"
    order = [region for region in preferences.get("RegionOrder", []) if region in regions]
    stopped = False
    for region in [*order, *(region for region in regions if region not in order)]:
        of_region = [instance for instance in instances if instance.region == region]
        if stopped and not parallel:
            _cancel(operation, of_region)
        else:
            stopped |= _perform_region(stack_set, operation, of_region, preferences, work)
    operation.status = "FAILED" if stopped else "SUCCEEDED"
    operation.ended = datetime.now(UTC)


def _perform_region(
    stack_set: StackSet,
    operation: Operation,
    instances: list[StackInstance],
    preferences: Mapping[str, Any],
    work: Work,
) -> bool:
    """Work through one region in batches as large as the concurrency; True when the tolerance was exceeded."""
    tolerance = _tolerance(preferences, len(instances))
    size = _concurrency(preferences, len(instances), tolerance)
    failures = 0
    for start in range(0, len(instances), size):
        if failures > tolerance:
            _cancel(operation, instances[start:])
            break
        failures += sum(not _one(stack_set, operation, instance, work) for instance in instances[start : start + size])
    return failures > tolerance


def _one(stack_set: StackSet, operation: Operation, instance: StackInstance, work: Work) -> bool:
    instance.operation = operation
    if targeting.is_suspended(instance.account) and work is not retain:
        reason = f"Account {instance.account} is suspended"
        instance.end("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT", reason)
        _result(operation, instance, "SUCCEEDED", reason)
        return True
    try:
        work(stack_set, instance)
    except InstanceFailed as failure:
        deleting = work is delete
        instance.end("INOPERABLE" if deleting else "OUTDATED", "INOPERABLE" if deleting else "FAILED", str(failure))
        _result(operation, instance, "FAILED", str(failure))
        return False
    instance.end("CURRENT", "SUCCEEDED")
    _result(operation, instance, "SUCCEEDED")
    return True


def _cancel(operation: Operation, instances: Sequence[StackInstance]) -> None:
    reason = "Cancelled since failure tolerance has exceeded"
    for instance in instances:
        instance.operation = operation
        instance.end("OUTDATED", "CANCELLED", reason)
        _result(operation, instance, "CANCELLED", reason)


def _result(operation: Operation, instance: StackInstance, status: str, reason: str | None = None) -> None:
    operation.results.append(Result(instance.account, instance.region, instance.unit_id, status, reason))


def _tolerance(preferences: Mapping[str, Any], accounts: int) -> int:
    if "FailureTolerancePercentage" in preferences:
        return accounts * int(preferences["FailureTolerancePercentage"]) // 100
    return int(preferences.get("FailureToleranceCount", 0))


def _concurrency(preferences: Mapping[str, Any], accounts: int, tolerance: int) -> int:
    """How many accounts are worked on at once: strict tolerance allows no more than tolerance + 1."""
    if "MaxConcurrentPercentage" in preferences:
        wanted = max(1, accounts * int(preferences["MaxConcurrentPercentage"]) // 100)
    else:
        wanted = int(preferences.get("MaxConcurrentCount", 1))
    soft = preferences.get("ConcurrencyMode") == "SOFT_FAILURE_TOLERANCE"
    return wanted if soft else min(wanted, tolerance + 1)


def _new_stack(stack_set: StackSet, instance: StackInstance, values: dict[str, str]) -> Stack:
    name = f"StackSet-{stack_set.name}-{mock_random.uuid4()}"
    return Stack(
        id=stack_records.new_id(name, instance.account, instance.region),
        name=name,
        account=instance.account,
        region=instance.region,
        template=stack_set.template,
        parameters=values,
        tags=dict(stack_set.tags),
        capabilities=list(stack_set.capabilities),
    )


def _why(stack: Stack) -> str:
    """The reason of the resource that failed first in the stack's last operation."""
    failed = [event for event in stack.events if event.status.endswith("_FAILED") and event.id and event.reason]
    reason = (
        f"ResourceLogicalId:{failed[-1].logical_id}, ResourceType:{failed[-1].type}, ResourceStatusReason:{failed[-1].reason}."
        if failed
        else ""
    )
    return f"{reason or stack.reason or stack.status}"
