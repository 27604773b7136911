"""Everything is looked at once, in the order in which names are needed; what is denied is a blind spot."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.change import Action
from guardrails.engine.difference import Difference
from guardrails.engine.observe import Observation, look_deeper, observe
from guardrails.engine.plan import diff
from guardrails.engine.port import Reader
from guardrails.engine.resource import BlindSpot, DeepType, Directory, Live, ResourceType
from guardrails.errors import AccountAbsent, AwsAccessDenied, AwsError, RegionDisabled
from tests.engine.fakes import THING, ClosedThings, Nowhere, Switch, Switches, Thing, Things, address, live, needing


class PlacedThings(Things):
    """Things that are looked at place by place; the absent account is not there yet, the closed one refuses."""

    per_place = True

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[tuple[str, str, list[str]]] = []

    def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
        with self._lock:
            self.looks.append((aws.account, aws.region, [thing.name for thing in wanted]))
        if aws.account == "absent":
            raise AccountAbsent("sts:assume_role", "AccountAbsent", "not yet", account=aws.account)
        if aws.account == "closed":
            yield from ClosedThings().observe(aws, wanted, names)
        yield live(Thing(name="found", account=aws.account, region=aws.region))


def observed(kind: ResourceType[Any], *desired: Thing, **more: Any) -> Observation:
    return observe({kind.name: kind}, Nowhere(), desired, more.pop("names", Directory()), **more)


def test_what_is_seen_is_known_by_address_and_id() -> None:
    """Live objects come by address, and the directory learns their ids."""
    names = Directory()
    found = observed(Things([live(needing("a"))]), names=names)
    assert list(found.live) == [address("a")]
    assert names.id(address("a")) == "id-of-a"
    assert found.blind == ()


def test_a_denial_is_a_blind_spot() -> None:
    """Access denied makes the whole type one blind spot, told with the permission that is missing; what was seen before does not count."""
    found = observed(ClosedThings([live(needing("a"))]))
    assert found.live == {}
    (spot,) = found.blind
    assert (spot.type, spot.account, spot.region) == (THING, "", "")
    assert spot.remedy == "let the caller perform test:list_things"
    assert "AccessDenied" in spot.reason


def test_a_part_may_be_hidden() -> None:
    """A type may see some objects and say what it could not see."""

    class HalfSeen(Things):
        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            yield live(needing("a"))
            yield BlindSpot(THING, "prod", "", "the rest is denied")

    found = observed(HalfSeen())
    assert (list(found.live), len(found.blind)) == ([address("a")], 1)


def test_places() -> None:
    """A per-place type is looked at where something is wanted and where ours may stand; an absent account is empty, a closed one blind."""
    kind = PlacedThings()
    wanted = [Thing(name="w", account=account, region="eu-west-1") for account in ("absent", "closed", "prod")]
    found = observed(kind, *wanted, places=[("", "eu-central-1"), ("prod", "eu-west-1")])
    assert sorted(kind.looks) == [
        ("", "eu-central-1", []),
        ("absent", "eu-west-1", ["w"]),
        ("closed", "eu-west-1", ["w"]),
        ("prod", "eu-west-1", ["w"]),
    ]
    assert sorted((where.account, where.region) for where in found.live) == [
        ("", "eu-central-1"),
        ("prod", "eu-west-1"),
    ]
    assert [(spot.account, spot.region) for spot in found.blind] == [("closed", "eu-west-1")]


def test_a_region_that_is_not_enabled_is_empty() -> None:
    """What is seen place by place is empty in a region that its account has not enabled; for what is seen at once it is an error."""

    class Unreachable(Things):
        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            raise RegionDisabled("test:list_things", "AuthFailure", "who?", region="eu-south-1")
            yield

    class UnreachablePlaces(Unreachable):
        per_place = True

    seen = observed(UnreachablePlaces(), places=[("", "eu-south-1")])
    assert (seen.live, seen.blind) == ({}, ())
    with pytest.raises(RegionDisabled):
        observed(Unreachable())


def test_a_per_place_type_without_a_place_is_not_looked_at() -> None:
    """With nothing wanted and no place given, a per-place type makes no call, and observation ends."""
    kind = PlacedThings()
    assert observed(kind).live == {}
    assert kind.looks == []


def test_names_come_first() -> None:
    """A type that needs another's names is observed after that one, and finds them in the directory."""
    seen: list[str | None] = []

    class After(Switches):
        after = frozenset({THING, "Test::NotThere"})

        def observe(
            self, aws: Reader, wanted: Sequence[Switch], names: Directory
        ) -> Iterator[Live[Switch] | BlindSpot]:
            seen.append(names.get(address("a")))
            yield from ()

    reported: list[str] = []
    types: dict[str, ResourceType[Any]] = {"Test::Switch": After(), THING: Things([live(needing("a"))])}
    observe(types, Nowhere(), [], Directory(), progress=reported.append)
    assert seen == ["id-of-a"]
    assert reported == [THING, "Test::Switch"]


