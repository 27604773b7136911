"""The order of a plan: what is needed before what needs it, what denies less before what it denied, removals behind what lets go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine import run
from guardrails.engine.observe import Observation
from guardrails.engine.plan import Plan, diff
from guardrails.engine.resource import Directory, Live, Resource, ResourceType
from guardrails.errors import ConfigError
from tests.engine.fakes import THING, Nowhere, Thing, Things, actions, address, live, needing, planned


def test_a_circle_is_an_error() -> None:
    """Resources that need each other are refused, and the circle is told."""
    with pytest.raises(ConfigError, match=r"in a circle: Test::Thing \w -> Test::Thing \w -> Test::Thing \w"):
        planned([needing("a", "b"), needing("b", "a")], [])


@given(st.permutations("abcdef"), st.data())
def test_the_order_keeps_what_waits_behind(names: list[str], data: st.DataObject) -> None:
    """In any graph, creations stand behind what they need, and removals behind what needed them; the input's order means nothing."""
    needs = {name: data.draw(st.sets(st.sampled_from(names[:at]))) if at else set() for at, name in enumerate(names)}
    things = [needing(name, *sorted(needs[name])) for name in sorted(names)]
    made = [change.address.name for change in planned(things, []).changes]
    gone = [change.address.name for change in planned([], [live(thing) for thing in things]).changes]
    for name, needed in needs.items():
        assert all(made.index(other) < made.index(name) for other in needed)
        assert all(gone.index(other) > gone.index(name) for other in needed)
    assert [c.address.name for c in planned(list(reversed(things)), []).changes] == made


def test_a_removal_waits_for_whoever_lets_go() -> None:
    """An object is deleted after the update by which another one stops needing it."""
    plan = planned([needing("z")], [live(needing("z", "a")), live(needing("a"))])
    assert actions(plan) == ["~z", "-a"]


@dataclass(frozen=True, kw_only=True)
class Fence(Thing):
    """What denies some words to all others."""

    TYPE = "Test::Fence"

    denies: frozenset[str] = frozenset()

    def denies_beyond(self, other: Resource) -> bool:
        return isinstance(other, Fence) and bool(self.denies - other.denies)


class Fences(Things):
    resource = Fence


def fenced(before: str, after: str, desired: Collection[Thing], seen: Collection[Thing], *needs: str) -> Plan:
    """A plan that changes what a fence denies, beside things that change."""
    fence = Fence(name="fence", denies=frozenset(after), depends_on=frozenset(map(address, needs)))
    observation = Observation(
        {
            each.address: Live(each, {"id": each.name}, managed=True)
            for each in (*seen, replace(fence, denies=frozenset(before)))
        }
    )
    types: Mapping[str, ResourceType[Any]] = {THING: Things(), Fence.TYPE: Fences()}
    return diff(types, [*desired, fence], observation, Directory())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ab", "a", ["+needed", "~fence", "+new", "-old", "~other"]),
        ("ab", "ac", ["+needed", "~fence", "+new", "-old", "~other"]),
        ("a", "ab", ["+needed", "+new", "-old", "~other", "~fence"]),
    ],
)
def test_what_denies_less_comes_first_and_what_denies_more_last(before: str, after: str, expected: list[str]) -> None:
    """An update that denies less stands before all it does not wait for; one that only denies more behind what changes or goes."""
    desired = [Thing(name="needed"), Thing(name="new"), Thing(name="other", value=2)]
    plan = fenced(before, after, desired, [Thing(name="other", value=1), Thing(name="old")], "needed")
    assert actions(plan) == expected


@pytest.mark.parametrize(("after", "failing"), [("a", "fence"), ("abc", "other")])
def test_what_only_goes_first_is_tried_and_stops_nothing(after: str, failing: str) -> None:
    """When a policy that denies less fails the others are made all the same, and when another fails so is a policy that denies more."""
    plan = fenced("ab", after, [Thing(name="other", value=2)], [Thing(name="other", value=1)])
    broken = frozenset({failing})
    types: Mapping[str, ResourceType[Any]] = {THING: Things(failing=broken), Fence.TYPE: Fences(failing=broken)}
    outcomes = {o.change.address.name: o.result.value for o in run.apply(types, plan, Nowhere(), Directory())}
    assert outcomes == {"fence": "done", "other": "done"} | {failing: "failed"}


@given(st.permutations("abcdef"), st.data())
def test_letting_go_and_binding_make_no_circle(names: list[str], data: st.DataObject) -> None:
    """In any graph, with fences anywhere in it that deny less or more, there is an order, and it keeps what waits behind."""
    needs = {name: data.draw(st.sets(st.sampled_from(names[:at]))) if at else set() for at, name in enumerate(names)}
    kinds = {name: data.draw(st.sampled_from(["thing", "less", "more", "both"])) for name in names}
    denied = {"less": ("xy", "x"), "more": ("x", "xy"), "both": ("x", "y")}

    def made(name: str, side: int) -> Resource:
        needed = frozenset(
            address(each) if kinds[each] == "thing" else Fence(name=each).address for each in needs[name]
        )
        if kinds[name] == "thing":
            return Thing(name=name, value=side, depends_on=needed)
        return Fence(name=name, denies=frozenset(denied[kinds[name]][side]), depends_on=needed)

    seen = [made(name, 0) for name in names if kinds[name] != "thing" or data.draw(st.booleans())]
    observation = Observation({each.address: Live(each, {"id": each.name}, managed=True) for each in seen})
    types: Mapping[str, ResourceType[Any]] = {THING: Things(), Fence.TYPE: Fences()}
    order = [
        change.address.name
        for change in diff(types, [made(name, 1) for name in names], observation, Directory()).changes
    ]
    assert sorted(order) == sorted(names)
    assert all(order.index(other) < order.index(name) for name in names for other in needs[name])
