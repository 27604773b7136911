"""Stack sets updated: the definition, and with it the instances.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from guardrails.sandbox.cloudformation import stack_parameters
from guardrails.sandbox.cloudformation.request_constraints import checked_operation
from guardrails.sandbox.cloudformation.stack_sets import (
    administration,
    auto_deployment,
    definitions,
    execution,
    instances,
    operations,
    targeting,
)
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet, Target
from guardrails.sandbox.cloudformation.stacks import invalid, read_tags
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal


@checked_operation("UpdateStackSet")
def update_stack_set(call: Call) -> Mapping[str, Any]:
    """Change the definition and bring the instances up to date: all of them, or those in the given targets and regions.

    The new definition stays even when the operation fails. When the template or the parameters change, instances that are not
    targeted become OUTDATED.
    """
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    definitions.refuse_absent(asked)
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


def _change(call: Call, stack_set: StackSet) -> Callable[[], None]:
    """Check the new definition that a request gives, and return what makes it the set's own."""
    asked = call.parameters
    if asked.get("PermissionModel", "SERVICE_MANAGED") != "SERVICE_MANAGED":
        raise invalid("The sandbox does not implement self-managed stack sets.")
    template = definitions.template(call, stack_set.template)
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