def test_independent_types_are_looked_at_side_by_side() -> None:
    """Two types that do not need each other are under way at the same time."""
    meeting = threading.Barrier(2, timeout=10)

    class Meeting(Things):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.called = name

        @property
        def name(self) -> str:
            return self.called

        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            meeting.wait()
            yield from ()

    observe({name: Meeting(name) for name in "ab"}, Nowhere(), [], Directory())
    assert not meeting.broken


def test_another_error_is_no_blind_spot() -> None:
    """What is neither denied nor absent (a throttled, failing service) ends the observation with its error."""

    class Failing(Things):
        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            raise AwsError("test:list_things", "ServiceUnavailable", "later")
            yield

    with pytest.raises(AwsError, match="ServiceUnavailable"):
        observed(Failing())


def test_wanted_resources_go_to_their_own_type() -> None:
    """A type is told only of what is wanted of it."""
    told: list[str] = []

    class Listening(Things):
        def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
            told.extend(thing.name for thing in wanted)
            yield from ()

    desired = [needing("a"), Switch(name="s"), replace(needing("b"), value=1)]
    observe({THING: Listening(), "Test::Switch": Switches()}, Nowhere(), desired, Directory())
    assert told == ["a", "b"]


class DeepThings(Things, DeepType[Thing]):
    """Things with something beneath: b's colour is not as declared, c's cannot be told, of d nobody may know."""

    def look_deeper(self, aws: Reader, live: Live[Thing], names: Directory) -> Iterator[Difference | BlindSpot]:
        name = live.resource.name
        if name == "d":
            raise AwsAccessDenied("test:detect", "AccessDenied", "no", account=aws.account, region=aws.region)
        if name == "b":
            yield Difference("Paint.Colour", "red", "white")
            yield Difference("Lamp.On", False, True)
        if name == "c":
            yield BlindSpot("Test::Thing c", "", "", "cannot be told")


def deeper(*names: str, wanted: str = "abcd") -> tuple[Things, Observation]:
    things = DeepThings([live(needing(name)) for name in names])
    types: dict[str, ResourceType[Any]] = {THING: things, "Test::Switch": Switches()}
    desired = [needing(name) for name in wanted] + [Switch(name="s")]
    directory = Directory()
    return things, look_deeper(types, Nowhere(), desired, observe(types, Nowhere(), desired, directory), directory)


def test_a_deeper_look_finds_what_differs_beneath() -> None:
    """What differs beneath a desired object is one of its changes, sorted; objects that are not there have no depth."""
    things, seen = deeper("a", "b", wanted="abx")
    assert seen.live[address("a")].drift == ()
    drift = (Difference("Lamp.On", False, True), Difference("Paint.Colour", "red", "white"))
    assert seen.live[address("b")].drift == drift
    plan = diff({THING: things}, [needing("a"), needing("b")], seen, Directory())
    assert [(c.action, c.address.name, c.differences) for c in plan.changes] == [(Action.UPDATE, "b", drift)]
    assert (seen.deep, plan.deep) == (True, True)


def test_only_what_is_desired_is_looked_into() -> None:
    """Strangers' objects are not looked into, however drifted they are."""
    assert deeper("a", "b", wanted="a")[1].live[address("b")].drift == ()


def test_depth_that_cannot_be_judged_is_a_blind_spot_of_one_object() -> None:
    """The plan is incomplete then, with the reason and a remedy; what is known of that object and of the others is still told."""
    things, seen = deeper("b", "c", "d")
    assert [(spot.type, spot.remedy) for spot in seen.blind] == [
        ("Test::Thing c", ""),
        ("Test::Thing d", "let the caller perform test:detect"),
    ]
    plan = diff({THING: things}, [needing("b"), needing("c", value=7), needing("d")], seen, Directory())
    assert not plan.complete
    assert [change.address.name for change in plan.changes] == ["b", "c"]
