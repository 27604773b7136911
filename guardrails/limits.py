"""Safety limits that understand what policies mean: who would be locked out, which account would lose its protection.

They judge the declared policies as they would stand after apply, at stand-in ids. Policies of others, whose content a plan does not
read, are not in the judgement.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Final

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, Ref, Resource
from guardrails.engine.safety import GENERIC_LIMITS, Limit
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL
from guardrails.lock_out import locked_out
from guardrails.model import ROOT, Organization
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.policy_slots import no_slot_left
from guardrails.resources import (
    ACCOUNT_TYPE,
    CONFIGURATION_POLICY_TYPE,
    ORGANIZATIONAL_UNIT_TYPE,
    STACK_TYPE,
)
from guardrails.resources.access_analyzer import AccessAnalyzer
from guardrails.resources.account import Account
from guardrails.resources.account_assignment import PERMISSION_SET_TYPE, AccountAssignment
from guardrails.resources.organization_trail import OrganizationTrail
from guardrails.resources.policy import Policy, held_by
from guardrails.resources.stack_set import StackSet, surplus_of
from guardrails.simulation.declared import way_to

PROTECTING_TYPES: Final = frozenset(
    {AccessAnalyzer.TYPE, Policy.TYPE, OrganizationTrail.TYPE, CONFIGURATION_POLICY_TYPE, STACK_TYPE, StackSet.TYPE}
)
SPARING: Final[Mapping[str, str]] = {
    SERVICE_CONTROL: "aws:PrincipalOrgPaths",
    RESOURCE_CONTROL: "aws:ResourceOrgPaths",
}
"""The key by which a policy of a type lets an OU alone; policies of other types let nobody alone."""


def limits_of(organization: Organization, desired: Sequence[Resource]) -> Mapping[str, Limit]:
    """Every limit, by the id that `--accept` takes."""
    policies = [resource for resource in desired if isinstance(resource, Policy)]
    return {
        **GENERIC_LIMITS,
        "account-protection": partial(_lost_protection, policies),
        "protection": partial(_removed_protection, organization, policies),
        "occupied-unit": _occupied_units,
        "assigned-permission-set": _assigned_permission_sets,
        "left-region": partial(_forgotten_regions, organization),
        "lock-out": partial(locked_out, organization, policies),
        "policy-slots": partial(no_slot_left, desired),
    }


def _lost_protection(policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """An account would move to where fewer of the declared policies, of any type, bind it."""
    for change in plan.changes:
        before, after = change.before.resource if change.before else None, change.after
        if not isinstance(before, Account) or not isinstance(after, Account) or before.parent == after.parent:
            continue
        lost = _binding(policies, before.parent) - _binding(policies, after.parent)
        if lost:
            move = f"account {after.name} moves from {before.parent.name} to {after.parent.name}"
            yield f"{move}, and out of reach of {', '.join(sorted(lost))}"


def _removed_protection(organization: Organization, policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """Something that protects or records would be deleted, or a policy or stack set taken off a target.

    A policy that is said by another one from now on, packed or packed no longer, there or above, protects as it did.
    """
    homes = {account.name: account.organizational_unit for account in organization.accounts}
    for change in plan.changes:
        before = change.before.resource if change.before else None
        if isinstance(before, Policy) and (change.action is Action.DELETE or isinstance(change.after, Policy)):
            lost = {
                name: bared
                for name in _held_before(change, before)
                if (
                    bared := [
                        each for each in before.targets if not _said(policies, before.policy_type, name, each, homes)
                    ]
                )
            }
            yield from _unsaid(change, before, lost)
        elif change.action is Action.DELETE and change.address.type in PROTECTING_TYPES:
            yield f"{change.address} would be deleted"
        if isinstance(before, StackSet) and isinstance(change.after, StackSet):
            yield from _withdrawn(before, change.after)


def _held_before(change: Change, before: Policy) -> tuple[str, ...]:
    """The declared policies that a live policy stands for; one that is changed into another stands for what it was called."""
    drift = change.before.drift if change.before else ()
    return held_by(before.description) or tuple(str(each.live) for each in drift) or (before.name,)


def _said(policies: Sequence[Policy], policy_type: str, name: str, target: Address, homes: Mapping[str, str]) -> bool:
    """Whether a desired policy of a type that hangs on a target, or above it, says what a declared policy says."""
    home = homes.get(target.name, ROOT) if target.type == ACCOUNT_TYPE else target.name
    steps = {target, *way_to(home)}
    return any(
        policy.says(name) and policy.policy_type == policy_type and not steps.isdisjoint(policy.targets)
        for policy in policies
    )


def _unsaid(change: Change, before: Policy, lost: Mapping[str, Sequence[Address]]) -> Iterator[str]:
    if change.action is Action.DELETE and lost:
        with_it = f", and with it {', '.join(sorted(lost))}" if held_by(before.description) else ""
        yield f"{change.address} would be deleted{with_it}"
        return
    for name, targets in sorted(lost.items()):
        what = change.address if name == before.name else f"{name} (in {change.address})"
        yield f"{what} would be taken off {', '.join(sorted(target.name for target in targets))}"


def _withdrawn(before: StackSet, after: StackSet) -> Iterator[str]:
    """A stack set loses a target: the stacks of all accounts in it go, also where another target covers them afterwards."""
    lost = surplus_of(before.targets, after.targets)
    bared = [f"{target.name}/{region}" for region, targets in lost.items() for target in targets]
    if bared:
        yield f"{before.address} would be withdrawn from {', '.join(bared)}, and its stacks there deleted"


def _forgotten_regions(organization: Organization, plan: Plan) -> Iterator[str]:
    """A region is governed no longer, and stacks of the management and the log archive account there would not be looked at."""
    known = {*organization.governed_regions, *organization.left_regions}
    lost: set[str] = set()
    for change in plan.changes:
        before = change.before.resource if change.before else None
        if isinstance(before, StackSet):
            lost |= before.targets.keys() - known
    for region in sorted(lost):
        yield f"{region} is governed no longer, and what else we made there would be forgotten: name it in left_regions"


def _assigned_permission_sets(plan: Plan) -> Iterator[str]:
    """A permission set would be deleted that somebody still has: AWS will refuse."""
    for change in plan.changes:
        if change.action is Action.DELETE and change.address.type == PERMISSION_SET_TYPE:
            named = f" | {change.address.name} | "
            left = [each.name for each in plan.unmanaged if each.type == AccountAssignment.TYPE and named in each.name]
            if left:
                yield f"{change.address} would be deleted while it is assigned: {'; '.join(left)}"


def _occupied_units(plan: Plan) -> Iterator[str]:
    """An organizational unit would be deleted in which an account stands that does not move: AWS will refuse."""
    doomed = {
        c.address for c in plan.changes if c.action is Action.DELETE and c.address.type == ORGANIZATIONAL_UNIT_TYPE
    }
    for change in plan.changes:
        before = change.before.resource if change.before else None
        if not isinstance(before, Account) or before.parent not in doomed:
            continue
        if not isinstance(change.after, Account) or change.after.parent == before.parent:
            yield f"{before.parent} would be deleted while account {before.name} stands in it: move the account first"


def _binding(policies: Sequence[Policy], parent: Address) -> set[str]:
    """The policies that bind an account directly below a root or OU."""
    path = placeholder(Ref(parent, "path"))
    steps = set(way_to(parent.name))
    here = [policy for policy in policies if steps & set(policy.targets)]
    return {name for policy in here for name in policy.held if not _spares(policy, name, path)}


def _spares(policy: Policy, name: str, path: str) -> bool:
    """Whether what a policy has from a declared one leaves an organization path alone: its principals, of an RCP its resources."""
    key = SPARING.get(policy.policy_type)
    if key is None:
        return False
    statements = with_placeholders(policy.content)["Statement"]
    told = policy.sources or ((policy.name,),) * len(statements)
    spared = [
        statement.get("Condition", {}).get("ForAllValues:StringNotLike", {}).get(key, ())
        for statement, names in zip(statements, told, strict=True)
        if name in names or not policy.sources
    ]
    return all(any(fnmatchcase(path, pattern) for pattern in patterns) for patterns in spared)
