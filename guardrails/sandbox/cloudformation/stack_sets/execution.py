"""What a stack set operation does in one account and region: a stack created, updated, deleted or let go.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
"""

from typing import Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import stack_deployment, stack_parameters, stack_records, stacks
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_sets.instance_gate import in_account
from guardrails.sandbox.cloudformation.stack_sets.progress import InstanceFailed
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet, Work
from guardrails.sandbox.serving.refusals import Refusal

_HEALTHY: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


@in_account("CreateStack", InstanceFailed)
def _deploy(stack_set: StackSet, instance: StackInstance) -> None:
    """Create or update the instance's stack.

    Raises:
        InstanceFailed: the stack did not get there.
    """
    try:
        values = stack_parameters.effective(stack_set.template.parameters, stack_set.parameters | instance.overrides)
        if instance.stack is None or not stack_records.exists(instance.stack):
            instance.stack = _new_stack(stack_set, instance, values)
        stack = instance.stack
        stacks.refuse_at_work(stack)
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


@in_account("DeleteStack", InstanceFailed)
def _delete(stack_set: StackSet, instance: StackInstance) -> None:
    """Delete the instance's stack and the instance.

    Raises:
        InstanceFailed: the stack could not be deleted; the instance is INOPERABLE.
    """
    stack = instance.stack
    if stack is not None and stack_records.exists(stack):
        if stack.termination_protection:
            raise InstanceFailed(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        try:
            stacks.refuse_at_work(stack)
        except Refusal as refusal:
            raise InstanceFailed(refusal.message) from refusal
        stack.enter("DELETE_IN_PROGRESS", "User Initiated")
        stack_deployment.delete(stack)
        if stack.status != "DELETE_COMPLETE":
            raise InstanceFailed(_why(stack))
    del stack_set.instances[instance.target]


def _retain(stack_set: StackSet, instance: StackInstance) -> None:
    """Remove the instance and leave its stack where it is."""
    del stack_set.instances[instance.target]


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


DEPLOY: Final = Work(_deploy)
DELETE: Final = Work(_delete, ("INOPERABLE", "INOPERABLE"))
RETAIN: Final = Work(_retain, within_account=False)
