"""The instances of a stack set: create, update, delete, look.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3

from guardrails.sandbox.cloudformation import pages, stack_parameters
from guardrails.sandbox.cloudformation.stack_sets import execution, operations, targeting
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal


@operation(SERVICE, "CreateStackInstances")
def create_stack_instances(call: Call) -> Mapping[str, Any]:
    """Create stacks in every targeted account and region; an instance that exists is brought up to date."""
    stack_set, asked = operations.asked_set(call), call.parameters
    targets, regions = _targets(asked), _regions(asked)
    units = targeting.accounts(targets, creating=True)
    overrides = stack_parameters.given(asked.get("ParameterOverrides", ()), {})
    _check_overrides(stack_set, overrides)
    begun = operations.start(stack_set, "CREATE", asked)
    _note_targets(stack_set, targets, regions)
    instances = []
    for region in regions:
        for account, unit_id in units.items():
            instance = stack_set.instances.get((account, region))
            if instance is None or instance.gone:
                stack_set.instances[account, region] = instance = StackInstance(account, region, unit_id)
            if "ParameterOverrides" in asked:
                instance.overrides = dict(overrides)
            instances.append(instance)
    execution.perform(stack_set, begun, instances, regions, execution.deploy)
    return {"OperationId": begun.id}


@operation(SERVICE, "UpdateStackInstances")
def update_stack_instances(call: Call) -> Mapping[str, Any]:
    """Update the targeted instances that exist; given overrides replace their former ones, an empty list takes them away."""
    stack_set, asked = operations.asked_set(call), call.parameters
    chosen = _existing(stack_set, _targets(asked), _regions(asked))
    previous = chosen[0].overrides if chosen else {}
    overrides = stack_parameters.given(asked.get("ParameterOverrides", ()), previous)
    _check_overrides(stack_set, overrides)
    begun = operations.start(stack_set, "UPDATE", asked)
    for instance in chosen:
        if "ParameterOverrides" in asked:
            instance.overrides = dict(overrides)
    execution.perform(stack_set, begun, chosen, _regions(asked), execution.deploy)
    return {"OperationId": begun.id}


@operation(SERVICE, "DeleteStackInstances")
def delete_stack_instances(call: Call) -> Mapping[str, Any]:
    """Delete the targeted instances, with their stacks unless those are retained; the targets' OUs get no stacks any more."""
    stack_set, asked = operations.asked_set(call), call.parameters
    targets, regions = _targets(asked), _regions(asked)
    chosen = _existing(stack_set, targets, regions)
    begun = operations.start(stack_set, "DELETE", asked)
    _forget_targets(stack_set, targets, regions)
    work = execution.retain if asked.get("RetainStacks") else execution.delete
    execution.perform(stack_set, begun, chosen, regions, work)
    return {"OperationId": begun.id}


@operation(SERVICE, "ListStackInstances")
def list_stack_instances(call: Call) -> Mapping[str, Any]:
    """Summaries of the instances, filtered by account, region and status."""
    stack_set, asked = operations.asked_set(call), call.parameters
    filters = {one["Name"]: set(one["Values"].split(",")) for one in asked.get("Filters", [])}
    summaries = []
    for instance in stack_set.instances.values():
        if asked.get("StackInstanceAccount", instance.account) != instance.account:
            continue
        if asked.get("StackInstanceRegion", instance.region) != instance.region:
            continue
        summary = _described(stack_set, instance)
        if summary is not None and _passes(summary, filters):
            summaries.append(summary)
    stack_set.tick()
    return pages.page("Summaries", summaries, asked)


@operation(SERVICE, "DescribeStackInstance")
def describe_stack_instance(call: Call) -> Mapping[str, Any]:
    """One instance, with its parameter overrides."""
    stack_set, asked = operations.asked_set(call), call.parameters
    instance = stack_set.instances.get((asked["StackInstanceAccount"], asked["StackInstanceRegion"]))
    description = _described(stack_set, instance) if instance else None
    stack_set.tick()
    if instance is None or description is None:
        message = f"Stack instance not found for stack set {stack_set.name}"
        raise Refusal("StackInstanceNotFoundException", message, status=404)
    overrides = [{"ParameterKey": key, "ParameterValue": value} for key, value in instance.overrides.items()]
    return {"StackInstance": description | {"ParameterOverrides": overrides}}


