"""Plain stacks: create, update, delete.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    account_limits,
    change_set_records,
    dynamic_references,
    parameter_sources,
    stack_authorization,
    stack_changes,
    stack_deployment,
    stack_parameters,
    stack_policies,
    stack_records,
    stack_updates,
    template_urls,
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
    "StackPolicyURL",
    "StackPolicyDuringUpdateURL",
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
        if repeated := namesake.repeated(asked.get("ClientRequestToken"), "CREATE_STACK"):
            return {"StackId": namesake.id, "OperationId": repeated.id}
        namesake.look()
        raise Refusal("AlreadyExistsException", f"Stack [{name}] already exists")
    desired = read_desired(asked, None, call)
    account_limits.check_stacks(call.account_id, call.region)
    stack = Stack(
        id=stack_records.new_id(name, call.account_id, call.region),
        name=name,
        account=call.account_id,
        region=call.region,
        template=desired.template,
        parameters=desired.parameters,
        fetched=desired.fetched,
        tags=desired.tags,
        capabilities=list(asked.get("Capabilities", [])),
        termination_protection=asked.get("EnableTerminationProtection", False),
        on_failure=_on_failure(asked),
        retain_except_on_create=asked.get("RetainExceptOnCreate", False),
        notification_arns=list(asked.get("NotificationARNs", [])),
        role_arn=stack_authorization.service_role(call),
        timeout_in_minutes=asked.get("TimeoutInMinutes"),
        policy=stack_policies.read(asked, "StackPolicyBody"),
    )
    stack_records.keep(stack)
    operation = stack.begin("CREATE_IN_PROGRESS", asked.get("ClientRequestToken"))
    stack_deployment.create(stack)
    return {"StackId": stack.id, "OperationId": operation.id}


@operation(SERVICE, "UpdateStack")
def update_stack(call: Call) -> Mapping[str, Any]:
    """Update a stack; refused when nothing would change."""
    asked = call.parameters
    refuse_absent(asked)
    token, stack = asked.get("ClientRequestToken"), existing(call)
    if repeated := stack.repeated(token, "UPDATE_STACK"):
        return {"StackId": stack.id, "OperationId": repeated.id}
    stack = updatable(call)
    desired = read_desired(asked, stack, call)
    if not changes(stack, desired):
        raise invalid("No updates are to be performed.")
    policy, role = stack_policies.read(asked, "StackPolicyBody") or stack.policy, stack_authorization.service_role(call)
    this_once = stack_policies.read(asked, "StackPolicyDuringUpdateBody")
    stack.capabilities = list(asked.get("Capabilities", []))
    stack.role_arn = role or stack.role_arn
    stack.notification_arns = list(asked.get("NotificationARNs", stack.notification_arns))
    change_set_records.make_obsolete(stack)
    operation = stack.begin("UPDATE_IN_PROGRESS", token)
    stack_updates.update(stack, desired, disable_rollback=asked.get("DisableRollback", False), policy=this_once)
    if stack.status == "UPDATE_COMPLETE":
        stack.policy = policy
    return {"StackId": stack.id, "OperationId": operation.id}


@operation(SERVICE, "DeleteStack")
def delete_stack(call: Call) -> Mapping[str, Any]:
    """Delete a stack; deleting one that does not exist succeeds."""
    asked = call.parameters
    stack = stack_records.find(call.account_id, call.region, str(asked["StackName"]))
    if stack is None or not stack_records.exists(stack) or stack.shown_status == "DELETE_IN_PROGRESS":
        return {}
    refuse_at_work(stack)
    if stack.termination_protection:
        raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    retained, mode = list(asked.get("RetainResources", [])), asked.get("DeletionMode", "STANDARD")
    if stack.status != "DELETE_FAILED" and (retained or mode != "STANDARD"):
        what = "RetainResources is" if retained else f"DeletionMode {mode} is"
        raise invalid(f"Invalid operation on stack [{stack.id}]. {what} only for stacks in the DELETE_FAILED state")
    stack.role_arn = stack_authorization.service_role(call) or stack.role_arn
    stack.deletion_mode = asked.get("DeletionMode")
    change_set_records.forget_all(stack)
    stack.begin("DELETE_IN_PROGRESS", asked.get("ClientRequestToken"))
    stack_deployment.delete(stack, retained, forced=mode == "FORCE_DELETE_STACK")
    return {}


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
    fetched = parameter_sources.fetched(template.parameters, values, stack.account, stack.region)
    desired = Desired(template, values, tags, fetched)
    if not stack.events:
        stack_records.keep(stack)
        stack.fetched = fetched
        stack.start("CREATE_IN_PROGRESS")
        stack_deployment.create(stack)
        return True
    if changes(stack, desired):
        change_set_records.make_obsolete(stack)
        stack.start("UPDATE_IN_PROGRESS")
        stack_updates.update(stack, desired)
        return True
    return False


def refuse_at_work(stack: Stack) -> None:
    """Refuse while another request, whose function is running meanwhile, is still at work on the stack."""
    if stack.events and stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
        raise invalid(f"Stack:{stack.id} is in {stack.status} state; the sandbox does not interrupt its functions.")


def changes(stack: Stack, desired: Desired) -> bool:
    """Whether an update would do anything. A changed description, condition or metadata section alone is no change.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
    """
    if stack.unfinished:
        return True
    same = (stack.template.resources, stack.template.outputs) == (desired.template.resources, desired.template.outputs)
    had = (stack.parameters, stack.tags, stack.fetched)
    if not same or (desired.parameters, desired.tags, desired.fetched) != had:
        return True
    # A reference to the latest version of a parameter may have come to mean another value.
    return dynamic_references.used(desired.template.resources) and bool(stack_changes.changes(stack, desired))


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


def read_desired(asked: Mapping[str, Any], stack: Stack | None, call: Call) -> Desired:
    """What a request wants a stack to be; what it leaves out is as the stack has it.

    Raises:
        Refusal: template, parameters, tags or capabilities are not as they must be.
    """
    template = read_template(asked, stack, call.account_id)
    given = stack_parameters.given(asked.get("Parameters", ()), stack.parameters if stack else {})
    values = stack_parameters.effective(template.parameters, given)
    template.check_capabilities(asked.get("Capabilities", []))
    tags = read_tags(asked)
    fetched = parameter_sources.fetched(template.parameters, values, call.account_id, call.region)
    if stack is None:
        return Desired(template, values, tags or {}, fetched)
    check_update(stack, template)
    return Desired(template, values, stack.tags if tags is None else tags, fetched)


def read_template(asked: Mapping[str, Any], stack: Stack | None, account: str) -> Template:
    """The template of a request: its body, the object its URL points to, or the stack's own when it says so."""
    if not asked.get("UsePreviousTemplate"):
        return templates.parse(template_urls.template_body(asked, account))
    if asked.get("TemplateBody") or asked.get("TemplateURL"):
        raise invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
    if stack is None:
        raise invalid("There is no previous template.")
    return stack.template


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
