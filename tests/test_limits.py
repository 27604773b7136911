"""The limits that know what policies mean: an account that would lose its protection, a role that would be locked out."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, Live, Ref, Resource
from guardrails.engine.safety import violations
from guardrails.limits import limits_of
from guardrails.model import Account as Declared
from guardrails.organization_facts import trusted_principals
from guardrails.resources import ORGANIZATION as ORGANIZATION_ADDRESS
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.account import Account
from guardrails.resources.group import Group
from guardrails.resources.organization_trail import OrganizationTrail
from guardrails.resources.organizational_unit import OrganizationalUnit
from guardrails.resources.permission_set import PermissionSet
from guardrails.resources.policy import Policy
from guardrails.resources.stack_set import StackSet
from tests.organization_line import FIRST_DAY


def ou(path: str) -> Address:
    return organizational_unit_address(path)


def denying(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Deny", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}],
    }


EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": trusted_principals(FIRST_DAY)}}


def scp(name: str, *targets: str, kind: str = "SERVICE_CONTROL_POLICY", condition: Any = None) -> Policy:
    content = denying(EXEMPT if condition is None else condition)
    return Policy(name=name, policy_type=kind, content=content, targets=tuple(map(ou, targets)))


def moving(source: Address, destination: Address, action: Action = Action.UPDATE) -> Plan:
    before = Account(name="shop", parent=source)
    after = replace(before, parent=destination)
    return Plan((Change(action, after.address, Live(before, {"id": "1"}, managed=True), after, ()),))


def deletion(resource: Resource) -> Change:
    return Change(Action.DELETE, resource.address, Live(resource, {"id": "1"}, managed=True), None, ())


def retargeting(before: Resource, after: Resource) -> Change:
    return Change(Action.UPDATE, after.address, Live(before, {"id": "1"}, managed=True), after, ())


POLICIES = (
    scp("everywhere", "Root"),
    scp("workloads", "Workloads"),
    scp("prod", "Workloads/Prod"),
    scp("rcp", "Workloads", kind="RESOURCE_CONTROL_POLICY"),
    Policy(name="backup", policy_type="BACKUP_POLICY", content={"plans": {}}, targets=(ou("Workloads"),)),
)


@pytest.mark.parametrize(
    ("source", "destination", "lost"),
    [
        ("Workloads/Prod", "Workloads", "prod"),
        ("Workloads/Prod", "Sandbox", "backup, prod, rcp, workloads"),
        ("Workloads/Prod/Deep", "Root", "backup, prod, rcp, workloads"),
        ("Sandbox", "Workloads/Prod", ""),
        ("Workloads", "Workloads/Prod", ""),
        ("Workloads", "Workloads", ""),
        ("Workloads2", "Sandbox", ""),
        ("Root", "Sandbox", ""),
    ],
)
@pytest.mark.parametrize("action", [Action.UPDATE, Action.ADOPT])
def test_leaving_protection_needs_consent(source: str, destination: str, lost: str, action: Action) -> None:
    """A move, be it of ours or of an account that is adopted, crosses the limit exactly when a policy that binds it there does not here."""
    limits = limits_of(FIRST_DAY, POLICIES)
    found = violations(moving(ou(source), ou(destination), action), limits)
    expected = f"account shop moves from {source} to {destination}, and out of reach of {lost}"
    assert found == ((("account-protection", expected),) if lost else ())
    assert violations(moving(ou(source), ou(destination), action), limits, ["account-protection"]) == ()


def test_what_does_not_move_is_no_concern() -> None:
    """A new account, a released one and a change of something else cross nothing."""
    account, policy = Account(name="shop", parent=ROOT_ADDRESS), scp("everywhere", "Root")
    changes = (
        Change(Action.CREATE, account.address, None, account, ()),
        Change(Action.RELEASE, account.address, Live(account, {"id": "1"}), None, ()),
        Change(Action.UPDATE, policy.address, Live(policy, {"id": "p"}), policy, ()),
    )
    assert violations(Plan(changes), limits_of(FIRST_DAY, POLICIES)) == ()


def test_an_excluded_ou_is_out_of_reach_too() -> None:
    """A move into an OU that a policy's exclusions spare loses that policy, although it stands above both."""
    spared = {**EXEMPT, "ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": [f"{Ref(ou('Sandbox'), 'path')}*"]}}
    limits = limits_of(FIRST_DAY, [scp("everywhere-but-sandbox", "Root", condition=spared)])
    ((limit, message),) = violations(moving(ou("Workloads"), ou("Sandbox/Deep")), limits)
    assert limit == "account-protection"
    assert message.endswith("out of reach of everywhere-but-sandbox")


ORGANIZATION = replace(
    FIRST_DAY, accounts=(*FIRST_DAY.accounts, Declared("shop", "Shop", "s@acme.example", "Workloads"))
)


def making(policy: Policy) -> Plan:
    return Plan((Change(Action.CREATE, policy.address, None, policy, ()),))


