"""Plain stacks: create, update, delete, protect.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    change_set_records,
    stack_deployment,
    stack_parameters,
    stack_records,
    stack_updates,
    templates,
)
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_updates import Desired
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

SERVICE: Final = "cloudformation"
_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_UPDATABLE: Final = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_FAILED"}
)
_ABSENT: Final = (
    "RollbackConfiguration",
    "StackPolicyBody",
    "StackPolicyURL",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "TemplateURL",
    "ResourceTypes",
    "DeploymentConfig",
)
"""Members that change what CloudFormation does and that the sandbox does not carry out."""


@operation(SERVICE, "CreateStack")
def create_stack(call: Call) -> Mapping[str, Any]:
    """Create a stack; a deleted stack's name is free again."""
    asked = call.parameters
    refuse_absent(asked)
    name = read_name(asked, "StackName")
    namesake = stack_records.find(call.account_id, call.region, name)
    if namesake is not None:
        namesake.look()
        raise Refusal("AlreadyExistsException", f"Stack [{name}] already exists")
    desired = read_desired(asked, None)
    stack = Stack(
        id=stack_records.new_id(name, call.account_id, call.region),
        name=name,
        account=call.account_id,
        region=call.region,
        template=desired.template,
        parameters=desired.parameters,
        tags=desired.tags,
        capabilities=list(asked.get("Capabilities", [])),
        termination_protection=asked.get("EnableTerminationProtection", False),
        on_failure=_on_failure(asked),
        retain_except_on_create=asked.get("RetainExceptOnCreate", False),
        notification_arns=list(asked.get("NotificationARNs", [])),
        role_arn=asked.get("RoleARN"),
        timeout_in_minutes=asked.get("TimeoutInMinutes"),
    )
    stack_records.keep(stack)
    stack.begin("CREATE_IN_PROGRESS")
    stack_deployment.create(stack)
    return {"StackId": stack.id}


@operation(SERVICE, "UpdateStack")
def update_stack(call: Call) -> Mapping[str, Any]:
    """Update a stack; refused when nothing would change."""
    asked = call.parameters
    refuse_absent(asked)
    stack = updatable(call)
    desired = read_desired(asked, stack)
    if not changes(stack, desired.template, desired.parameters, desired.tags):
        raise invalid("No updates are to be performed.")
    stack.capabilities = list(asked.get("Capabilities", []))
    stack.role_arn = asked.get("RoleARN", stack.role_arn)
    stack.notification_arns = list(asked.get("NotificationARNs", stack.notification_arns))
    change_set_records.make_obsolete(stack)
    stack.begin("UPDATE_IN_PROGRESS")
    stack_updates.update(stack, desired, disable_rollback=asked.get("DisableRollback", False))
    return {"StackId": stack.id}


@operation(SERVICE, "DeleteStack")
def delete_stack(call: Call) -> Mapping[str, Any]:
    """Delete a stack; deleting one that does not exist succeeds."""
    asked = call.parameters
    name = str(asked["StackName"])
    if asked.get("DeletionMode", "STANDARD") != "STANDARD":
        raise invalid("The sandbox does not implement DeletionMode FORCE_DELETE_STACK.")
    stack = stack_records.find(call.account_id, call.region, name)
    if stack is None or not stack_records.exists(stack) or stack.shown_status == "DELETE_IN_PROGRESS":
        return {}
    if stack.termination_protection:
        raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    retained = list(asked.get("RetainResources", []))
    if retained and stack.status != "DELETE_FAILED":
        raise invalid(
            f"Invalid operation on stack [{stack.id}]. RetainResources is only for stacks in the DELETE_FAILED state"
        )
    change_set_records.forget_all(stack)
    stack.begin("DELETE_IN_PROGRESS")
    stack_deployment.delete(stack, retained)
    return {}


@operation(SERVICE, "UpdateTerminationProtection")
def update_termination_protection(call: Call) -> Mapping[str, Any]:
    """Switch termination protection on or off."""
    stack = existing(call)
    stack.termination_protection = bool(call.parameters["EnableTerminationProtection"])
    return {"StackId": stack.id}


def updatable(call: Call) -> Stack:
    """The stack of a request that wants to update it.

    Raises:
        Refusal: there is none, or its status does not allow an update.
    """
    stack = existing(call)
    if stack.under_way or stack.status not in _UPDATABLE:
        status = stack.look()
        raise invalid(f"Stack:{stack.id} is in {status} state and can not be updated.")
    return stack


