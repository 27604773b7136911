"""Service-managed stack sets: create, update, delete, look.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import pages, stack_parameters, template_urls, templates
from guardrails.sandbox.cloudformation.stack_sets import (
    administration,
    auto_deployment,
    drift,
    execution,
    instances,
    operations,
    records,
    targeting,
)
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet, Target
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid, read_tags
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

MAXIMUM_SETS: Final = 1_000
"""Of one administrator account in one region."""

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


@operation(SERVICE, "CreateStackSet")
def create_stack_set(call: Call) -> Mapping[str, Any]:
    """Create an empty stack set; a repeated request (by its token) creates no second one."""
    asked = call.parameters
    _refuse_absent(asked)
    if asked.get("PermissionModel", "SELF_MANAGED") != "SERVICE_MANAGED":
        raise invalid(
            "The sandbox does not implement self-managed stack sets; specify PermissionModel SERVICE_MANAGED."
        )
    administration.require_administrator(call)
    account, name = administration.owner(call), str(asked["StackSetName"])
    _check_name(name)
    namesake = records.find(account, call.region, name)
    if namesake is not None:
        return {"StackSetId": _same(namesake, asked).id}
    active = [one for one in records.stack_sets(account, call.region) if one.status == "ACTIVE"]
    if len(active) >= MAXIMUM_SETS:
        raise Refusal("LimitExceededException", f"You cannot have more than {MAXIMUM_SETS} stack sets")
    template = _template(call, None)
    values = stack_parameters.given(asked.get("Parameters", ()), {})
    stack_parameters.effective(template.parameters, values)
    template.check_capabilities(asked.get("Capabilities", []))
    set_id = f"{name}:{mock_random.uuid4()}"
    arn = f"arn:aws:cloudformation:{call.region}:{account}:stackset/{set_id}"
    stack_set = StackSet(
        id=set_id,
        name=name,
        arn=arn,
        template=template,
        parameters=values,
        capabilities=list(asked.get("Capabilities", [])),
        tags=read_tags(asked) or {},
        description=asked.get("Description"),
        auto_deployment=auto_deployment.settings(asked, arn, None),
        managed_execution=bool(asked.get("ManagedExecution", {}).get("Active", False)),
        asked=asked,
    )
    records.keep(account, call.region, stack_set)
    return {"StackSetId": stack_set.id}


@operation(SERVICE, "UpdateStackSet")
def update_stack_set(call: Call) -> Mapping[str, Any]:
    """Change the definition and bring the instances up to date: all of them, or those in the given targets and regions.

    The new definition stays even when the operation fails. When the template or the parameters change, instances that are not
    targeted become OUTDATED.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
    """
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    _refuse_absent(asked)
    change = _change(call, stack_set)
    places = _targeted_places(call, stack_set)

    def prepare() -> list[StackInstance]:
        change()
        if asked.keys() & {"TemplateBody", "TemplateURL", "Parameters"}:
            for instance in stack_set.instances.values():
                if instance.status == "CURRENT":
                    instance.status = "OUTDATED"
        wanted = stack_set.instances if places is None else places
        return [one for one in instances.existing(stack_set, wanted) if one.status != "INOPERABLE"]

    begun = operations.start(stack_set, "UPDATE", asked, prepare=prepare, work=execution.DEPLOY)
    return {"OperationId": begun.id}


@operation(SERVICE, "DeleteStackSet")
def delete_stack_set(call: Call) -> Mapping[str, Any]:
    """Delete an empty stack set; one that does not exist is already deleted."""
    stack_set = records.find(administration.owner(call), call.region, str(call.parameters["StackSetName"]))
    if stack_set is None:
        return {}
    operations.refuse_while_running(stack_set)
    if stack_set.instances:
        raise Refusal("StackSetNotEmptyException", "StackSet is not empty", status=409)
    stack_set.status = "DELETED"
    return {}


@operation(SERVICE, "DescribeStackSet")
def describe_stack_set(call: Call) -> Mapping[str, Any]:
    """A stack set's definition."""
    stack_set = administration.asked_set(call)
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
        "Regions": list(dict.fromkeys(instance.region for instance in stack_set.instances.values())),
        "StackSetDriftDetectionDetails": drift.set_details(stack_set),
    }
    if stack_set.description:
        description["Description"] = stack_set.description
    return {"StackSet": description}


