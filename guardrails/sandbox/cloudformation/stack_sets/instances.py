"""The instances of a stack set: create, update, delete, look.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import boto3

from guardrails.sandbox.cloudformation import pages
from guardrails.sandbox.cloudformation.request_constraints import checked_operation
from guardrails.sandbox.cloudformation.stack_sets import (
    administration,
    drift,
    execution,
    operations,
    overrides,
    targeting,
)
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet, Target
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

MAXIMUM_INSTANCES: Final = 100_000
"""Of one stack set."""


@checked_operation("CreateStackInstances")
def create_stack_instances(call: Call) -> Mapping[str, Any]:
    """Create stacks in every targeted account and region; an instance that exists is brought up to date."""
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    targets, regions = _targets(asked), _regions(asked)
    units = targeting.accounts(targets, call.account_id, creating=True)
    places = {(account, region): unit_id for region in regions for account, unit_id in units.items()}
    if len(stack_set.instances.keys() | places.keys()) > MAXIMUM_INSTANCES:
        message = f"A stack set cannot have more than {MAXIMUM_INSTANCES} stack instances"
        raise Refusal("LimitExceededException", message)
    overrides.check(asked, stack_set.template.parameters)

    def prepare() -> list[StackInstance]:
        _note_targets(stack_set, targets, regions)
        for (account, region), unit_id in places.items():
            stack_set.instances.setdefault((account, region), StackInstance(account, region, unit_id))
        instances = [stack_set.instances[place] for place in places]
        overrides.apply(asked, instances)
        return instances

    begun = operations.start(
        stack_set, "CREATE", asked, prepare=prepare, work=execution.DEPLOY, reach=frozenset(places)
    )
    return {"OperationId": begun.id}


@checked_operation("UpdateStackInstances")
def update_stack_instances(call: Call) -> Mapping[str, Any]:
    """Update the targeted instances that exist; given overrides replace their former ones, an empty list takes them away."""
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    places = _places(call)
    require_existing(stack_set, places)
    overrides.check(asked, stack_set.template.parameters)

    def prepare() -> list[StackInstance]:
        instances = existing(stack_set, places)
        overrides.apply(asked, instances)
        return instances

    begun = operations.start(
        stack_set, "UPDATE", asked, prepare=prepare, work=execution.DEPLOY, reach=frozenset(places)
    )
    return {"OperationId": begun.id}


@checked_operation("DeleteStackInstances")
def delete_stack_instances(call: Call) -> Mapping[str, Any]:
    """Delete the targeted instances, with their stacks unless those are retained; the targets' OUs get no stacks any more."""
    administration.require_administrator(call)
    stack_set, asked = administration.asked_set(call), call.parameters
    earlier = operations.asked_before(stack_set, asked)
    if earlier is not None:
        return {"OperationId": earlier.id}
    targets, regions, places = _targets(asked), _regions(asked), _places(call)

    def prepare() -> list[StackInstance]:
        _forget_targets(stack_set, targets, regions)
        return existing(stack_set, places)

    work = execution.RETAIN if asked.get("RetainStacks") else execution.DELETE
    begun = operations.start(stack_set, "DELETE", asked, prepare=prepare, work=work, reach=frozenset(places))
    return {"OperationId": begun.id}


@checked_operation("ListStackInstances")
def list_stack_instances(call: Call) -> Mapping[str, Any]:
    """Summaries of the instances, filtered by account, region and status."""
    stack_set, asked = administration.asked_set(call), call.parameters
    filters = {one["Name"]: one["Values"] for one in asked.get("Filters", [])}
    chosen = [
        instance
        for instance in stack_set.instances.values()
        if asked.get("StackInstanceAccount", instance.account) == instance.account
        and asked.get("StackInstanceRegion", instance.region) == instance.region
        and (not filters or _passes(stack_set, instance, filters))
    ]
    page = pages.page("Summaries", chosen, asked)
    page["Summaries"] = [_described(stack_set, instance) for instance in page["Summaries"]]
    stack_set.note_seen()
    return page