def existing(call: Call) -> Stack:
    """The stack of a request.

    Raises:
        Refusal: there is none.
    """
    name = str(call.parameters["StackName"])
    stack = stack_records.find(call.account_id, call.region, name)
    if stack is None or not stack_records.exists(stack):
        raise invalid(f"Stack [{name}] does not exist")
    return stack


def deploy(stack: Stack, template: Template, values: dict[str, str], tags: dict[str, str]) -> bool:
    """Bring a stack set's stack up to date without anybody watching, and say whether there was anything to do."""
    if not stack.events:
        stack_records.keep(stack)
        stack.enter("CREATE_IN_PROGRESS", "User Initiated")
        stack_deployment.create(stack)
        return True
    if changes(stack, template, values, tags):
        stack.enter("UPDATE_IN_PROGRESS", "User Initiated")
        stack_updates.update(stack, Desired(template, values, tags))
        return True
    return False


def changes(stack: Stack, template: Template, values: Mapping[str, str], tags: Mapping[str, str]) -> bool:
    """Whether an update would do anything. A changed description, condition or metadata section alone is no change.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
    """
    same = (stack.template.resources, stack.template.outputs) == (template.resources, template.outputs)
    return not same or dict(values) != stack.parameters or dict(tags) != stack.tags


def check_update(stack: Stack, template: Template) -> None:
    """Refuse a template that changes the type of a live resource."""
    changed = [
        name
        for name, resource in template.resources.items()
        if name in stack.resources and stack.resources[name].type != resource["Type"]
    ]
    if changed:
        raise invalid(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: "
            f"[{', '.join(changed)}]"
        )


def read_name(asked: Mapping[str, Any], member: str) -> str:
    """The name of a new stack or change set."""
    name = str(asked[member])
    if not _NAME.fullmatch(name):
        raise invalid(
            f"1 validation error detected: Value '{name}' at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    return name


def read_desired(asked: Mapping[str, Any], stack: Stack | None) -> Desired:
    """What a request wants a stack to be; what it leaves out is as the stack has it.

    Raises:
        Refusal: template, parameters, tags or capabilities are not as they must be.
    """
    template = read_template(asked, stack.template if stack else None)
    given = stack_parameters.given(asked.get("Parameters", ()), stack.parameters if stack else {})
    values = stack_parameters.effective(template.parameters, given)
    template.check_capabilities(asked.get("Capabilities", []))
    tags = read_tags(asked)
    if stack is None:
        return Desired(template, values, tags or {})
    check_update(stack, template)
    return Desired(template, values, stack.tags if tags is None else tags)


def read_template(asked: Mapping[str, Any], previous: Template | None) -> Template:
    """The template of a request: its body, or the previous one when it says so."""
    body = asked.get("TemplateBody")
    if asked.get("UsePreviousTemplate"):
        if body is not None:
            raise invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
        if previous is None:
            raise invalid("There is no previous template.")
        return previous
    if not body:
        raise invalid("Either Template URL or Template Body must be specified.")
    templates.check_size(str(body))
    return templates.parse(str(body))


def read_tags(asked: Mapping[str, Any]) -> dict[str, str] | None:
    """The tags of a request, None when it says nothing of them; at most 50, none with AWS's prefix."""
    if "Tags" not in asked:
        return None
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in asked["Tags"]}
    if len(tags) > 50:
        raise invalid("Tags cannot contain more than 50 items")
    if any(key.startswith("aws:") for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")
    return tags


def refuse_absent(asked: Mapping[str, Any]) -> None:
    """Refuse members that the sandbox would have to ignore."""
    absent = [name for name in _ABSENT if asked.get(name)]
    if absent:
        raise invalid(f"The sandbox does not implement {absent[0]}.")


def invalid(message: str) -> Refusal:
    """CloudFormation's ValidationError."""
    return Refusal("ValidationError", message)


def _on_failure(asked: Mapping[str, Any]) -> str:
    if "OnFailure" in asked and "DisableRollback" in asked:
        raise invalid("You can specify either OnFailure or DisableRollback, but not both.")
    return str(asked.get("OnFailure", "DO_NOTHING" if asked.get("DisableRollback") else "ROLLBACK"))
