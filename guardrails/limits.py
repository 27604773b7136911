"""Safety limits that understand what policies mean: who would be locked out, which account would lose its protection."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from guardrails.engine.plan import Action, Plan
from guardrails.engine.resource import Address, Resource
from guardrails.engine.safety import GENERIC_LIMITS, Limit
from guardrails.model import Organization
from guardrails.resources import ACCOUNT_TYPE, ROOT_ADDRESS
from guardrails.resources.account import Account
from guardrails.resources.policy import Policy

SCP: Final = "SERVICE_CONTROL_POLICY"


def limits_of(organization: Organization, desired: tuple[Resource, ...]) -> Mapping[str, Limit]:
    """Every limit, by the id that `--accept` takes."""
    return {**GENERIC_LIMITS, "account-protection": partial(_lost_protection, desired)}


def _lost_protection(desired: tuple[Resource, ...], plan: Plan) -> Iterator[str]:
    """An account would move to where fewer of the declared service control policies bind it."""
    policies = [r for r in desired if isinstance(r, Policy) and r.policy_type == SCP]
    for change in plan.changes:
        if change.action is not Action.UPDATE or change.address.type != ACCOUNT_TYPE:
            continue
        before, after = change.before.resource if change.before else None, change.after
        if not isinstance(before, Account) or not isinstance(after, Account) or before.parent == after.parent:
            continue
        lost = _binding(policies, before.parent) - _binding(policies, after.parent)
        if lost:
            move = f"account {after.name} moves from {before.parent.name} to {after.parent.name}"
            yield f"{move}, and out of reach of {', '.join(sorted(lost))}"


def _binding(policies: list[Policy], parent: Address) -> set[str]:
    return {policy.name for policy in policies if any(_covers(target, parent) for target in policy.targets)}


def _covers(target: Address, parent: Address) -> bool:
    if target == ROOT_ADDRESS:
        return True
    return target.type == parent.type and (parent.name == target.name or parent.name.startswith(target.name + "/"))
