"""Who would be locked out: by which statement, in which accounts, and to which resources of ours."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, Live, Ref, Resource
from guardrails.lock_out import NEEDED_ACTIONS, denied_by_others, locked_out, undecided
from guardrails.model import Account
from guardrails.organization_facts import trusted_principals
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.account import Account as AccountResource
from guardrails.resources.group import Group
from guardrails.resources.policy import Policy
from tests.simulation.shop import SHOP, deny

EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": trusted_principals(SHOP)}}
ROLES = ("GuardrailsDeployer", "BreakGlass", "OrganizationAccountAccessRole", "stacksets-exec-*")


def making(resource: Resource) -> Plan:
    return Plan((Change(Action.CREATE, resource.address, None, resource, ()),))


def said(*policies: Policy, organization: Any = SHOP) -> list[str]:
    """What the limit says of a plan that makes the first of these policies."""
    return list(locked_out(organization, policies, making(policies[0])))


def test_the_statement_is_named_with_its_place() -> None:
    """The roles that are denied something are told with every account, the statement, and where that is written."""
    policy = deny("spot", "lambda:*", organizational_unit_address("Workloads"))
    (sentence,) = said(policy)
    who, what = f"{', '.join(ROLES)} could no longer", "lambda:CreateFunction, lambda:InvokeFunction in shop, till, dev"
    assert sentence == f"{who} {what}: Workloads / spot / NoSpot (policies/scp/spot.yaml:7): denies it"


@pytest.mark.parametrize(
    ("policy", "concerned"),
    [
        (deny("all", "*", ROOT_ADDRESS, condition=EXEMPT), False),
        (deny("unneeded", "ec2:CreateInternetGateway", ROOT_ADDRESS), False),
        (deny("theirs", "iam:*", ROOT_ADDRESS, resource="arn:*:iam::*:role/team-*"), False),
        (deny("ours", "iam:*", ROOT_ADDRESS, resource="arn:*:iam::*:role/stacksets-exec-*"), True),
        (deny("path", "iam:*", ROOT_ADDRESS, resource="arn:*:iam::*:role/service-role/*"), False),
        (deny("theirs2", "iam:*", ROOT_ADDRESS, resource="arn:*:iam::999999999999:role/*"), False),
        (deny("objects", "s3:*", ROOT_ADDRESS, resource="arn:aws:s3:::*/*"), False),
        (deny("ungoverned", "lambda:*", ROOT_ADDRESS, resource="arn:aws:lambda:us-east-1:*:function:*"), False),
        (deny("roles", "iam:CreateRole", ROOT_ADDRESS, resource="arn:aws:iam::*:role/*"), True),
        (deny("stacks", "cloudformation:*", ROOT_ADDRESS, resource="arn:aws:cloudformation:*:*:stack/*/*"), True),
        (deny("sets", "cloudformation:*", ROOT_ADDRESS, resource="arn:*:cloudformation:*:*:stack/StackSet-*"), True),
        (deny("aws", "s3:CreateBucket", ROOT_ADDRESS, resource="arn:aws:*"), True),
        (deny("bucket", "s3:CreateBucket", ROOT_ADDRESS, resource="arn:aws:s3:::*"), True),
        (deny("archive", "s3:PutBucketPolicy", ROOT_ADDRESS, resource="arn:aws:s3:::*-log-archive-*"), True),
        (deny("groups", "logs:*", ROOT_ADDRESS, resource="arn:aws:logs:*:*:log-group:*:*"), True),
        (deny("buckets", "s3:PutBucketPolicy", ROOT_ADDRESS, resource="arn:*:s3:::acme-log-archive-*"), True),
        (deny("empty", "*", organizational_unit_address("Nobody")), False),
        (deny("manager", "*", account_address("management")), False),
        (deny("direct", "kms:*", ROOT_ADDRESS, condition={"Bool": {"aws:ViaAWSService": "false"}}), True),
        (
            deny("region", "kms:*", ROOT_ADDRESS, condition={"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}),
            True,
        ),
        (
            deny("elsewhere", "kms:*", ROOT_ADDRESS, condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
            False,
        ),
        (deny("keys", "kms:*", ROOT_ADDRESS, kind="RESOURCE_CONTROL_POLICY"), True),
    ],
    ids=lambda value: value.name if isinstance(value, Policy) else "",
)
def test_what_is_a_lock_out(policy: Policy, concerned: bool) -> None:
    """A denial counts when it binds a trusted role in a member account, in a governed region, about all resources or about ours."""
    assert bool(said(policy)) is concerned


def test_a_policy_that_allows_less_locks_out_too() -> None:
    """Where FullAWSAccess stays beside a policy that allows, nothing changes: a declared policy only ever denies."""
    content = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    allowing = Policy(name="few", policy_type="SERVICE_CONTROL_POLICY", content=content, targets=(ROOT_ADDRESS,))
    assert said(allowing) == []


def test_the_deployer_comes_in() -> None:
    """A resource control policy that keeps the management account out of an account's roles locks the deployer out."""
    sandbox = organizational_unit_address("Sandbox")
    within = {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": [f"{Ref(sandbox, 'path')}*"]}}
    role = "arn:*:iam::*:role/OrganizationAccountAccessRole"
    policy = deny("in", "sts:AssumeRole", sandbox, kind="RESOURCE_CONTROL_POLICY", resource=role, condition=within)
    (sentence,) = said(policy)
    assert sentence.startswith("GuardrailsDeployer could no longer sts:AssumeRole in lab: Sandbox / in / NoIn (")


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ({"StringEquals": {"aws:PrincipalTag/team": "platform"}}, "aws:PrincipalTag/team"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, "aws:MultiFactorAuthPresent"),
        ({"ArnNotLike": EXEMPT["ArnNotLike"], "Bool": {"aws:MultiFactorAuthPresent": "false"}}, ""),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, ""),
    ],
)
def test_what_hangs_on_the_request_is_said(condition: dict[str, Any], keys: str) -> None:
    """A denial that a tag or a second factor decides is neither a lock-out nor none: the plan says what it hangs on."""
    policy = deny("keys", "kms:*", organizational_unit_address("Sandbox"), condition=condition)
    assert said(policy) == []
    told = list(undecided(SHOP, [policy], making(policy)))
    what = f"{', '.join(ROLES)} could still kms:CreateKey, kms:PutKeyPolicy in lab: that hangs on {keys}"
    assert told == ([f"the lock-out check does not know whether {what}"] if keys else [])
    assert list(undecided(SHOP, [policy], making(Group(name="auditors")))) == []


