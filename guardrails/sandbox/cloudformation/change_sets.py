"""Change sets: made for a new stack or an existing one, executed, deleted. What is executed is what was described.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    account_limits,
    change_set_records,
    stack_authorization,
    stack_changes,
    stack_deployment,
    stack_outputs,
    stack_records,
    stack_updates,
    stacks,
)
from guardrails.sandbox.cloudformation.change_set_records import ChangeSet, Options
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_updates import Desired
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.cloudformation.templates import NO_TEMPLATE
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

_NOTHING: Final = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_INVALID: Final = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. "
    "To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
)
_DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


@operation(SERVICE, "CreateChangeSet")
def create_change_set(call: Call) -> Mapping[str, Any]:
    """Make a change set; for a new stack, the stack too, in REVIEW_IN_PROGRESS."""
    asked = call.parameters
    stacks.refuse_absent(asked)
    name, kind = stacks.read_name(asked, "ChangeSetName"), str(asked.get("ChangeSetType", "UPDATE"))
    _refuse(asked, kind)
    stack_authorization.service_role(call)
    stack = _reviewed(call) if kind == "CREATE" else stacks.updatable(call)
    namesake = next((one for one in change_set_records.of_stack(stack) if one.name == name), None) if stack else None
    if namesake is not None and not namesake.execution.startswith("EXECUTE_"):
        if asked.get("ClientToken") and asked["ClientToken"] == namesake.options.token:
            return {"Id": namesake.id, "StackId": namesake.stack.id}
        raise Refusal("AlreadyExistsException", f"ChangeSet [{namesake.id}] already exists")
    desired = stacks.read_desired(asked, stack, call)
    stack = stack or _new_stack(call)
    change_set = _change_set(stack, name, kind, desired, asked)
    change_set_records.keep(change_set)
    return {"Id": change_set.id, "StackId": stack.id}


@operation(SERVICE, "ExecuteChangeSet")
def execute_change_set(call: Call) -> Mapping[str, Any]:
    """Do what a change set says; the stack's other change sets are deleted."""
    asked = call.parameters
    change_set = found(call)
    stack, options, token = change_set.stack, change_set.options, asked.get("ClientRequestToken")
    if stack.repeated(token, "CREATE_STACK" if change_set.kind == "CREATE" else "UPDATE_STACK"):
        return {}
    _check_executable(change_set)
    if "DisableRollback" in asked and options.on_stack_failure:
        raise invalid("You can specify either OnStackFailure or DisableRollback, but not both.")
    on_failure = options.on_stack_failure or ("DO_NOTHING" if asked.get("DisableRollback") else "ROLLBACK")
    change_set_records.forget_others(change_set)
    stack.change_set_id, stack.capabilities = change_set.id, options.capabilities
    stack.role_arn = options.role_arn or stack.role_arn
    if options.notification_arns is not None:
        stack.notification_arns = options.notification_arns
    stack.retain_except_on_create = asked.get("RetainExceptOnCreate", False)
    change_set.execution = "EXECUTE_IN_PROGRESS"  # seen by other requests while a function runs
    _execute(stack, change_set, on_failure, token)
    change_set.execution = "EXECUTE_COMPLETE" if stack.status in _DONE else "EXECUTE_FAILED"
    return {}


@operation(SERVICE, "DeleteChangeSet")
def delete_change_set(call: Call) -> Mapping[str, Any]:
    """Delete a change set; deleting one that does not exist succeeds. A stack in review stays."""
    try:
        change_set = found(call)
    except Refusal as refusal:
        if refusal.code == "ChangeSetNotFound":
            return {}
        raise
    if change_set.execution_status == "EXECUTE_IN_PROGRESS":
        raise _wrong_status(change_set, "deleted", f"execution status of [{change_set.execution_status}]")
    change_set_records.forget(change_set)
    return {}


def found(call: Call) -> ChangeSet:
    """The change set of a request, by its ARN, or by its name and its stack.

    Raises:
        Refusal: there is none, or the stack is not said.
    """
    name = str(call.parameters["ChangeSetName"])
    if name.startswith("arn:"):
        found = change_set_records.find(name)
        if found and (found.stack.account, found.stack.region) != (call.account_id, call.region):
            found = None
    elif "StackName" not in call.parameters:
        raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
    else:
        of_stack = change_set_records.of_stack(stacks.existing(call))
        found = next((one for one in of_stack if one.name == name), None)
    if found is None:
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", status=404)
    return found


