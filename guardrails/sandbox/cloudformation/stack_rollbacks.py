"""The way back from a failed creation or update: rolled back on request, continued, cancelled.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import (
    change_set_records,
    stack_authorization,
    stack_deployment,
    stack_updates,
)
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stacks import SERVICE, existing, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import not_implemented


@operation(SERVICE, "RollbackStack")
def rollback_stack(call: Call) -> Mapping[str, Any]:
    """Roll a failed stack back to its last stable state; one that never had any loses what it has."""
    asked, stack = call.parameters, _settled(call)
    if asked.get("DeploymentConfig"):
        raise invalid("The sandbox does not implement DeploymentConfig.")
    token = asked.get("ClientRequestToken")
    if repeated := stack.repeated(token, "ROLLBACK"):
        return {"StackId": stack.id, "OperationId": repeated.id}
    if stack.status not in {"CREATE_FAILED", "UPDATE_FAILED"}:
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.")
    stack.role_arn = stack_authorization.service_role(call) or stack.role_arn
    stack.retain_except_on_create = asked.get("RetainExceptOnCreate", stack.retain_except_on_create)
    change_set_records.make_obsolete(stack)
    if stack.status == "CREATE_FAILED":
        operation = stack.begin("ROLLBACK_IN_PROGRESS", token)
        stack_deployment.roll_back_creation(stack)
    else:
        operation = stack.begin("UPDATE_ROLLBACK_IN_PROGRESS", token)
        stack_updates.roll_back(stack)
    return {"StackId": stack.id, "OperationId": operation.id}


@operation(SERVICE, "ContinueUpdateRollback")
def continue_update_rollback(call: Call) -> Mapping[str, Any]:
    """Try again what a rollback could not put back; resources to skip count as put back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    """
    asked, stack = call.parameters, _settled(call)
    token = asked.get("ClientRequestToken")
    if stack.repeated(token, "CONTINUE_ROLLBACK"):
        return {}
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue rolling back an update.")
    skipped = set(map(str, asked.get("ResourcesToSkip", ())))
    failed = {name for name, resource in stack.resources.items() if resource.status == "UPDATE_FAILED"}
    if asked.get("ForceRollback"):
        if skipped:
            raise invalid("You can specify either ResourcesToSkip or ForceRollback, but not both.")
        skipped = failed
    if not skipped <= failed:
        names = ", ".join(sorted(skipped - failed))
        raise invalid(f"ResourcesToSkip [{names}] are not in UPDATE_FAILED state because of a failed rollback.")
    stack.role_arn = stack_authorization.service_role(call) or stack.role_arn
    stack.begin("UPDATE_ROLLBACK_IN_PROGRESS", token, kind="CONTINUE_ROLLBACK")
    stack_updates.roll_back(stack, skipped)
    return {}


@operation(SERVICE, "CancelUpdateStack")
def cancel_update_stack(call: Call) -> Mapping[str, Any]:
    """Refused: an update that is in progress has all its work done already."""
    stack = existing(call)
    if stack.shown_status != "UPDATE_IN_PROGRESS":
        raise invalid("CancelUpdateStack cannot be called from current stack status")
    raise not_implemented(SERVICE, "CancelUpdateStack")


def _settled(call: Call) -> Stack:
    """The stack of a request, when nothing is under way in it."""
    stack = existing(call)
    if stack.under_way:
        raise invalid(f"Stack:{stack.id} is in {stack.look()} state and can not be rolled back.")
    return stack
