"""The safety limit that asks who would be locked out: a role that deploys, repairs or rescues, by a declared SCP or RCP.

Each policy type is asked by itself: service control policies about what the trusted roles do in each member account, resource
control policies about what they do to its resources, and whether the deployer still comes in from the management account.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, Ref
from guardrails.iam import FULL_AWS_ACCESS, Decision, Level, NamedPolicy
from guardrails.iam.context import Request, Values
from guardrails.iam.evaluate import evaluate_rcps, evaluate_scps
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.iam.resource_control_services import is_restricted
from guardrails.model import ROOT, Account, Organization
from guardrails.organization_facts import trusted_roles
from guardrails.placeholders import ORGANIZATION_ID, placeholder, with_placeholders
from guardrails.resources import ACCOUNT_TYPE, ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.policy import Policy

FULL_ACCESS: Final = NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS)
COMING_IN: Final = "sts:AssumeRole"
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
    COMING_IN,
)
"""What the trusted roles must be able to do in every member account, to deploy, to repair, and to come to the rescue."""
Denied = Iterator[tuple[str, str, str]]
"""A role, an action that is denied to it, and why."""


def locked_out(organization: Organization, policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """A role that deploys, repairs or rescues could no longer do what it must in some member account."""
    if not any(
        change.after is not None and change.address.type in {Policy.TYPE, ACCOUNT_TYPE} for change in plan.changes
    ):
        return
    for policy_type, denied_to in ((SERVICE_CONTROL, _by_principal), (RESOURCE_CONTROL, _by_resource)):
        denied: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
        concerned = [policy for policy in policies if policy.policy_type == policy_type]
        try:
            for account, levels in _distinct_accounts(organization, concerned):
                for role, action, why in denied_to(organization, account, levels):
                    actions, accounts = denied.setdefault((role, why), ({}, {}))
                    actions[action], accounts[account.name] = None, None
        except UnsupportedPolicy as refusal:
            yield f"whether somebody would be locked out cannot be judged: {refusal}"
            continue
        for (role, why), (actions, accounts) in denied.items():
            yield f"{role} could no longer {', '.join(actions)} in {', '.join(accounts)}: {why}"


def line(path: str) -> Iterator[Address]:
    """The root and the OUs on the way to an OU path, it included."""
    yield ROOT_ADDRESS
    parts = [] if path == ROOT else path.split("/")
    for depth in range(len(parts)):
        yield organizational_unit_address("/".join(parts[: depth + 1]))


def _distinct_accounts(
    organization: Organization, policies: Sequence[Policy]
) -> Iterator[tuple[Account, tuple[Level, ...]]]:
    """A member account for each different line of policies from the root down, with that line.

    Accounts in one line differ still where a policy says the id of one, or of an OU above it, in a condition.
    """
    named = {
        policy.name: NamedPolicy(policy.name, with_placeholders(policy.content), policy.policy_type)
        for policy in policies
    }
    said = json.dumps([policy.document for policy in named.values()])
    seen: set[tuple[tuple[tuple[str, ...], ...], frozenset[Address]]] = set()
    for account in organization.accounts:
        steps = [*line(account.organizational_unit), Address(ACCOUNT_TYPE, account.name)]
        attached = tuple(tuple(p.name for p in policies if step in p.targets) for step in steps)
        difference = (
            attached,
            frozenset(step for step in steps if step != ROOT_ADDRESS and placeholder(Ref(step)) in said),
        )
        if account.name == organization.management_account or difference in seen:
            continue
        seen.add(difference)
        yield (
            account,
            tuple(
                Level(step.name, tuple(named[name] for name in names))
                for step, names in zip(steps, attached, strict=True)
            ),
        )


def _by_principal(organization: Organization, account: Account, levels: Sequence[Level]) -> Denied:
    """Each trusted role of an account with each needed action that service control policies deny it in some region."""
    full = [Level(level.name, (FULL_ACCESS, *level.policies)) for level in levels]
    for role, action, region in product(trusted_roles(organization), NEEDED_ACTIONS, organization.governed_regions):
        decision = evaluate_scps(_request(account, role, action, region), full)
        yield from _refused(role, action, decision)


def _by_resource(organization: Organization, account: Account, levels: Sequence[Level]) -> Denied:
    """Each trusted role with each needed action on an account's resources that resource control policies deny."""
    owner = _id(account)
    resource: dict[str, Values] = {
        "aws:ResourceAccount": owner,
        "aws:ResourceOrgID": ORGANIZATION_ID,
        "aws:ResourceOrgPaths": (_path(account),),
    }
    asked = product([account], trusted_roles(organization), filter(is_restricted, NEEDED_ACTIONS))
    management = [each for each in organization.accounts if each.name == organization.management_account]
    coming_in = product(management, organization.deployer_roles, [COMING_IN])
    for (home, role, action), region in product([*asked, *coming_in], organization.governed_regions):
        decision = evaluate_rcps(_request(home, role, action, region, resource), levels, owner=owner)
        yield from _refused(role, action, decision)


def _request(home: Account, role: str, action: str, region: str, context: dict[str, Values] | None = None) -> Request:
    arn = f"arn:aws:iam::{_id(home)}:role/{role.replace('*', 'example')}"
    return Request(arn, action, context=context or {}, region=region, organization_path=_path(home))


def _refused(role: str, action: str, decision: Decision) -> Denied:
    if decision.outcome != "allowed":
        yield role, action, "; ".join(dict.fromkeys(map(str, decision.reasons)))


def _id(account: Account) -> str:
    return placeholder(Ref(Address(ACCOUNT_TYPE, account.name)))


def _path(account: Account) -> str:
    return placeholder(Ref(organizational_unit_address(account.organizational_unit), "path"))
