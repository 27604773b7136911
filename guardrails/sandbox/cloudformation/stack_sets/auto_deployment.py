"""Automatic deployment: an account that comes under a target OU gets the set's stacks, one that leaves loses them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
"""

from guardrails.sandbox.cloudformation.stack_sets import execution, records, targeting
from guardrails.sandbox.cloudformation.stack_sets.records import Operation, StackInstance, StackSet
from guardrails.sandbox.organizations import organization, placement, trusted_access


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """Follow an account to its new place in every stack set that deploys by itself; a closed account keeps its instances."""
    if new_parent_id is None and organization.find_account(account_id) is not None:
        return
    if not trusted_access.stack_sets_activated():
        return
    for stack_set in list(records.every_stack_set()):
        if stack_set.auto_deployment["Enabled"]:
            _follow(stack_set, account_id, new_parent_id)


def install() -> None:
    """Hear of every account that is placed."""
    placement.on_account_placed(account_placed)


def _follow(stack_set: StackSet, account_id: str, parent_id: str | None) -> None:
    wanted: dict[str, str] = {}
    for unit_id, regions in stack_set.targets.items():
        if targeting.covering(parent_id, [unit_id]):
            wanted |= {region: wanted.get(region, unit_id) for region in regions}
    existing = {instance.region: instance for instance in stack_set.living() if instance.account == account_id}
    leaving = [instance for region, instance in existing.items() if region not in wanted]
    arriving = [
        StackInstance(account_id, region, unit_id) for region, unit_id in wanted.items() if region not in existing
    ]
    if leaving:
        retained = stack_set.auto_deployment.get("RetainStacksOnAccountRemoval", False)
        _operate(stack_set, "DELETE", leaving, execution.retain if retained else execution.delete)
    if arriving:
        for instance in arriving:
            stack_set.instances[instance.account, instance.region] = instance
        _operate(stack_set, "CREATE", arriving, execution.deploy)


def _operate(stack_set: StackSet, action: str, instances: list[StackInstance], work: execution.Work) -> None:
    """An operation of StackSets' own; it waits for nobody and takes no preferences: a failure in one region stops no other."""
    begun = Operation(
        records.new_operation_id(), action, {"OperationPreferences": {"RegionConcurrencyType": "PARALLEL"}}
    )
    stack_set.operations[begun.id] = begun
    execution.perform(stack_set, begun, instances, [instance.region for instance in instances], work)