def _execute(stack: Stack, change_set: ChangeSet, on_failure: str, token: str | None) -> None:
    desired = change_set.desired
    if change_set.kind == "CREATE":
        stack.template, stack.parameters, stack.tags = desired.template, desired.parameters, desired.tags
        stack.fetched, stack.on_failure = desired.fetched, on_failure
        stack.begin("CREATE_IN_PROGRESS", token)
        stack_deployment.create(stack)
    else:
        stack.begin("UPDATE_IN_PROGRESS", token)
        actual = {change.logical_id: change.actual.resource for change in change_set.changes if change.actual}
        stack_updates.update(stack, desired, disable_rollback=on_failure == "DO_NOTHING", actual=actual)


def _check_executable(change_set: ChangeSet) -> None:
    if change_set.status != "CREATE_COMPLETE":
        status = change_set.look()[0]
        raise _wrong_status(change_set, "executed", f"status of [{status}]")
    if change_set.execution_status != "AVAILABLE":
        raise _wrong_status(change_set, "executed", f"execution status of [{change_set.execution_status}]")


def _wrong_status(change_set: ChangeSet, what: str, status: str) -> Refusal:
    return Refusal("InvalidChangeSetStatus", f"ChangeSet [{change_set.id}] cannot be {what} in its current {status}")


def _refuse(asked: Mapping[str, Any], kind: str) -> None:
    """Refuse what the sandbox would have to ignore, and what AWS refuses."""
    if kind == "IMPORT":
        raise invalid("The sandbox does not implement ChangeSetType IMPORT.")
    for name in ("ImportExistingResources", "ResourcesToImport"):
        if asked.get(name):
            raise invalid(f"The sandbox does not implement {name}.")
    if asked.get("OnStackFailure") == "DELETE" and kind != "CREATE":
        raise invalid("OnStackFailure DELETE is only valid when the ChangeSetType parameter is set to CREATE.")


def _reviewed(call: Call) -> Stack | None:
    """The stack that a change set of type CREATE is for when it is in review already; None when there is none yet."""
    name = stacks.read_name(call.parameters, "StackName")
    stack = stack_records.find(call.account_id, call.region, name)
    if stack is None or not stack_records.exists(stack):
        return None
    if stack.shown_status != "REVIEW_IN_PROGRESS":
        change_set = call.parameters["ChangeSetName"]
        raise invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet [{change_set}].")
    return stack


def _new_stack(call: Call) -> Stack:
    name = str(call.parameters["StackName"])
    account_limits.check_stacks(call.account_id, call.region)
    stack = Stack(
        id=stack_records.new_id(name, call.account_id, call.region),
        name=name,
        account=call.account_id,
        region=call.region,
        template=NO_TEMPLATE,
        parameters={},
        tags={},
        capabilities=[],
    )
    stack_records.keep(stack)
    stack.enter("REVIEW_IN_PROGRESS", "User Initiated")
    return stack


def _change_set(stack: Stack, name: str, kind: str, desired: Desired, asked: Mapping[str, Any]) -> ChangeSet:
    changes = stack_changes.changes(stack, desired, drift_aware=asked.get("DeploymentMode") == "REVERT_DRIFT")
    failure = stack_outputs.missing_import(stack_changes.planned(stack, desired))
    if failure:
        failure += "."
    elif not changes and not stacks.changes(stack, desired):
        failure = _NOTHING
    elif any(change.problems for change in changes) and not asked.get("DisableValidation"):
        failure = _INVALID
    return ChangeSet(
        id=change_set_records.new_id(name, stack),
        name=name,
        stack=stack,
        kind=kind,
        desired=desired,
        options=Options(
            capabilities=list(asked.get("Capabilities", [])),
            notification_arns=asked.get("NotificationARNs"),
            role_arn=asked.get("RoleARN"),
            on_stack_failure=asked.get("OnStackFailure"),
            description=asked.get("Description"),
            token=asked.get("ClientToken"),
            nested_stacks=asked.get("IncludeNestedStacks", False),
            mode=asked.get("DeploymentMode"),
        ),
        changes=changes,
        failure=failure,
        execution="UNAVAILABLE" if failure else "AVAILABLE",
    )