def test_nobody_is_locked_out_by_a_policy_that_exempts_them() -> None:
    """A policy that denies everything to everybody else crosses nothing."""
    policy = scp("deny-all", "Root")
    assert violations(making(policy), limits_of(ORGANIZATION, [policy])) == ()


@pytest.mark.parametrize(
    "role", ["GuardrailsDeployer", "BreakGlass", "OrganizationAccountAccessRole", "stacksets-exec-*"]
)
def test_a_policy_that_binds_a_trusted_role_needs_consent(role: str) -> None:
    """A policy that lets all trusted roles but one alone crosses the limit, which names the role and the account."""
    others = [principal for principal in trusted_principals(ORGANIZATION) if not principal.endswith(role)]
    policy = scp("deny-all", "Workloads", condition={"ArnNotLike": {"aws:PrincipalArn": others}})
    ((limit, message),) = violations(making(policy), limits_of(ORGANIZATION, [policy]))
    assert limit == "lock-out"
    assert message.startswith(f"{role} could no longer ")
    assert " in shop: " in message
    assert "deny-all" in message


def rcp(condition: dict[str, Any], *actions: str) -> Policy:
    statement = {
        "Sid": "No",
        "Effect": "Deny",
        "Principal": "*",
        "Action": [*actions],
        "Resource": "*",
        "Condition": condition,
    }
    content = {"Version": "2012-10-17", "Statement": [statement]}
    return Policy(name="rcp", policy_type="RESOURCE_CONTROL_POLICY", content=content, targets=(ROOT_ADDRESS,))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (rcp({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": str(Ref(ORGANIZATION_ADDRESS))}}, "s3:*", "sts:AssumeRole"), ""),
        (rcp({"ForAllValues:StringNotLike": {"aws:ResourceOrgPaths": [f"{Ref(ou('Workloads'), 'path')}*"]}}, "kms:*", "sts:*"), ""),
        (rcp({"StringNotEquals": {"aws:PrincipalAccount": str(Ref(account_address("shop")))}}, "sts:AssumeRole"),
         "GuardrailsDeployer could no longer sts:AssumeRole in shop: Root / rcp / No: denies it"),
        (rcp({"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:role/BreakGlass"}}, "kms:*", "sqs:*"),
         "BreakGlass could no longer kms:CreateKey, kms:PutKeyPolicy in shop: Root / rcp / No: denies it"),
    ],
)  # fmt: skip
def test_a_resource_control_policy_may_lock_out_too(policy: Policy, said: str) -> None:
    """Whom an RCP keeps from an account's roles, keys and buckets is told, be it a role there or the deployer who comes in."""
    found = violations(making(policy), limits_of(ORGANIZATION, [policy]))
    assert found == ((("lock-out", said),) if said else ())


