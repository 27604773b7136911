"""The safety limit that asks who would be locked out: a role that deploys, repairs or rescues, by an SCP or RCP.

Each trusted role is asked in each member account, in every governed region, about what it must be able to do there: to any resource,
and to those of ours that a policy names; and whether the deployer still comes in from the management account.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Final

from guardrails.engine.plan import Plan
from guardrails.engine.resource import Ref
from guardrails.iam import RESOURCE_CONTROL, SERVICE_CONTROL, UnsupportedPolicy
from guardrails.iam.patterns import ARN_SEGMENTS, Piece, wildcard_matcher
from guardrails.model import Account, Organization
from guardrails.organization_facts import trail_name, trusted_roles
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.resources import ACCOUNT_TYPE, ROOT_ADDRESS, account_address
from guardrails.resources.account import Account as AccountResource
from guardrails.resources.policy import Policy
from guardrails.simulation.answers import Case, ask
from guardrails.simulation.declared import declared_hierarchy, way_to
from guardrails.simulation.hierarchy import AccountPlace, Hierarchy
from guardrails.simulation.questions import ANY_RESOURCE, Question
from guardrails.simulation.resources import STAND_IN
from guardrails.simulation.words import every_reason

COMING_IN: Final = "sts:AssumeRole"
REGION: Final = "aws:requestedregion"
NEEDED_ACTIONS: Final = (
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStacks",
    "cloudformation:UpdateStack",
    "cloudtrail:UpdateTrail",
    "cloudwatch:PutMetricAlarm",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
    "ec2:TerminateInstances",
    "guardduty:UpdateOrganizationConfiguration",
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:GetRole",
    "iam:TagRole",
    "iam:DeleteRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "kms:CreateKey",
    "kms:PutKeyPolicy",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "logs:CreateLogGroup",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "sns:CreateTopic",
    COMING_IN,
)
"""What the trusted roles must be able to do in every member account, to deploy, to repair, and to come to the rescue."""
BOUND: Final = frozenset({SERVICE_CONTROL, RESOURCE_CONTROL})
MOST_NAMES: Final = 6
"""How many accounts are named before the rest is counted."""
_KIND: Final = re.compile(r"([a-z-]+)[/:]", re.ASCII)
Found = tuple[str, str, str]
"""A role, an action that is denied to it or may be, and why."""


def locked_out(organization: Organization, policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """A role that deploys, repairs or rescues could no longer do what it must in some member account.

    Of policies of others, which a plan does not change, it is about accounts that would come under them.
    """
    if not _concerns_policies(plan):
        return
    refused: dict[str, None] = {}
    for roles, needed, names, why in _found(organization, policies, _denied, refused):
        yield f"{roles} could no longer {needed} in {names}: {why}"
    for roles, needed, names, why in _found(organization, _of_others(plan), _denied, refused, _coming(plan)):
        yield f"{roles} could not {needed} in {names}, by a policy of others there: {why}"
    for refusal in refused:
        yield f"whether somebody would be locked out cannot be judged: {refusal}"


def undecided(organization: Organization, policies: Sequence[Policy], plan: Plan) -> Iterator[str]:
    """What the check cannot know: a role that deploys, repairs or rescues may do what it must, or not, by what its requests say."""
    if not _concerns_policies(plan):
        return
    for roles, needed, names, keys in _found(organization, [*policies, *_of_others(plan)], _open, {}):
        yield f"the lock-out check does not know whether {roles} could still {needed} in {names}: that hangs on {keys}"


def denied_by_others(organization: Organization, plan: Plan) -> Iterator[str]:
    """Where policies of others deny, as it is, what a role that deploys, repairs or rescues must do: no plan of ours changes that."""
    if not plan.changes:
        return
    coming, refused = _coming(plan), dict[str, None]()
    staying = [account.name for account in organization.accounts if account.name not in coming]
    for roles, needed, names, why in _found(organization, _of_others(plan), _denied, refused, staying):
        yield f"a policy of others denies {roles} to {needed} in {names}: {why}"
    for refusal in refused:
        yield f"what a policy of others denies cannot be judged: {refusal}"


def _of_others(plan: Plan) -> list[Policy]:
    """The SCPs and RCPs of others that hang somewhere."""
    policies = (live.resource for live in plan.strangers if isinstance(live.resource, Policy))
    return [policy for policy in policies if policy.policy_type in BOUND and policy.targets]


def _coming(plan: Plan) -> frozenset[str]:
    """The accounts that a plan makes, or moves to where other policies hang."""
    return frozenset(
        change.address.name
        for change in plan.changes
        if isinstance(change.after, AccountResource)
        and (change.before is None or change.before.resource.parent != change.after.parent)
    )


def _found(
    organization: Organization,
    policies: Sequence[Policy],
    why: Callable[[Case], str],
    refused: dict[str, None],
    among: Collection[str] | None = None,
) -> Iterator[tuple[str, str, str, str]]:
    """Roles, what they need, the accounts where that is so, and why; policies that are not understood are noted."""
    hierarchy = declared_hierarchy(organization, policies)
    found: dict[tuple[tuple[str, ...], tuple[str, ...], str], list[str]] = {}
    for alike in _alike(organization, hierarchy, policies) if policies else ():
        accounts = [name for name in alike if among is None or name in among]
        try:
            for each in _together(_found_in(organization, hierarchy, accounts[0], why)) if accounts else ():
                found.setdefault(each, []).extend(accounts)
        except UnsupportedPolicy as refusal:
            refused[str(refusal)] = None
    for (roles, needed, reason), names in found.items():
        yield ", ".join(roles), ", ".join(needed), _listed(names), reason


def _denied(case: Case) -> str:
    return "" if case.decision.outcome == "allowed" else every_reason(case)


def _open(case: Case) -> str:
    keys = case.decision.depends if case.decision.outcome == "allowed" else ()
    return ", ".join(sorted({other.key for other in case.otherwise} or keys)) if keys else ""


def _concerns_policies(plan: Plan) -> bool:
    """Whether a plan changes what binds somebody: a policy, or where an account stands."""
    return any(
        change.after is not None and change.address.type in {Policy.TYPE, ACCOUNT_TYPE} for change in plan.changes
    )


def _together(found: Iterable[Found]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """What is found with all its actions, and for the same reason of all its roles: roles, actions and the reason."""
    actions: dict[tuple[str, str], dict[str, None]] = {}
    for role, action, why in found:
        actions.setdefault((role, why), {})[action] = None
    roles: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (role, why), needed in actions.items():
        roles.setdefault((tuple(needed), why), []).append(role)
    for (needed_by_all, why), concerned in roles.items():
        yield tuple(concerned), needed_by_all, why


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:MOST_NAMES])} and {more} more"


def _alike(organization: Organization, hierarchy: Hierarchy, policies: Iterable[Policy]) -> Iterator[list[str]]:
    """The member accounts, those together that no declared policy tells apart.

    Accounts under the same policies differ still where one says the id of an account, or of an OU above it, in a condition.
    """
    said = json.dumps([with_placeholders(policy.content) for policy in policies if policy.policy_type in BOUND])
    alike: dict[tuple[object, ...], list[str]] = {}
    for account in organization.accounts:
        if account.name != organization.management_account:
            key = hierarchy.account(account.name).line, *_said_of(account, said)
            alike.setdefault(key, []).append(account.name)
    yield from alike.values()


def _said_of(account: Account, said: str) -> Iterator[str]:
    """The stand-ins for the ids of an account and of the OUs above it that stand in a text."""
    for step in (*way_to(account.organizational_unit), account_address(account.name)):
        if step != ROOT_ADDRESS and (identity := placeholder(Ref(step))) in said:
            yield identity


def _found_in(
    organization: Organization, hierarchy: Hierarchy, account: str, why: Callable[[Case], str]
) -> Iterator[Found]:
    """What is found, in some region, of each trusted role of an account, and of the deployer who comes in."""
    place = hierarchy.account(account)
    for role, action in product(trusted_roles(organization), NEEDED_ACTIONS):
        question = Question(account, f"role/{role.replace('*', STAND_IN)}", action)
        for case in _everywhere(organization, hierarchy, question):
            if (reason := why(case)) and _concerns_us(organization, place, case):
                yield role, action, reason
    member_role = f"arn:aws:iam::{place.id}:role/{organization.member_role}"
    for role in organization.deployer_roles:
        question = Question(organization.management_account, f"role/{role}", COMING_IN, member_role)
        for case in _everywhere(organization, hierarchy, question):
            if reason := why(case):
                yield role, COMING_IN, reason


def _everywhere(organization: Organization, hierarchy: Hierarchy, question: Question) -> Iterator[Case]:
    """The cases of a question in each governed region; asked once, where the region makes no difference."""
    cases = ask(hierarchy, question).cases
    if not any(REGION in case.decision.depends for case in cases):
        yield from cases
        return
    for region in organization.governed_regions:
        yield from ask(hierarchy, replace(question, region=region)).cases


def _concerns_us(organization: Organization, account: AccountPlace, case: Case) -> bool:
    """Whether a case is about every other resource, or about what we make: what others have is not for the trusted roles to change."""
    return case.resources == (ANY_RESOURCE,) or any(
        _may_be_ours(organization, account, pattern) for pattern in case.resources
    )


def _may_be_ours(organization: Organization, account: AccountPlace, pattern: str) -> bool:
    """Whether a pattern of ARNs says a name of ours, or takes something of ours in an account and a governed region."""
    if any(name in pattern for name in (f"{organization.prefix}-", f"/{organization.prefix}/")):
        return True
    *head, name = pattern.split(":", ARN_SEGMENTS - 1)
    region, owner = [*head, *["*"] * ARN_SEGMENTS][3:5]
    kind = _KIND.match(name)
    return (
        any(_takes(region or "*", governed) for governed in organization.governed_regions)
        and _takes(owner or "*", account.id)
        and any(
            _takes(name[kind.end() if kind else 0 :], ours)
            for ours in _names_of_ours(organization, kind[1] if kind else "")
        )
    )


def _names_of_ours(organization: Organization, kind: str) -> Sequence[str]:
    """Names of what we make of a kind, as they stand in an ARN behind the kind."""
    names = [
        f"{organization.prefix}-{STAND_IN}",
        f"{organization.prefix}-log-archive-{STAND_IN}",
        trail_name(organization),
    ]
    if kind == "role":
        trusted = [role.replace("*", STAND_IN) for role in trusted_roles(organization)]
        return [*trusted, *names, f"{organization.prefix}/{STAND_IN}"]
    if kind == "stack":
        return [f"{before}{name}/{STAND_IN}" for name in names for before in ("", "StackSet-")]
    return [f"{name}:{STAND_IN}" for name in names] if kind == "log-group" else names


@lru_cache(maxsize=4096)
def _takes(pattern: str, text: str) -> bool:
    return wildcard_matcher([Piece(pattern)])(text)
