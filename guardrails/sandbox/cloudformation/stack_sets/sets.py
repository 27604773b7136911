"""Service-managed stack sets: create, update, delete, look.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import pages, stack_parameters, template_urls, templates
from guardrails.sandbox.cloudformation.stack_sets import execution, operations, records, targeting
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid, read_tags
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


@operation(SERVICE, "CreateStackSet")
def create_stack_set(call: Call) -> Mapping[str, Any]:
    """Create an empty stack set."""
    asked = call.parameters
    if asked.get("PermissionModel", "SELF_MANAGED") != "SERVICE_MANAGED":
        raise invalid(
            "The sandbox does not implement self-managed stack sets; specify PermissionModel SERVICE_MANAGED."
        )
    operations.require_administrator(call)
    operations.require_activated()
    name = str(asked["StackSetName"])
    if not _NAME.fullmatch(name):
        pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy constraint: {pattern}"
        )
    if records.find(call.account_id, call.region, name) is not None:
        raise Refusal("NameAlreadyExistsException", f"The Name {name} already exists.", status=409)
    template = _template(call, None)
    values = stack_parameters.given(asked.get("Parameters", ()), {})
    stack_parameters.effective(template.parameters, values)
    template.check_capabilities(asked.get("Capabilities", []))
    set_id = f"{name}:{mock_random.uuid4()}"
    stack_set = StackSet(
        id=set_id,
        name=name,
        arn=f"arn:aws:cloudformation:{call.region}:{call.account_id}:stackset/{set_id}",
        template=template,
        parameters=values,
        capabilities=list(asked.get("Capabilities", [])),
        tags=read_tags(asked) or {},
        description=asked.get("Description"),
        auto_deployment=_auto_deployment(asked, None),
        managed_execution=bool(asked.get("ManagedExecution", {}).get("Active", False)),
    )
    records.keep(call.account_id, call.region, stack_set)
    return {"StackSetId": stack_set.id}


@operation(SERVICE, "UpdateStackSet")
def update_stack_set(call: Call) -> Mapping[str, Any]:
    """Change the definition and bring the instances up to date: all of them, or those in the given targets and regions.

    The new definition stays even when the operation fails. Instances that are not targeted become OUTDATED.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
    """
    stack_set, asked = operations.asked_set(call), call.parameters
    if asked.get("PermissionModel", "SERVICE_MANAGED") != "SERVICE_MANAGED":
        raise invalid("The permission model of a stack set with instances cannot be changed.")
    template = _template(call, stack_set.template)
    values = stack_parameters.given(asked.get("Parameters", ()), stack_set.parameters)
    stack_parameters.effective(template.parameters, values)
    template.check_capabilities(asked.get("Capabilities", []))
    tags = read_tags(asked)
    targeted = _targeted(stack_set, asked)
    begun = operations.start(stack_set, "UPDATE", asked)
    stack_set.template, stack_set.parameters = template, values
    stack_set.capabilities = list(asked.get("Capabilities", []))
    stack_set.tags = stack_set.tags if tags is None else tags
    stack_set.description = asked.get("Description", stack_set.description)
    stack_set.auto_deployment = _auto_deployment(asked, stack_set.auto_deployment)
    if "ManagedExecution" in asked:
        stack_set.managed_execution = bool(asked["ManagedExecution"].get("Active", False))
    for instance in stack_set.living():
        instance.overrides = {name: value for name, value in instance.overrides.items() if name in template.parameters}
        if instance not in targeted:
            instance.end("OUTDATED", instance.detailed_status)
    regions = list(dict.fromkeys(instance.region for instance in targeted))
    execution.perform(stack_set, begun, targeted, regions, execution.deploy)
    return {"OperationId": begun.id}


@operation(SERVICE, "DeleteStackSet")
def delete_stack_set(call: Call) -> Mapping[str, Any]:
    """Delete an empty stack set; one that does not exist is already deleted."""
    operations.require_administrator(call)
    stack_set = records.find(call.account_id, call.region, str(call.parameters["StackSetName"]))
    if stack_set is None:
        return {}
    operations.refuse_while_running(stack_set)
    if any(True for _ in stack_set.living()):
        raise Refusal("StackSetNotEmptyException", "StackSet is not empty", status=409)
    stack_set.status = "DELETED"
    return {}


@operation(SERVICE, "DescribeStackSet")
def describe_stack_set(call: Call) -> Mapping[str, Any]:
    """A stack set's definition."""
    stack_set = operations.asked_set(call)
    living = list(stack_set.living())
    description: dict[str, Any] = {
        "StackSetName": stack_set.name,
        "StackSetId": stack_set.id,
        "StackSetARN": stack_set.arn,
        "Status": stack_set.status,
        "TemplateBody": stack_set.template.body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack_set.parameters.items()],
        "Capabilities": stack_set.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in stack_set.tags.items()],
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": stack_set.auto_deployment,
        "OrganizationalUnitIds": stack_set.unit_ids,
        "ManagedExecution": {"Active": stack_set.managed_execution},
        "Regions": list(dict.fromkeys(instance.region for instance in living)),
        "StackSetDriftDetectionDetails": {
            "DriftStatus": "NOT_CHECKED",
            "TotalStackInstancesCount": len(living),
            "DriftedStackInstancesCount": 0,
            "InSyncStackInstancesCount": 0,
            "InProgressStackInstancesCount": 0,
            "FailedStackInstancesCount": 0,
        },
    }
    if stack_set.description:
        description["Description"] = stack_set.description
    return {"StackSet": description}