@operation(SERVICE, "ListStackSets")
def list_stack_sets(call: Call) -> Mapping[str, Any]:
    """Summaries of the stack sets, ACTIVE or DELETED."""
    wanted = call.parameters.get("Status")
    summaries = []
    for stack_set in records.stack_sets(administration.owner(call), call.region):
        summary: dict[str, Any] = {
            "StackSetName": stack_set.name,
            "StackSetId": stack_set.id,
            "Status": stack_set.status,
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": stack_set.auto_deployment,
            "ManagedExecution": {"Active": stack_set.managed_execution},
            **drift.set_status(stack_set),
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


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy constraint: {pattern}"
        )


def _same(namesake: StackSet, asked: Mapping[str, Any]) -> StackSet:
    """The stack set that the same request created before.

    Raises:
        Refusal: another request did, or the set has been changed since.
    """
    token = asked.get("ClientRequestToken")
    if token is None or token != namesake.asked.get("ClientRequestToken"):
        raise Refusal("NameAlreadyExistsException", f"The Name {namesake.name} already exists.", status=409)
    if asked != namesake.asked or any(one.action == "UPDATE" for one in namesake.operations.values()):
        raise Refusal(
            "CreatedButModifiedException", f"StackSet {namesake.name} exists, but has been changed.", status=409
        )
    return namesake


def _change(call: Call, stack_set: StackSet) -> Callable[[], None]:
    """Check the new definition that a request gives, and return what makes it the set's own."""
    asked = call.parameters
    if asked.get("PermissionModel", "SERVICE_MANAGED") != "SERVICE_MANAGED":
        raise invalid("The sandbox does not implement self-managed stack sets.")
    template = _template(call, stack_set.template)
    values = stack_parameters.given(asked.get("Parameters", ()), stack_set.parameters)
    stack_parameters.effective(template.parameters, values)
    template.check_capabilities(asked.get("Capabilities", []))
    tags = read_tags(asked)
    automatic = auto_deployment.settings(asked, stack_set.arn, stack_set.auto_deployment)
    managed = bool(asked.get("ManagedExecution", {}).get("Active", stack_set.managed_execution))
    if stack_set.queue and managed != stack_set.managed_execution:
        message = "The execution configuration cannot be changed while operations are running or queued"
        raise Refusal("InvalidOperationException", message)

    def change() -> None:
        stack_set.template, stack_set.parameters = template, values
        stack_set.capabilities = list(asked.get("Capabilities", []))
        stack_set.tags = stack_set.tags if tags is None else tags
        stack_set.description = asked.get("Description", stack_set.description)
        stack_set.auto_deployment, stack_set.managed_execution = automatic, managed
        for instance in stack_set.instances.values():
            instance.overrides = {key: text for key, text in instance.overrides.items() if key in template.parameters}

    return change


def _targeted_places(call: Call, stack_set: StackSet) -> Iterable[Target] | None:
    """Where an update works, None for everywhere: both targets and regions are given, or neither."""
    asked = call.parameters
    if asked.get("Accounts"):
        raise invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
    targets, regions = asked.get("DeploymentTargets"), asked.get("Regions")
    if bool(targets) != bool(regions):
        raise invalid("If you specify DeploymentTargets you must also specify Regions, and the other way round")
    if not targets or not regions:
        return None
    if "AutoDeployment" in asked:
        raise invalid("If you specify AutoDeployment, you cannot specify DeploymentTargets or Regions")
    accounts = targeting.accounts(targets, call.account_id, creating=False)
    places = [place for place in stack_set.instances if place[0] in accounts and place[1] in regions]
    instances.require_existing(stack_set, places)
    return places


def _refuse_absent(asked: Mapping[str, Any]) -> None:
    """Refuse what belongs to self-managed sets, and the import of a stack."""
    for name in ("AdministrationRoleARN", "ExecutionRoleName"):
        if name in asked:
            raise invalid(f"{name} is only valid for stack sets with the permission model SELF_MANAGED")
    if "StackId" in asked:
        raise invalid("The sandbox does not implement the import of stacks into stack sets (StackId).")
