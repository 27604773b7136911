"""The limits see through packed policies: what is still said is not lost, and what is lost has its declared name."""

from dataclasses import replace

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Live, Ref
from guardrails.engine.safety import violations
from guardrails.limits import limits_of
from guardrails.organization_facts import trusted_principals
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.account import Account
from guardrails.resources.policy import Policy, description_of
from tests.organization_line import FIRST_DAY

WORKLOADS, SANDBOX = organizational_unit_address("Workloads"), organizational_unit_address("Sandbox")
TRUSTED = {"ArnNotLike": {"aws:PrincipalArn": trusted_principals(FIRST_DAY)}}
SPARING_SANDBOX = {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": [f"{Ref(SANDBOX, 'path')}*"]}}


def pack(name: str, *held: str, spared: tuple[str, ...] = ()) -> Policy:
    """A pack on Workloads, a statement for each policy that it holds; some of these spare Sandbox."""
    statements = [
        {
            "Sid": one.title(),
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": TRUSTED | (SPARING_SANDBOX if one in spared else {}),
        }
        for one in held
    ]
    return Policy(
        name=name,
        policy_type="SERVICE_CONTROL_POLICY",
        content={"Version": "2012-10-17", "Statement": statements},
        description=description_of(held),
        targets=(WORKLOADS,),
        sources=tuple((one,) for one in held),
    )


def live(policy: Policy) -> Policy:
    """The same as it is observed: what it holds is known by its description."""
    return replace(policy, sources=())


def crossed(desired: list[Policy], *changes: Change) -> list[str]:
    return [message for _, message in violations(Plan(changes), limits_of(FIRST_DAY, desired))]


def gone(policy: Policy) -> Change:
    return Change(Action.DELETE, policy.address, Live(live(policy), {"id": "1"}, managed=True), None, ())


@pytest.mark.parametrize(
    ("desired", "lost"),
    [
        ([pack("w-1", "x", "y")], []),
        ([replace(pack("root-1", "x", "y"), targets=(ROOT_ADDRESS,))], []),
        ([pack("x", "x"), replace(pack("y", "y"), sources=(), description="Y")], []),
        ([pack("w-1", "x")], ["AWS::Organizations::Policy w-2 would be deleted, and with it y"]),
        ([replace(pack("w-1", "x", "y"), targets=(SANDBOX,))], ["AWS::Organizations::Policy w-2 would be deleted, and with it x, y"]),
    ],
)  # fmt: skip
def test_a_pack_that_goes(desired: list[Policy], lost: list[str]) -> None:
    """It is lost where nothing on its target, or above it, says what it held: in another pack, or unpacked."""
    assert crossed(desired, gone(pack("w-2", "x", "y"))) == lost


def test_a_pack_that_changes() -> None:
    """What it no longer holds, and nothing else there does, is taken off."""
    before, after = pack("w-1", "x", "y", "z"), pack("w-1", "x")
    change = Change(Action.UPDATE, after.address, Live(live(before), {"id": "1"}, managed=True), after, ())
    assert crossed([after, pack("w-2", "y")], change) == [
        "z (in AWS::Organizations::Policy w-1) would be taken off Workloads"
    ]


def test_an_account_that_moves() -> None:
    """It leaves the declared policies that bind it no more, by their names; packs that hold the same are the same."""
    account = Account(name="shop", parent=WORKLOADS)
    moved = replace(account, parent=SANDBOX)
    change = Change(Action.UPDATE, moved.address, Live(account, {"id": "1"}, managed=True), moved, ())
    there = replace(pack("sandbox-1", "x"), targets=(SANDBOX,))
    assert crossed([pack("w-1", "x", "y"), there], change) == [
        "account shop moves from Workloads to Sandbox, and out of reach of y"
    ]
    root = replace(pack("root-1", "x", "y", spared=("y",)), targets=(ROOT_ADDRESS,))
    assert crossed([root], change) == ["account shop moves from Workloads to Sandbox, and out of reach of y"]
