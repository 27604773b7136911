"""Policies take each other's places: protection first, and within the slots of AWS, on the sandbox."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.order import dependencies
from guardrails.engine.run import Result
from guardrails.engine.safety import violations
from guardrails.limits import limits_of
from guardrails.policy_slots import successions
from guardrails.resources import ROOT_ADDRESS, policy_type_address
from guardrails.resources.policy import Policy, description_of, with_successors
from guardrails.resources.policy_type import PolicyType
from tests.organization_line import FIRST_DAY, Line, actions, differences, refuse

SCP = "SERVICE_CONTROL_POLICY"
ENABLED = PolicyType(name=SCP)


def denying(*numbers: int) -> dict[str, Any]:
    actions_ = [f"s3:Action{number}" for number in numbers]
    statement = {"Sid": "Deny", "Effect": "Deny", "Action": actions_, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def single(number: int) -> Policy:
    return Policy(
        name=f"deny-{number}",
        policy_type=SCP,
        content=denying(number),
        targets=(ROOT_ADDRESS,),
        depends_on=frozenset({policy_type_address(SCP)}),
    )


def holding(name: str, *numbers: int) -> Policy:
    """A policy into which others are packed."""
    held = tuple(f"deny-{number}" for number in numbers)
    return replace(single(0), name=name, content=denying(*numbers), description=description_of(held), sources=(held,))


def on_root(line: Line) -> set[str]:
    found = line.client().list_policies_for_target(TargetId=line.root_id, Filter=SCP)["Policies"]
    return {policy["Name"] for policy in found} - {"FullAWSAccess"}


def by_hand(line: Line, *names: str) -> None:
    """Somebody else attaches policies to the root."""
    client = line.client()
    for name in names:
        text = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*"}}'
        made = client.create_policy(Name=name, Type=SCP, Description="theirs", Content=text)
        client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=line.root_id)


def test_full_slots_are_packed_by_changing_what_is_there(line: Line) -> None:
    """Nine become two of ten, where no slot is left: two of the nine are changed into them, then the others go; nothing is attached."""
    nine, two = [single(n) for n in range(1, 10)], [holding("pack-1", 1, 2, 3, 10), holding("pack-2", *range(4, 10))]
    line.apply(ENABLED, *nine)
    plan = line.plan(ENABLED, *two)
    assert actions(plan) == [*(f"-deny-{n}" for n in (2, 3, 5, 6, 7, 8, 9)), "~pack-1", "~pack-2"]
    assert {"name", "description"} <= set(differences(plan))
    assert list(successions(plan)) == [
        "pack-1 takes the place of deny-1, as Root has no slot left for both",
        "pack-2 takes the place of deny-4, as Root has no slot left for both",
    ]
    limits = limits_of(FIRST_DAY, two)
    assert {limit for limit, _ in violations(plan, limits)} == {"deletions"}
    writes = line.apply(ENABLED, *two)
    assert writes == {"update_policy": 2, "detach_policy": 7, "delete_policy": 7}
    assert on_root(line) == {"pack-1", "pack-2"}


def test_and_unpacked_again(line: Line) -> None:
    """Eight single ones in the place of two that held them, where others have left one slot less than it takes."""
    two, eight = [holding("pack-1", 1, 2, 3), holding("pack-2", *range(4, 9))], [single(n) for n in range(1, 9)]
    line.apply(ENABLED, *two)
    by_hand(line, "theirs")
    plan = line.plan(ENABLED, *eight)
    assert [change for change in actions(plan) if change[0] != "+"] == ["~deny-1", "~deny-4"]
    assert violations(plan, limits_of(FIRST_DAY, eight)) == ()
    first, second = successions(plan)
    assert first == "deny-1 takes the place of pack-1, as Root has no slot left for both"
    assert second == "deny-4 takes the place of pack-2, as Root has no slot left for both"
    waits = dependencies({change.address: change for change in plan.changes})
    assert len(waits[single(1).address] & waits[single(4).address]) == 6
    line.apply(ENABLED, *eight)
    assert on_root(line) == {"theirs", *(f"deny-{n}" for n in range(1, 9))}


def test_with_slots_to_spare_the_old_go_once_the_new_stand(line: Line) -> None:
    """Each removal waits for the policies on the same target; when one of these fails, nothing is taken away."""
    line.apply(ENABLED, single(1), single(2))
    plan = line.plan(ENABLED, pack := holding("pack-1", 1, 2))
    assert actions(plan) == ["+pack-1", "-deny-1", "-deny-2"]
    assert violations(plan, limits_of(FIRST_DAY, [pack])) == ()
    waits = dependencies({change.address: change for change in plan.changes})
    assert waits[single(1).address] == waits[single(2).address] == {pack.address}
    refuse(line.connection, "AttachPolicy", "AccessDeniedException")
    assert {outcome.result for outcome in line.applied(plan)} == {Result.FAILED, Result.SKIPPED}
    assert on_root(line) == {"deny-1", "deny-2"}


def test_what_aws_would_refuse_is_refused_before(line: Line) -> None:
    """The policies of others take slots: too many, and the plan says how many, whose, and what to do."""
    line.apply(ENABLED)
    by_hand(line, "theirs-1", "theirs-2")
    eight = [single(n) for n in range(8)]
    ((limit, message),) = violations(line.plan(ENABLED, *eight), limits_of(FIRST_DAY, eight))
    assert limit == "policy-slots"
    assert message == (
        "10 policies of type SERVICE_CONTROL_POLICY would hang on Root, 2 of them by others (theirs-1, theirs-2), AWS takes 9 besides "
        "its own: take some off, or leave slots to others in organization.yaml (reserved_policy_slots: {scp: 2})"
    )


def test_a_moment_with_too_many_is_refused_too(line: Line) -> None:
    """Where the new would be attached before the old is detached, and nothing goes that could be changed into it."""
    workloads = replace(single(9), targets=(ROOT_ADDRESS,))
    nine = [*(single(n) for n in range(8)), workloads]
    line.apply(ENABLED, *nine)
    moved = [*nine[:8], replace(workloads, targets=()), single(10)]
    found = violations(line.plan(ENABLED, *moved), limits_of(FIRST_DAY, moved), ["protection"])
    assert [limit for limit, _ in found] == ["policy-slots"]
    assert "10 policies of type SERVICE_CONTROL_POLICY would hang on Root for a moment" in found[0][1]


def test_nothing_is_changed_into_another_without_need() -> None:
    """With room for both, what goes and what comes are two."""
    assert list(with_successors([single(1)], [])) == []


@pytest.mark.parametrize("held", [("a",), ("a", "b c")])
def test_what_a_live_policy_holds(held: tuple[str, ...]) -> None:
    """A live policy tells what it holds by its description; any other holds nothing and stands for itself."""
    live = replace(single(1), description=description_of(held))
    assert (live.holds, live.held) == (held, frozenset(held))
    assert (single(1).holds, single(1).held) == ((), frozenset({"deny-1"}))