@operation(SERVICE, "ListStackSetAutoDeploymentTargets")
def list_stack_set_auto_deployment_targets(call: Call) -> Mapping[str, Any]:
    """The OUs that a set deploys to by itself, each with its regions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetAutoDeploymentTargets.html
    """
    stack_set = operations.asked_set(call)
    summaries = [
        {"OrganizationalUnitId": unit_id, "Regions": regions} for unit_id, regions in stack_set.targets.items()
    ]
    return pages.page("Summaries", summaries, call.parameters)


def _described(stack_set: StackSet, instance: StackInstance) -> dict[str, Any] | None:
    """An instance as it is shown now; None when it is gone."""
    under_way = instance.operation is not None and instance.operation.under_way
    if instance.gone and not under_way:
        return None
    status, detailed, reason = instance.status, instance.detailed_status, instance.reason
    if under_way and instance.operation is not None:
        shown = stack_set.shown_status(instance.operation)
        status, detailed, reason = "OUTDATED", {"RUNNING": "RUNNING"}.get(shown, "PENDING"), None
    description: dict[str, Any] = {
        "StackSetId": stack_set.id,
        "Account": instance.account,
        "Region": instance.region,
        "Status": status,
        "StackInstanceStatus": {"DetailedStatus": detailed},
        "OrganizationalUnitId": instance.unit_id,
        "DriftStatus": "NOT_CHECKED",
    }
    optional = {
        "StackId": instance.stack.id if instance.stack else None,
        "StatusReason": reason,
        "LastOperationId": instance.operation.id if instance.operation else None,
    }
    return description | {name: value for name, value in optional.items() if value}


def _passes(summary: Mapping[str, Any], filters: Mapping[str, set[str]]) -> bool:
    facts = {
        "DETAILED_STATUS": summary["StackInstanceStatus"]["DetailedStatus"],
        "DRIFT_STATUS": summary["DriftStatus"],
        "LAST_OPERATION_ID": summary.get("LastOperationId"),
    }
    return all(facts[name] in values for name, values in filters.items())


def _targets(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    if asked.get("Accounts"):
        raise invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
    targets: Mapping[str, Any] = asked.get("DeploymentTargets") or {}
    return targets


def _regions(asked: Mapping[str, Any]) -> list[str]:
    regions = list(dict.fromkeys(asked.get("Regions", [])))
    if not regions:
        raise invalid("Regions are required")
    unknown = [region for region in regions if region not in _known_regions()]
    if unknown:
        raise invalid(f"The specified regions [{', '.join(unknown)}] are not supported")
    return regions


@cache
def _known_regions() -> frozenset[str]:
    return frozenset(boto3.Session().get_available_regions(SERVICE))


def _existing(stack_set: StackSet, targets: Mapping[str, Any], regions: list[str]) -> list[StackInstance]:
    """The living instances that targets and regions name; those of accounts which left an OU meanwhile are found by their target OU."""
    accounts = set(targeting.accounts(targets, creating=False))
    return [instance for instance in stack_set.living() if instance.region in regions and instance.account in accounts]


def _check_overrides(stack_set: StackSet, overrides: Mapping[str, str]) -> None:
    unknown = [name for name in overrides if name not in stack_set.template.parameters]
    if unknown:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")


def _note_targets(stack_set: StackSet, targets: Mapping[str, Any], regions: list[str]) -> None:
    unit_ids = targets.get("OrganizationalUnitIds", [])
    stack_set.unit_ids = list(dict.fromkeys([*stack_set.unit_ids, *unit_ids]))
    if targeting.deploys_by_itself(targets):
        for unit_id in unit_ids:
            stack_set.targets[unit_id] = list(dict.fromkeys([*stack_set.targets.get(unit_id, []), *regions]))


def _forget_targets(stack_set: StackSet, targets: Mapping[str, Any], regions: list[str]) -> None:
    """Whole OUs that are deleted from stop being targets, and so do the targets beneath them; single accounts do not change that."""
    if targets.get("Accounts"):
        return
    for unit_id in list(stack_set.targets):
        if targeting.covering(unit_id, targets["OrganizationalUnitIds"]):
            left = [region for region in stack_set.targets[unit_id] if region not in regions]
            if left:
                stack_set.targets[unit_id] = left
            else:
                del stack_set.targets[unit_id]
    used = {instance.unit_id for instance in stack_set.living() if instance.region not in regions} | set(
        stack_set.targets
    )
    stack_set.unit_ids = [unit_id for unit_id in stack_set.unit_ids if unit_id in used or not _within(unit_id, targets)]


def _within(unit_id: str, targets: Mapping[str, Any]) -> bool:
    return targeting.covering(unit_id, targets["OrganizationalUnitIds"]) is not None
