"""The order of a plan: what is needed before what needs it, what denies less before what it denied, removals behind what lets go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine import run
from guardrails.engine.denying import Denying
from guardrails.engine.observe import Observation
from guardrails.engine.order import dependencies
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

    def denies_beyond(self, others: Collection[Denying]) -> bool:
        return not self.denies <= frozenset().union(*(other.denies for other in others if isinstance(other, Fence)))

    def takes_over(self, gone: Denying, kept: Denying | None) -> bool:
        left = kept.denies if isinstance(kept, Fence) else frozenset()
        return isinstance(gone, Fence) and not self.denies.isdisjoint(gone.denies - left)


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


def moved(before: Mapping[str, str], after: Mapping[str, str], *failing: str) -> tuple[list[str], list[str]]:
    """Change what fences deny, by name, beside a thing that changes: the order, and what is not done as some fail."""
    fences = {
        side: [Fence(name=name, denies=frozenset(words)) for name, words in denied.items()]
        for side, denied in (("before", before), ("after", after))
    }
    seen = [Live(each, {"id": each.name}, managed=True) for each in (*fences["before"], Thing(name="thing", value=1))]
    observation = Observation({each.resource.address: each for each in seen})
    types = {THING: Things(failing=frozenset(failing)), Fence.TYPE: Fences(failing=frozenset(failing))}
    plan = diff(types, [*fences["after"], Thing(name="thing", value=2)], observation, Directory())
    outcomes = run.apply(types, plan, Nowhere(), Directory())
    return actions(plan), sorted(each.change.address.name for each in outcomes if each.result.value == "skipped")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"one": "ab", "two": "c"}, {"one": "a", "two": "bc"}, ["~two", "~thing", "~one"]),
        ({"one": "c", "two": "ab"}, {"one": "bc", "two": "a"}, ["~one", "~thing", "~two"]),
        ({"one": "ab"}, {"one": "a", "two": "b"}, ["+two", "~thing", "~one"]),
        ({"one": "abx", "two": "c"}, {"one": "a", "two": "bc"}, ["~two", "~one", "~thing"]),
        ({"one": "ab", "two": "c"}, {"one": "a", "two": "bcx"}, ["~thing", "~two", "~one"]),
        ({"one": "a", "two": "b"}, {"one": "b", "two": "a"}, ["~two", "~thing", "~one"]),
        ({"one": "a"}, {}, ["-one", "~thing"]),
        ({"one": "a"}, {"two": "a"}, ["+two", "~thing", "-one"]),
    ],
)
def test_what_moves_between_those_who_deny_is_denied_all_the_time(
    before: dict[str, str], after: dict[str, str], expected: list[str]
) -> None:
    """Who stops to deny something waits for whoever denies it instead; what nobody denies any longer is let go of first, what nobody
    denied is bound last; and when what else changes fails, that stops none of it."""
    assert moved(before, after, "thing") == (expected, [])


def test_nothing_is_let_go_of_where_nobody_took_over() -> None:
    """Where the fence fails that is to deny something from now on, the one that denied it goes on."""
    assert moved({"one": "ab", "two": "c"}, {"one": "a", "two": "bc"}, "two")[1] == ["one"]


@pytest.mark.parametrize(("stands", "first"), [(True, "~fence"), (False, "+fence")])
def test_what_comes_under_a_fence_comes_after_it(stands: bool, first: str) -> None:
    """A fence that is put around a place, a new one or one that stood elsewhere, is there before something moves there."""
    fence = Fence(name="fence", denies=frozenset("a"))
    around = replace(fence, denies=frozenset("ab"), depends_on=frozenset({address("place")}))
    seen = (needing("mover", value=1), needing("place", value=1), *([fence] if stands else []))
    observation = Observation({each.address: Live(each, {"id": each.name}, managed=True) for each in seen})
    types: Mapping[str, ResourceType[Any]] = {THING: Things(), Fence.TYPE: Fences()}
    desired = [needing("mover", "place", value=1), needing("place", value=1), around]
    plan = diff(types, desired, observation, Directory())
    assert actions(plan) == [first, "~mover"]
    assert dependencies({change.address: change for change in plan.changes})[address("mover")] == {around.address}


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