@pytest.mark.parametrize(
    ("condition", "bound"),
    [
        ({"StringNotEquals": {"aws:PrincipalAccount": [f"{Ref(account_address('shop'))}"]}}, ["till", "lab"]),
        ({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": [f"{Ref(ou('Workloads'), 'path')}*"]}}, ["lab"]),
        ({"Bool": {"aws:SecureTransport": "true"}}, ["shop", "till", "lab"]),
    ],
)
def test_who_is_spared_by_a_condition_speaks_for_nobody_else(condition: dict[str, Any], bound: list[str]) -> None:
    """An account that a condition spares, by its id or its OU, is not taken for those under the same policies that it binds."""
    others = (
        Declared("till", "Till", "t@acme.example", "Workloads"),
        Declared("lab", "Lab", "l@acme.example", "Sandbox"),
    )
    organization = replace(ORGANIZATION, accounts=(*ORGANIZATION.accounts, *others))
    policy = scp("deny-all", "Root", condition=condition)
    said = [message for _, message in violations(making(policy), limits_of(organization, [policy]))]
    (message,) = said
    assert f" in {', '.join(bound)}: " in message
    assert message.startswith(
        "GuardrailsDeployer, BreakGlass, OrganizationAccountAccessRole, stacksets-exec-* could no longer "
    )


def test_an_account_that_moves_may_be_locked_out() -> None:
    """Roles that a policy of the new OU would bind are told also when no policy changes."""
    policy = scp("deny-all", "Workloads", condition={"Bool": {"aws:SecureTransport": "true"}})
    found = violations(moving(ou("Sandbox"), ou("Workloads")), limits_of(ORGANIZATION, [policy]))
    assert {limit for limit, _ in found} == {"lock-out"}


def test_a_policy_where_no_member_account_stands_locks_nobody_out() -> None:
    """A policy that reaches no declared member account binds nobody; the management account is never bound."""
    policy = scp("deny-all", "Sandbox", condition={"Bool": {"aws:ViaAWSService": "false"}})
    assert violations(making(policy), limits_of(ORGANIZATION, [policy])) == ()


def test_the_limits_by_name() -> None:
    """The limits that --accept knows."""
    assert {"deletions", "account-protection", "lock-out"} <= set(limits_of(FIRST_DAY, ()))


def test_what_cannot_be_judged_needs_consent() -> None:
    """A policy in words that the evaluator does not know crosses the limit: nobody can say that it locks nobody out."""
    policy = scp("strange", "Root", condition={"StrangeOperator": {"aws:x": "1"}})
    ((limit, message),) = violations(making(policy), limits_of(ORGANIZATION, [policy]))
    assert limit == "lock-out"
    assert "cannot be judged: unknown condition operator 'StrangeOperator'" in message


def keys(*targets: Address, region: str = "eu-west-1") -> StackSet:
    return StackSet(name="keys", template={}, targets={region: targets})


TRAIL = OrganizationTrail(name="acme-organization-trail", bucket="logs", kms_key="key")
GROUP = Group(name="auditors")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deletion(scp("everywhere", "Root")), ("AWS::Organizations::Policy everywhere would be deleted",)),
        (deletion(TRAIL), ("AWS::CloudTrail::Trail acme-organization-trail would be deleted",)),
        (deletion(GROUP), ()),
        (
            retargeting(scp("prod", "Workloads", "Sandbox"), scp("prod", "Workloads")),
            ("prod would be taken off Sandbox",),
        ),
        (retargeting(scp("prod", "Workloads"), scp("prod", "Workloads", "Sandbox")), ()),
        (
            retargeting(keys(ROOT_ADDRESS), keys(ou("Workloads"))),
            ("keys would be withdrawn from Root/eu-west-1, and its stacks there deleted",),
        ),
        (
            retargeting(keys(ou("Workloads")), keys(ou("Workloads"), region="eu-central-1")),
            ("keys would be withdrawn from Workloads/eu-west-1, and its stacks there deleted",),
        ),
        (retargeting(keys(ou("Workloads")), keys(ou("Workloads"), ou("Sandbox"))), ()),
    ],
)
def test_what_protects_goes_only_with_consent(change: Change, said: tuple[str, ...]) -> None:
    """A policy, trail or stack that would be deleted, and a policy that would be taken off a target, cross the limit by name."""
    limits = limits_of(FIRST_DAY, [change.after] if change.after else [])
    found = violations(Plan((change,)), limits)
    assert [limit for limit, _ in found] == ["protection"] * len(said)
    assert all(message.endswith(sentence) for (_, message), sentence in zip(found, said, strict=True))
    assert violations(Plan((change,)), limits, ["protection"]) == ()


@pytest.mark.parametrize(("destination", "crossed"), [(None, True), ("Workloads", True), ("Sandbox", False)])
def test_a_unit_that_is_lived_in_is_not_deleted(destination: str | None, crossed: bool) -> None:
    """An OU goes only after its accounts: one that is released or stays where it is stands in the way, one that moves out does not."""
    unit = OrganizationalUnit(name="Workloads", display_name="Workloads", parent=ROOT_ADDRESS)
    account = Account(name="shop", parent=ou("Workloads"))
    after = replace(account, parent=ou(destination)) if destination else None
    action = Action.UPDATE if destination else Action.RELEASE
    live = Live(account, {"id": "1"}, managed=True)
    plan = Plan((deletion(unit), Change(action, account.address, live, after, ())))
    assert bool(violations(plan, limits_of(FIRST_DAY, ()))) is crossed


def test_a_permission_set_that_is_assigned_is_named() -> None:
    """Deleting a permission set crosses the limit while an assignment of it is left, and not for assignments of others."""
    doomed, other = PermissionSet(name="Developer"), PermissionSet(name="ReadOnly")
    left = Address("AWS::SSO::Assignment", "developers | Developer | dev")
    plan = Plan((deletion(doomed), deletion(other)), unmanaged=(left,))
    crossed = [
        sentence for name, sentence in violations(plan, limits_of(FIRST_DAY, ())) if name == "assigned-permission-set"
    ]
    assert crossed == [f"{doomed.address} would be deleted while it is assigned: {left.name}"]


def test_a_region_that_was_left_is_named() -> None:
    """A stack set that leaves a region which is neither governed nor named as left crosses the limit; one that is named does not."""
    before = StackSet(name="keys", template={}, targets=dict.fromkeys(("eu-west-1", "us-east-1"), (ROOT_ADDRESS,)))
    leaving = Plan((retargeting(before, replace(before, targets={"eu-west-1": (ROOT_ADDRESS,)})),))
    crossed = [sentence for name, sentence in violations(leaving, limits_of(FIRST_DAY, ())) if name == "left-region"]
    assert [sentence[:36] for sentence in crossed] == ["us-east-1 is governed no longer, and"]
    limits = limits_of(replace(FIRST_DAY, left_regions=("us-east-1",)), ())
    assert "left-region" not in dict(violations(leaving, limits))