@checked_operation("DescribeStackInstance")
def describe_stack_instance(call: Call) -> Mapping[str, Any]:
    """One instance, with its parameter overrides."""
    stack_set, asked = administration.asked_set(call), call.parameters
    instance = stack_set.instances.get((asked["StackInstanceAccount"], asked["StackInstanceRegion"]))
    stack_set.note_seen()
    if instance is None:
        raise _not_found(stack_set)
    overridden = [{"ParameterKey": key, "ParameterValue": value} for key, value in instance.overrides.items()]
    return {"StackInstance": _described(stack_set, instance) | {"ParameterOverrides": overridden}}


@checked_operation("ListStackSetAutoDeploymentTargets")
def list_stack_set_auto_deployment_targets(call: Call) -> Mapping[str, Any]:
    """The OUs that a set deploys to by itself, each with its regions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetAutoDeploymentTargets.html
    """
    stack_set = administration.asked_set(call)
    summaries = [
        {"OrganizationalUnitId": unit_id, "Regions": regions} for unit_id, regions in stack_set.targets.items()
    ]
    return pages.page("Summaries", summaries, call.parameters)


def existing(stack_set: StackSet, places: Iterable[Target]) -> list[StackInstance]:
    """The instances that there are in these places."""
    return [stack_set.instances[place] for place in places if place in stack_set.instances]


def require_existing(stack_set: StackSet, places: Iterable[Target]) -> None:
    """Refuse places of which none has an instance.

    Raises:
        Refusal: StackInstanceNotFoundException.
    """
    if not existing(stack_set, places):
        raise _not_found(stack_set)


def _not_found(stack_set: StackSet) -> Refusal:
    message = f"Stack instance not found for stack set {stack_set.name}"
    return Refusal("StackInstanceNotFoundException", message, status=404)


def _described(stack_set: StackSet, instance: StackInstance) -> dict[str, Any]:
    description: dict[str, Any] = {
        "StackSetId": stack_set.id,
        "Account": instance.account,
        "Region": instance.region,
        "Status": instance.status,
        "StackInstanceStatus": {"DetailedStatus": instance.detailed_status},
        "OrganizationalUnitId": instance.unit_id,
        **drift.instance_status(stack_set, instance),
    }
    optional = {
        "StackId": instance.stack.id if instance.stack else None,
        "StatusReason": instance.reason,
        "LastOperationId": instance.operation.id if instance.operation else None,
    }
    return description | {name: value for name, value in optional.items() if value}


def _passes(stack_set: StackSet, instance: StackInstance, filters: Mapping[str, str]) -> bool:
    facts = {
        "DETAILED_STATUS": instance.detailed_status,
        "DRIFT_STATUS": drift.instance_status(stack_set, instance)["DriftStatus"],
        "LAST_OPERATION_ID": instance.operation.id if instance.operation else None,
    }
    return all(facts[name] == value for name, value in filters.items())


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


def _places(call: Call) -> dict[Target, str]:
    """The accounts and regions that an operation on existing instances names, region by region."""
    units = targeting.accounts(_targets(call.parameters), call.account_id, creating=False)
    return {(account, region): unit for region in _regions(call.parameters) for account, unit in units.items()}


def _note_targets(stack_set: StackSet, targets: Mapping[str, Any], regions: list[str]) -> None:
    unit_ids = targets.get("OrganizationalUnitIds", [])
    stack_set.unit_ids = list(dict.fromkeys([*stack_set.unit_ids, *unit_ids]))
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
    used = {instance.unit_id for instance in stack_set.instances.values() if instance.region not in regions}
    used |= set(stack_set.targets)
    stack_set.unit_ids = [unit_id for unit_id in stack_set.unit_ids if unit_id in used or not _within(unit_id, targets)]


def _within(unit_id: str, targets: Mapping[str, Any]) -> bool:
    return targeting.covering(unit_id, targets["OrganizationalUnitIds"]) is not None
