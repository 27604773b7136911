"""Automatic deployment: an account that comes under a target OU gets the set's stacks, one that leaves loses them.

Account filters do not count here, nor do operation preferences. A set that depends on others is deployed after them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from guardrails.sandbox.cloudformation.stack_sets import dependencies, execution, progress, records, targeting
from guardrails.sandbox.cloudformation.stack_sets.records import Operation, StackInstance, StackSet, Target, Work
from guardrails.sandbox.cloudformation.stacks import invalid
from guardrails.sandbox.organizations import organization, placement, trusted_access

_AT_ONCE: Final[Mapping[str, Any]] = {"OperationPreferences": {"RegionConcurrencyType": "PARALLEL"}}
"""A failure in one region stops no other."""


def settings(asked: Mapping[str, Any], arn: str, previous: dict[str, Any] | None) -> dict[str, Any]:
    """The auto-deployment settings that a request gives the stack set `arn`, checked; the previous ones where it says nothing.

    Raises:
        Refusal: they are missing, contradict themselves, or depend on what is not there or on the set itself.
    """
    given = asked.get("AutoDeployment")
    if given is None:
        if previous is None:
            raise invalid("AutoDeployment is required when the permission model is SERVICE_MANAGED")
        return previous
    found: dict[str, Any] = {"Enabled": bool(given.get("Enabled", False))}
    if found["Enabled"]:
        found["RetainStacksOnAccountRemoval"] = bool(given.get("RetainStacksOnAccountRemoval", False))
    elif given.get("RetainStacksOnAccountRemoval"):
        raise invalid("RetainStacksOnAccountRemoval must not be specified when auto-deployment is disabled")
    if given.get("DependsOn"):
        found["DependsOn"] = list(dict.fromkeys(given["DependsOn"]))
        dependencies.check(arn, found["DependsOn"])
    return found


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """Follow an account to its new place in every stack set that deploys by itself; a closed account keeps its instances."""
    if new_parent_id is None and organization.find_account(account_id) is not None:
        return
    if not trusted_access.stack_sets_activated():
        return
    begun: dict[str, tuple[Operation, ...]] = {}
    for stack_set in dependencies.in_order():
        after = tuple(operation for arn in dependencies.of(stack_set) for operation in begun.get(arn, ()))
        begun[stack_set.arn] = tuple(_follow(stack_set, account_id, (old_parent_id, new_parent_id), after))


def install() -> None:
    """Hear of every account that is placed."""
    placement.on_account_placed(account_placed)


def _follow(
    stack_set: StackSet, account_id: str, move: tuple[str | None, str | None], after: tuple[Operation, ...]
) -> Iterator[Operation]:
    """Delete what the account's old place gave it, then create what its new place gives; what both give stays."""
    wanted, staying = _wanted(stack_set, move)
    existing = {region: one for (account, region), one in stack_set.instances.items() if account == account_id}
    leaving = [one.target for region, one in existing.items() if region not in staying]
    arriving = {
        (account_id, region): unit_id
        for region, unit_id in wanted.items()
        if region not in existing or region not in staying
    }

    def leave() -> list[StackInstance]:
        return [stack_set.instances[target] for target in leaving if target in stack_set.instances]

    def arrive() -> list[StackInstance]:
        for (account, region), unit_id in arriving.items():
            stack_set.instances.setdefault((account, region), StackInstance(account, region, unit_id))
        return [stack_set.instances[target] for target in arriving]

    if leaving:
        retained = stack_set.auto_deployment.get("RetainStacksOnAccountRemoval", False)
        yield _operation(stack_set, "DELETE", leave, execution.RETAIN if retained else execution.DELETE, leaving, after)
    if arriving:
        yield _operation(stack_set, "CREATE", arrive, execution.DEPLOY, list(arriving), after)


def _wanted(stack_set: StackSet, move: tuple[str | None, str | None]) -> tuple[dict[str, str], set[str]]:
    """The regions that the new place gives, each with its target OU, and those of them that one target gives in both places."""
    wanted: dict[str, str] = {}
    staying: set[str] = set()
    for unit_id, regions in stack_set.targets.items():
        if targeting.covering(move[1], [unit_id]):
            wanted |= {region: wanted.get(region, unit_id) for region in regions}
            if targeting.covering(move[0], [unit_id]):
                staying |= set(regions)
    return wanted, staying


def _operation(
    stack_set: StackSet,
    action: str,
    prepare: Callable[[], Sequence[StackInstance]],
    work: Work,
    reach: Sequence[Target],
    after: tuple[Operation, ...],
) -> Operation:
    """An operation of StackSets' own: it is queued where others are under way."""
    begun = Operation(records.new_operation_id(), action, _AT_ONCE, prepare, work, frozenset(reach), after)
    progress.enqueue(stack_set, begun)
    return begun
