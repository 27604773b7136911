"""Who would be locked out: by which statement, in which accounts, and to which resources of ours."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Live, Ref, Resource
from guardrails.lock_out import NEEDED_ACTIONS, locked_out, undecided, unread
from guardrails.model import Account
from guardrails.organization_facts import trusted_principals
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address
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


def test_policies_of_others_are_said_not_to_be_judged() -> None:
    """A plan that changes what binds somebody names the policies of others that bind too; of other types, or nowhere, they do not."""
    theirs = [
        deny("theirs", "*", ROOT_ADDRESS, organizational_unit_address("Workloads")),
        deny("unattached", "*"),
        Policy(name="backup", policy_type="BACKUP_POLICY", content={}, targets=(ROOT_ADDRESS,)),
    ]
    strangers = tuple(Live(policy, {"id": policy.name}, managed=False) for policy in theirs)
    plan = replace(making(deny("ours", "s3:*", ROOT_ADDRESS)), strangers=strangers)
    (sentence,) = unread(plan)
    assert sentence.startswith(
        "the lock-out check does not know what policies of others say: theirs (on Root, Workloads); "
    )
    assert list(unread(replace(making(Group(name="auditors")), strangers=strangers))) == []