@operation(SERVICE, "ListStackSets")
def list_stack_sets(call: Call) -> Mapping[str, Any]:
    """Summaries of the stack sets, ACTIVE or DELETED."""
    operations.require_administrator(call)
    wanted = call.parameters.get("Status")
    summaries = []
    for stack_set in records.stack_sets(call.account_id, call.region):
        summary: dict[str, Any] = {
            "StackSetName": stack_set.name,
            "StackSetId": stack_set.id,
            "Status": stack_set.status,
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": stack_set.auto_deployment,
            "ManagedExecution": {"Active": stack_set.managed_execution},
            "DriftStatus": "NOT_CHECKED",
        }
        if stack_set.description:
            summary["Description"] = stack_set.description
        if wanted in {None, stack_set.status}:
            summaries.append(summary)
    return pages.page("Summaries", summaries, call.parameters)


def _template(call: Call, previous: Template | None) -> Template:
    """The template of a request: its text, the object its URL points to, or the previous one."""
    asked = call.parameters
    if not asked.get("UsePreviousTemplate"):
        return templates.parse(template_urls.template_body(asked, call.account_id))
    if "TemplateBody" in asked or "TemplateURL" in asked:
        raise invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
    if previous is None:
        raise invalid("There is no previous template.")
    return previous


def _auto_deployment(asked: Mapping[str, Any], previous: dict[str, Any] | None) -> dict[str, Any]:
    given = asked.get("AutoDeployment")
    if given is None:
        if previous is None:
            raise invalid("AutoDeployment is required when the permission model is SERVICE_MANAGED")
        return previous
    if given.get("DependsOn"):
        raise invalid("The sandbox does not implement AutoDeployment.DependsOn.")
    enabled = bool(given.get("Enabled", False))
    if not enabled and given.get("RetainStacksOnAccountRemoval"):
        raise invalid("RetainStacksOnAccountRemoval must not be specified when auto-deployment is disabled")
    return (
        {"Enabled": True, "RetainStacksOnAccountRemoval": bool(given.get("RetainStacksOnAccountRemoval", False))}
        if enabled
        else {"Enabled": False}
    )


def _targeted(stack_set: StackSet, asked: Mapping[str, Any]) -> list[StackInstance]:
    """The instances that an update reaches: both targets and regions are given, or neither."""
    if asked.get("Accounts"):
        raise invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
    targets, regions = asked.get("DeploymentTargets"), asked.get("Regions")
    if bool(targets) != bool(regions):
        raise invalid("If you specify DeploymentTargets you must also specify Regions, and the other way round")
    if not targets or not regions:
        return list(stack_set.living())
    accounts = targeting.accounts(targets, creating=False)
    return [instance for instance in stack_set.living() if instance.account in accounts and instance.region in regions]