def test_many_accounts_are_counted() -> None:
    """Of more accounts than a sentence holds, the rest is counted; what cannot be judged is told once, beside what can."""
    many = tuple(Account(f"a{number}", f"A{number}", f"a{number}@acme.example", "Many") for number in range(20))
    organization = replace(SHOP, accounts=(*SHOP.accounts, *many))
    policy = deny("spot", "lambda:InvokeFunction", organizational_unit_address("Many"))
    strange = deny(
        "strange", "s3:*", organizational_unit_address("Sandbox"), condition={"StrangeOperator": {"aws:x": "1"}}
    )
    first, second = said(policy, strange, organization=organization)
    assert " in a0, a1, a2, a3, a4, a5 and 14 more: " in first
    assert "cannot be judged: unknown condition operator 'StrangeOperator'" in second


def test_a_plan_without_policies_and_accounts_is_not_asked() -> None:
    """A plan that changes neither a policy nor an account locks nobody out."""
    policy = deny("all", "*", ROOT_ADDRESS)
    assert list(locked_out(SHOP, [policy], making(Group(name="auditors")))) == []
    assert len(NEEDED_ACTIONS) == len(set(NEEDED_ACTIONS))


THEIRS = (
    replace(deny("theirs", "lambda:*", organizational_unit_address("Workloads")), origins=()),
    deny("unattached", "*"),
    Policy(name="backup", policy_type="BACKUP_POLICY", content={}, targets=(ROOT_ADDRESS,)),
)
BESIDE_THEIRS = tuple(Live(policy, {"id": policy.name}, managed=False) for policy in THEIRS)


def test_what_policies_of_others_deny_as_it_is_is_told() -> None:
    """A plan that changes anything tells it, and is not refused for it; policies of other types, or attached nowhere, bind nobody."""
    plan = replace(making(Group(name="auditors")), strangers=BESIDE_THEIRS)
    (sentence,) = denied_by_others(SHOP, plan)
    who, what = ", ".join(ROLES), "lambda:CreateFunction, lambda:InvokeFunction in shop, till, dev"
    assert sentence == f"a policy of others denies {who} to {what}: Workloads / theirs / NoTheirs: denies it"
    assert list(locked_out(SHOP, [], plan)) == []
    assert list(denied_by_others(SHOP, replace(plan, changes=()))) == []


@pytest.mark.parametrize("before", [None, ROOT_ADDRESS])
def test_an_account_that_comes_under_policies_of_others_is_a_lock_out(before: Address | None) -> None:
    """To make an account, or move it, to where a policy of others denies the trusted roles something is refused; who is there is told."""
    after = AccountResource(name="till", email="till@acme.example", parent=organizational_unit_address("Workloads"))
    live = Live(replace(after, parent=before), {"id": "1"}, managed=True) if before else None
    change = Change(Action.UPDATE if before else Action.CREATE, after.address, live, after, ())
    plan = Plan((change,), strangers=BESIDE_THEIRS)
    (refused,) = locked_out(SHOP, [], plan)
    assert "InvokeFunction in till, by a policy of others there: Workloads / theirs / NoTheirs: denies it" in refused
    (told,) = denied_by_others(SHOP, plan)
    assert "lambda:InvokeFunction in shop, dev: " in told
