"""What lies in a blind spot, and what is named after it, is neither made nor taken away; what merely stands beside it is."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pytest

from guardrails.engine.observe import Observation, observe
from guardrails.engine.plan import Plan, diff
from guardrails.engine.port import Reader
from guardrails.engine.resource import BlindSpot, Directory, Live, Ref, Resource, ResourceType
from guardrails.engine.unseen import is_nameless, unseen_in
from tests.engine.fakes import THING, ClosedThings, Nowhere, Switch, Switches, Thing, Things, address, live

SWITCH = Switch(name="s").address
SPOT = BlindSpot("Test::Switch", "", "", "denied")


class NamedThings(Things):
    """Things that are called after switches, and are ours by declaration."""

    after = frozenset({"Test::Switch"})
    tagged = False


def thing(name: str, **more: Any) -> Thing:
    return Thing(name=name, **more)


def planned(kind: Things, desired: Collection[Resource], seen: Collection[Live[Any]] = ()) -> Plan:
    types: dict[str, ResourceType[Any]] = {THING: kind, "Test::Switch": Switches()}
    observation = Observation({item.resource.address: item for item in seen}, (SPOT,))
    return diff(types, desired, observation, Directory(), exclusive=[THING])


@pytest.mark.parametrize(("kind", "made"), [(Things(), ["a"]), (NamedThings(), [])])
def test_what_is_named_after_the_unseen_is_not_made(kind: Things, made: list[str]) -> None:
    """What is absent is made although it needs something unseen, unless that is what it would be recognized by."""
    plan = planned(kind, [thing("a", needs=(SWITCH,))])
    assert [change.address.name for change in plan.changes] == made


@pytest.mark.parametrize(("needs", "gone"), [((), ["a"]), ((SWITCH,), [])])
def test_what_is_named_after_the_unseen_is_not_taken_away(needs: Any, gone: list[str]) -> None:
    """What seems undeclared goes, unless it may only bear another name than the declared one because something was not seen."""
    plan = planned(NamedThings(), [], [live(thing("a", needs=needs))])
    assert [change.address.name for change in plan.changes] == gone


def test_properties_that_name_the_unseen_do_not_differ() -> None:
    """Of two properties that differ, the one that names what was not seen, directly or by a late value, is left out."""
    want = thing("a", value=f"{Ref(SWITCH)}", kind="other")
    plan = planned(Things(), [want], [live(thing("a", value="42"))])
    assert [difference.property for change in plan.changes for difference in change.differences] == ["kind"]


def test_what_hangs_on_the_nameless_is_not_said_either() -> None:
    """A late value of an object that was not found, because its name was not known, is no difference."""
    desired = [thing("a", needs=(SWITCH,)), thing("b", value=f"{Ref(address('a'))}")]
    assert planned(NamedThings(), desired, [live(thing("b", value="42"))]).changes == ()


def test_a_place_is_unseen_and_its_neighbour_is_not() -> None:
    """Of a type that is looked at place by place only the place that was denied is unseen."""

    class Placed(Things):
        per_place = True

    spot = BlindSpot(THING, "prod", "eu-west-1", "denied")
    unseen = unseen_in({THING: Placed()}, {}, Observation({}, (spot,)))
    here, there = (thing("a", account="prod", region=region) for region in ("eu-west-1", "eu-central-1"))
    assert (unseen(here.address), unseen(there.address)) == (True, False)
    assert not is_nameless(Placed(), here, unseen)


def test_the_place_that_was_looked_at_is_unseen() -> None:
    """A role that cannot be assumed is refused where roles are assumed; what is unseen is the place that was to be looked at."""

    class Elsewhere(ClosedThings):
        per_place = True

        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            yield from super().observe(aws.at(region="us-east-1"), wanted, names)

    wanted = thing("a", account="prod", region="eu-west-1")
    seen = observe({THING: Elsewhere()}, Nowhere(), [wanted], Directory())
    assert [(spot.account, spot.region) for spot in seen.blind] == [("prod", "eu-west-1")]
    assert diff({THING: Elsewhere()}, [wanted], seen, Directory()).changes == ()
