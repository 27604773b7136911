"""Limits that a plan may not cross unaccepted, and plans that must not be applied at all."""

from collections.abc import Iterator

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import Difference
from guardrails.engine.plan import Plan
from guardrails.engine.resource import BlindSpot
from guardrails.engine.safety import GENERIC_LIMITS, MOST_DELETIONS, check, impossible, violations
from guardrails.errors import ConfigError, IncompletePlan, PlanError, UnsafePlan
from tests.engine.fakes import address, live, needing


def deleting(count: int) -> Plan:
    things = [needing(f"thing-{number}") for number in range(count)]
    return Plan(tuple(Change(Action.DELETE, thing.address, live(thing), None, ()) for thing in things))


def changing(name: str) -> Plan:
    before, after = needing("a"), needing("a")
    return Plan((Change(Action.UPDATE, address("a"), live(before), after, (Difference(name, "x", "y"),)),))


@pytest.mark.parametrize(("count", "crossed"), [(0, False), (MOST_DELETIONS, False), (MOST_DELETIONS + 1, True)])
def test_many_deletions_need_consent(count: int, crossed: bool) -> None:
    """Up to five deletions pass; the sixth crosses the limit, which names the first five and counts the others."""
    found = violations(deleting(count), GENERIC_LIMITS)
    assert bool(found) is crossed
    if crossed:
        assert found[0][0] == "deletions"
        assert "6 objects would be deleted" in found[0][1]
        assert found[0][1].endswith("Test::Thing thing-4 and 1 more")


def test_what_crosses_is_refused_unless_accepted() -> None:
    """An unaccepted limit raises with exit code 6 and says how to accept it; accepted by name it passes."""
    with pytest.raises(UnsafePlan, match="--accept deletions") as raised:
        check(deleting(6), GENERIC_LIMITS)
    assert raised.value.exit_code == 6
    check(deleting(6), GENERIC_LIMITS, ["deletions"])


def test_every_limit_speaks() -> None:
    """All limits that are crossed are told at once; accepting one leaves the other."""

    def worried(plan: Plan) -> Iterator[str]:
        yield "I do not like it"

    limits = {**GENERIC_LIMITS, "worry": worried}
    with pytest.raises(UnsafePlan) as raised:
        check(deleting(6), limits)
    assert [limit for limit, _ in raised.value.violations] == ["deletions", "worry"]
    assert [limit for limit, _ in violations(deleting(6), limits, ["deletions"])] == ["worry"]


def test_accepting_what_is_no_limit_is_an_error() -> None:
    """An unknown --accept is refused, with the limits that there are."""
    with pytest.raises(ConfigError, match=r"--accept everything: there is no such limit \(the limits are deletions\)"):
        violations(Plan(()), GENERIC_LIMITS, ["everything"])


def test_an_incomplete_plan_is_refused() -> None:
    """A plan with a blind spot is refused whatever is accepted, with what was not seen and how to see it."""
    plan = Plan((), (BlindSpot("Test::Thing", "", "", "denied", "let me look"),))
    with pytest.raises(IncompletePlan, match=r"Test::Thing: denied \(let me look\)"):
        check(plan, GENERIC_LIMITS, ["deletions"])


@pytest.mark.parametrize(
    ("name", "refused"), [("kind", True), ("kind.part", True), ("kind[0]", True), ("value", False)]
)
def test_what_aws_cannot_change_is_refused(name: str, refused: bool) -> None:
    """A change of an immutable property, at whatever depth, is refused; any other passes."""
    if not refused:
        check(changing(name), GENERIC_LIMITS)
        return
    with pytest.raises(PlanError, match="cannot be changed"):
        check(changing(name), GENERIC_LIMITS)


def test_what_is_impossible_can_be_told_before_it_is_refused() -> None:
    """A sentence for each such property names both values and what to do."""
    assert list(impossible(changing("kind"))) == [
        "Test::Thing a: kind cannot be changed (live x, declared y): declare what is live"
    ]
    assert list(impossible(changing("value"))) == []


def test_creating_and_deleting_is_never_impossible() -> None:
    """An immutable property stands in no way of creating or deleting its object."""
    thing = needing("a")
    creation = Change(Action.CREATE, thing.address, None, thing, (Difference("kind", None, "plain"),))
    check(Plan((creation, *deleting(1).changes)), GENERIC_LIMITS)
