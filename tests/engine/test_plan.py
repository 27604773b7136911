"""Desired against observed: which action follows, in which order, and what a reviewer's digest covers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine.change import Action
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.plan import compare, plain
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Ref
from guardrails.errors import ConfigError
from tests.engine.fakes import THING, Switch, Thing, Things, actions, address, live, needing, planned

TEXT = st.text("abc", max_size=3)
VALUES = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)
THINGS = st.dictionaries(TEXT, VALUES, max_size=5).map(
    lambda values: [Thing(name=name, value=value) for name, value in values.items()]
)


class ReleasedThings(Things):
    removal = "release"


class UntaggedThings(Things):
    tagged = False


@given(THINGS)
def test_what_is_as_declared_needs_nothing(things: list[Thing]) -> None:
    """Desired resources that are observed as they are desired make an empty plan."""
    plan = planned(things, [live(thing) for thing in things])
    assert (plan.changes, plan.unmanaged, plan.complete) == ((), (), True)


@given(THINGS, THINGS)
def test_a_plan_that_is_made_is_empty_the_next_time(desired: list[Thing], there: list[Thing]) -> None:
    """When every change of a plan is made, the next plan of the same declaration is empty."""
    after = {thing.name: live(thing) for thing in there}
    for change in planned(desired, list(after.values())).changes:
        if change.after is None:
            del after[change.address.name]
        elif isinstance(change.after, Thing):
            before = after.get(change.address.name)
            kept = before.resource.value if before and change.after.value is None else change.after.value
            after[change.address.name] = live(replace(change.after, value=kept))
    assert planned(desired, list(after.values())).changes == ()


@pytest.mark.parametrize(
    ("desired", "seen", "expected"),
    [
        ([needing("a")], [], ["+a"]),
        ([needing("a", value=2)], [live(needing("a", value=1))], ["~a"]),
        ([needing("a", value=1)], [live(needing("a", value=1), managed=False)], ["=a"]),
        ([needing("a", value=2)], [live(needing("a", value=1), managed=False)], ["=a"]),
        ([], [live(needing("a"))], ["-a"]),
        ([], [live(needing("a"), managed=False)], []),
        ([needing("a")], [live(needing("a", value="whatever is live"))], []),
        ([Switch(name="s")], [Live(Switch(name="s", state="off"), {"id": "s"})], ["~s"]),
        ([Switch(name="s")], [Live(Switch(name="s"), {"id": "s"})], []),
        ([], [Live(Switch(name="s"), {"id": "s"}, managed=True)], []),
    ],
)
def test_actions(desired: list[Any], seen: list[Live[Any]], expected: list[str]) -> None:
    """Absent: create; different: update; equal but not ours: adopt; ours and undeclared: delete; a setting is never deleted."""
    assert actions(planned(desired, seen)) == expected


def test_strangers_are_reported_and_left_alone() -> None:
    """What is live, not declared and not ours to delete is unmanaged, never a change; settings too."""
    seen: list[Live[Any]] = [
        live(needing("b"), managed=False),
        live(needing("a"), managed=False),
        Live(Switch(name="s"), {"id": "s"}),
    ]
    plan = planned([], seen)
    assert plan.changes == ()
    assert sorted(found.name for found in plan.unmanaged) == ["a", "b", "s"]


def test_a_type_may_release_instead() -> None:
    """Where removal is "release", what is ours and undeclared is released."""
    assert actions(planned([], [live(needing("a"))], things=ReleasedThings)) == ["»a"]


@pytest.mark.parametrize(("exclusive", "expected"), [((), []), ((THING,), ["-a"])])
def test_untagged_objects_go_only_when_exclusive(exclusive: tuple[str, ...], expected: list[str]) -> None:
    """An untagged object that is undeclared is reported; it is deleted only when its kind is exclusive."""
    plan = planned([], [live(needing("a"), managed=False)], things=UntaggedThings, exclusive=exclusive)
    assert actions(plan) == expected
    assert [found.name for found in plan.unmanaged] == ([] if expected else ["a"])


def test_an_untagged_object_is_never_adopted() -> None:
    """An untagged live object that equals the declaration is ours by declaration: nothing to do."""
    thing = needing("a", value=1)
    assert planned([thing], [live(thing, managed=False)], things=UntaggedThings).changes == ()


def test_the_unseen_is_not_planned() -> None:
    """A type that could not be seen plans no creation, and makes the plan incomplete."""
    plan = planned([needing("a"), Switch(name="s")], [], blind=(BlindSpot(THING, "", "", "denied"),))
    assert actions(plan) == ["+s"]
    assert not plan.complete


def test_a_late_value_that_is_known_is_compared() -> None:
    """A reference whose value is known is the value: it differs from nothing that holds it."""
    names = Directory()
    names.learn(address("b"), {"id": "42"})
    wanted = Thing(name="a", value=f"arn:{Ref(address('b'))}")
    seen = [live(Thing(name="a", value="arn:42")), live(needing("b"))]
    assert planned([wanted, needing("b")], seen, names=names).changes == ()


def test_a_reference_to_nothing_is_an_error() -> None:
    """Depending on what is neither declared nor live is refused, unless its type could not be seen."""
    stranger = Address("Test::Switch", "missing")
    wanted = Thing(name="a", needs=(stranger,))
    with pytest.raises(ConfigError, match="Test::Thing a depends on Test::Switch missing, which is neither declared"):
        planned([wanted], [])
    assert actions(planned([wanted], [], blind=(BlindSpot("Test::Switch", "", "", "denied"),))) == ["+a"]


A, B = {"Sid": "A", "x": 1}, {"Sid": "B", "x": 1}


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        (1, 2, [Difference("p", 1, 2)]),
        ({"x": 1, "y": 1}, {"x": 1, "y": 2}, [Difference("p.y", 1, 2)]),
        ({"x": 1}, {"y": 2}, [Difference("p.x", 1, ABSENT), Difference("p.y", ABSENT, 2)]),
        ([A, B], [A, {**B, "x": 2}], [Difference("p[B].x", 1, 2)]),
        ([A], [A, B], [Difference("p[B]", ABSENT, B)]),
        ([A, B], [B], [Difference("p[A]", A, ABSENT)]),
        ([A, B], [B, A], [Difference("p (order)", ["A", "B"], ["B", "A"])]),
        ([1, 2], [2, 1], [Difference("p", [1, 2], [2, 1])]),
        ([1], (1,), []),
        ((address("a"),), (address("b"),), [Difference("p", (address("a"),), (address("b"),))]),
    ],
)
def test_differences_are_as_deep_as_both_sides_agree(there: Any, wanted: Any, expected: list[Difference]) -> None:
    """A difference names the deepest path at which both sides still have one shape; list items go by what names them."""
    assert list(compare("p", there, wanted)) == expected


@given(VALUES, VALUES)
def test_values_differ_or_are_the_same(left: Any, right: Any) -> None:
    """There is a difference exactly when the values are not equal."""
    assert bool(list(compare("p", left, right))) == (plain(left) != plain(right))


@given(VALUES, VALUES)
def test_the_digest_ties_review_to_what_was_seen(first: Any, second: Any) -> None:
    """Equal observations give equal digests; another observed value of a property that differs gives another digest."""
    digests = [
        planned([needing("a", value="x" * 9)], [live(needing("a", value=seen))]).digest for seen in (first, second)
    ]
    assert (digests[0] == digests[1]) == (first == second)


def test_the_digest_covers_ids_and_blind_spots() -> None:
    """Another object behind the same address, or a part that was not seen, changes the digest."""
    thing = live(needing("a"))
    other = replace(thing, attributes={"id": "another"})
    blind = (BlindSpot("Test::Switch", "", "", "denied"),)
    digests = {planned([], [thing]).digest, planned([], [other]).digest, planned([], [thing], blind=blind).digest}
    assert len(digests) == 3


def test_the_digest_covers_whose_plan_it_is() -> None:
    """The same changes to another organization have another digest: a reviewed plan never applies elsewhere."""
    plan = planned([needing("a")], [])
    assert plan.digest != replace(plan, subject="o-another000").digest


def test_counting_and_caveats() -> None:
    """A plan counts its changes by action and carries what the reviewer should know."""
    plan = planned([needing("a"), needing("b")], [live(needing("c"))], caveats=["new accounts need a run"])
    assert {action: plan.count(action) for action in Action if plan.count(action)} == {
        Action.CREATE: 2,
        Action.DELETE: 1,
    }
    assert plan.caveats == ("new accounts need a run",)


def test_plain_values() -> None:
    """Addresses become text, sets sorted lists, the absent null."""
    value = {"a": address("x"), "s": frozenset({"b", "a"}), "n": ABSENT, "t": (1,)}
    assert plain(value) == {"a": "Test::Thing x", "s": ["a", "b"], "n": None, "t": [1]}
    assert repr(ABSENT) == "absent"
