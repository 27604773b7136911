"""Safety limits that understand what policies mean: who would be locked out, which account would lose its protection.

They judge the declared service control policies as they would stand after apply, at stand-in ids. Policies of others, whose content a
plan does not read, are not in the judgement.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from itertools import product
from typing import Final

from guardrails.engine.plan import Action, Plan
from guardrails.engine.resource import Address, Ref, Resource
from guardrails.engine.safety import GENERIC_LIMITS, Limit
from guardrails.iam.context import Request
from guardrails.iam.evaluate import FULL_AWS_ACCESS, Level, NamedPolicy, evaluate_scps
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.model import ROOT, Organization
from guardrails.model import Account as DeclaredAccount
from guardrails.organization_facts import trusted_roles
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.resources import (
    ACCOUNT_TYPE,
    CONFIGURATION_POLICY_TYPE,
    ORGANIZATIONAL_UNIT_TYPE,
    ROOT_ADDRESS,
    STACK_TYPE,
    organizational_unit_address,
)
from guardrails.resources.access_analyzer import AccessAnalyzer
from guardrails.resources.account import Account
from guardrails.resources.organization_trail import OrganizationTrail
from guardrails.resources.policy import Policy
from guardrails.resources.stack_set import StackSet, surplus_of

SCP: Final = "SERVICE_CONTROL_POLICY"
PROTECTING_TYPES: Final = frozenset(
    {AccessAnalyzer.TYPE, Policy.TYPE, OrganizationTrail.TYPE, CONFIGURATION_POLICY_TYPE, STACK_TYPE, StackSet.TYPE}
)
FULL_ACCESS: Final = NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS)
NEEDED_ACTIONS: Final = (
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:UpdateStack",
    "cloudtrail:UpdateTrail",
    "ec2:TerminateInstances",
    "guardduty:UpdateOrganizationConfiguration",
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "kms:CreateKey",
    "kms:PutKeyPolicy",
    "s3:PutBucketPolicy",
    "sts:AssumeRole",
)
"""What the trusted roles must be able to do in every member account, to deploy, to repair, and to come to the rescue."""


def limits_of(organization: Organization, desired: Sequence[Resource]) -> Mapping[str, Limit]:
    """Every limit, by the id that `--accept` takes."""
    policies = [r for r in desired if isinstance(r, Policy) and r.policy_type == SCP]
    return {
        **GENERIC_LIMITS,
        "account-protection": partial(_lost_protection, policies),
        "protection": _removed_protection,
        "occupied-unit": _occupied_units,
        "left-region": partial(_forgotten_regions, organization),
        "lock-out": partial(_locked_out, organization, policies),
    }


def _lost_protection(policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """An account would move to where fewer of the declared service control policies bind it."""
    for change in plan.changes:
        before, after = change.before.resource if change.before else None, change.after
        if not isinstance(before, Account) or not isinstance(after, Account) or before.parent == after.parent:
            continue
        lost = _binding(policies, before.parent) - _binding(policies, after.parent)
        if lost:
            move = f"account {after.name} moves from {before.parent.name} to {after.parent.name}"
            yield f"{move}, and out of reach of {', '.join(sorted(lost))}"


def _removed_protection(plan: Plan) -> Iterator[str]:
    """Something that protects or records would be deleted, or a policy or stack set taken off a target."""
    for change in plan.changes:
        if change.action is Action.DELETE and change.address.type in PROTECTING_TYPES:
            yield f"{change.address} would be deleted"
        before = change.before.resource if change.before else None
        if isinstance(before, Policy) and isinstance(change.after, Policy):
            bared = sorted(target.name for target in set(before.targets) - set(change.after.targets))
            if bared:
                yield f"{change.address} would be taken off {', '.join(bared)}"
        if isinstance(before, StackSet) and isinstance(change.after, StackSet):
            yield from _withdrawn(before, change.after)


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
    line = set(_line(parent.name))
    return {policy.name for policy in policies if line & set(policy.targets) and not _spares(policy, path)}


def _spares(policy: Policy, path: str) -> bool:
    """Whether every statement of a policy leaves the principals of an organization path alone."""
    spared = [
        statement.get("Condition", {}).get("ForAllValues:StringNotLike", {}).get("aws:PrincipalOrgPaths", ())
        for statement in with_placeholders(policy.content)["Statement"]
    ]
    return all(any(fnmatchcase(path, pattern) for pattern in patterns) for patterns in spared)


def _line(path: str) -> Iterator[Address]:
    """The root and the OUs on the way to an OU path, it included."""
    yield ROOT_ADDRESS
    parts = [] if path == ROOT else path.split("/")
    for depth in range(len(parts)):
        yield organizational_unit_address("/".join(parts[: depth + 1]))


def _locked_out(organization: Organization, policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """A role that deploys, repairs or rescues could no longer do what it must in some member account."""
    if not any(
        change.after is not None and change.address.type in {Policy.TYPE, ACCOUNT_TYPE} for change in plan.changes
    ):
        return
    denied: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    try:
        for account, levels in _distinct_accounts(organization, policies):
            for role, action, why in _denied_to_trusted_roles(organization, account, levels):
                actions, accounts = denied.setdefault((role, why), ({}, {}))
                actions[action], accounts[account.name] = None, None
    except UnsupportedPolicy as refusal:
        yield f"whether somebody would be locked out cannot be judged: {refusal}"
        return
    for (role, why), (actions, accounts) in denied.items():
        yield f"{role} could no longer {', '.join(actions)} in {', '.join(accounts)}: {why}"


def _distinct_accounts(
    organization: Organization, policies: Sequence[Policy]
) -> Iterator[tuple[DeclaredAccount, tuple[Level, ...]]]:
    """A member account for each different line of policies from the root down, with that line.

    Accounts in one line differ still where a policy says the id of one, or of an OU above it, in a condition.
    """
    named = {policy.name: NamedPolicy(policy.name, with_placeholders(policy.content)) for policy in policies}
    said = json.dumps([policy.document for policy in named.values()])
    seen: set[tuple[tuple[tuple[str, ...], ...], frozenset[Address]]] = set()
    for account in organization.accounts:
        line = [*_line(account.organizational_unit), Address(ACCOUNT_TYPE, account.name)]
        attached = tuple(tuple(p.name for p in policies if step in p.targets) for step in line)
        difference = (
            attached,
            frozenset(step for step in line if step != ROOT_ADDRESS and placeholder(Ref(step)) in said),
        )
        if account.name == organization.management_account or difference in seen:
            continue
        seen.add(difference)
        yield (
            account,
            tuple(
                Level(step.name, (FULL_ACCESS, *(named[name] for name in names)))
                for step, names in zip(line, attached, strict=True)
            ),
        )


def _denied_to_trusted_roles(
    organization: Organization, account: DeclaredAccount, levels: Sequence[Level]
) -> Iterator[tuple[str, str, str]]:
    """Each trusted role with each needed action that is denied to it in some governed region, and why."""
    owner = placeholder(Ref(Address(ACCOUNT_TYPE, account.name)))
    path = placeholder(Ref(organizational_unit_address(account.organizational_unit), "path"))
    for role, action, region in product(trusted_roles(organization), NEEDED_ACTIONS, organization.governed_regions):
        arn = f"arn:aws:iam::{owner}:role/{role.replace('*', 'example')}"
        decision = evaluate_scps(Request(arn, action, region=region, organization_path=path), levels)
        if decision.outcome != "allowed":
            yield role, action, "; ".join(dict.fromkeys(map(str, decision.reasons)))
