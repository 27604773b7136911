"""A plan is made in dependency order, side by side; a failure stops what depends on it and nothing else."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.engine import run
from guardrails.engine.change import Change
from guardrails.engine.observe import Observation
from guardrails.engine.plan import Plan, diff
from guardrails.engine.port import Writer
from guardrails.engine.resource import Directory, Live, Ref
from guardrails.engine.run import Outcome, Result
from tests.engine.fakes import THING, Nowhere, Thing, Things, address, live, needing


def planned(kind: Things, desired: Iterable[Thing]) -> Plan:
    seen = {item.resource.address: item for item in kind.live.values()}
    return diff({THING: kind}, list(desired), Observation(seen), Directory())


def applied(kind: Things, desired: Iterable[Thing], **more: Any) -> list[Outcome]:
    return list(run.apply({THING: kind}, planned(kind, desired), Nowhere(), more.pop("names", Directory()), **more))


def results(outcomes: Iterable[Outcome]) -> dict[str, str]:
    return {outcome.change.address.name: outcome.result.value for outcome in outcomes}


def behind(needs: Mapping[str, set[str]], broken: set[str]) -> set[str]:
    """Everything that needs something broken, however far away; `needs` stands in order."""
    found: set[str] = set()
    for name, needed in needs.items():
        if needed & (found | broken):
            found.add(name)
    return found


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_graph_with_any_failures(data: st.DataObject) -> None:
    """Nothing begins before all it needs has ended; what needs a failed change is skipped; everything else is done."""
    names = "abcdefgh"
    needs = {
        name: data.draw(st.sets(st.sampled_from(names[:at]), max_size=3)) if at else set()
        for at, name in enumerate(names)
    }
    failing = data.draw(st.frozensets(st.sampled_from(names), max_size=3))
    kind = Things(failing=failing)
    outcomes = applied(kind, [needing(name, *sorted(needed)) for name, needed in needs.items()])
    skipped = behind(needs, set(failing))
    failed = failing - skipped
    expected = {name: "skipped" if name in skipped else "failed" if name in failed else "done" for name in names}
    assert results(outcomes) == expected
    for at, (event, name) in enumerate(kind.events):
        if event == "begin":
            assert {("end", needed) for needed in needs[name]} <= set(kind.events[:at])


def test_a_failure_is_told_and_named_where_it_is_felt() -> None:
    """A failed change carries AWS's words; what waits for it, however far behind, names the change that failed."""
    outcomes = applied(Things(failing=frozenset("a")), [needing("a"), needing("b", "a"), needing("c", "b")])
    reasons = {outcome.change.address.name: outcome.reason for outcome in outcomes}
    assert reasons["a"] == "test:put: Broken: a cannot be made"
    assert reasons["b"] == reasons["c"] == "waits for Test::Thing a, which failed"


def test_late_values_become_known_on_the_way() -> None:
    """The id that one change learns is in the value that the next one puts."""
    kind, names = Things(), Directory()
    applied(kind, [needing("b"), needing("a", value=f"arn:{Ref(address('b'))}")], names=names)
    assert kind.put_values["a"] == "arn:id-of-b"
    assert names.id(address("a")) == "id-of-a"


def test_deletions() -> None:
    """What is deleted goes before what it needed; a deletion that fails keeps what it needed."""
    kind = Things([live(needing("a")), live(needing("b", "a"))])
    assert results(applied(kind, [])) == {"a": "done", "b": "done"}
    assert [name for event, name in kind.events if event == "begin"] == ["b", "a"]
    kind = Things([live(needing("a")), live(needing("b", "a"))], failing=frozenset("b"))
    assert results(applied(kind, [])) == {"b": "failed", "a": "skipped"}


def test_each_beginning_is_told() -> None:
    """`started` hears of every change that begins, and of no skipped one."""
    heard: list[str] = []
    kind = Things(failing=frozenset("a"))
    applied(
        kind, [needing("a"), needing("b", "a"), needing("c")], started=lambda change: heard.append(change.address.name)
    )
    assert sorted(heard) == ["a", "c"]


def test_the_port_stands_where_the_object_lives() -> None:
    """A change is made through a port bound to the account and region of its address."""
    places = []

    class Placed(Things):
        def put(self, aws: Writer, want: Thing, live: Live[Thing] | None, names: Directory) -> Mapping[str, str]:
            places.append((aws.account, aws.region))
            return super().put(aws, want, live, names)

    applied(Placed(), [Thing(name="a", account="prod", region="eu-central-1"), Thing(name="b")])
    assert sorted(places) == [("", "eu-west-1"), ("prod", "eu-central-1")]


def test_stopped_it_lets_finish_what_is_under_way() -> None:
    """Stopped while the first changes are under way, apply begins nothing new, yields what was under way, and ends."""
    kind = Things()
    stop: list[str] = []
    stream = run.apply(
        {THING: kind},
        planned(kind, [needing("a"), needing("b"), needing("c", "a")]),
        Nowhere(),
        Directory(),
        started=lambda change: stop.append(change.address.name),
        stopped=lambda: len(stop) >= 2,
    )
    assert results(list(stream)) == {"a": "done", "b": "done"}
    assert "c" not in {name for _, name in kind.events}


def test_stopped_before_it_began_it_does_nothing() -> None:
    """An apply that is stopped from the start has no outcomes."""
    kind = Things()
    stream = run.apply({THING: kind}, planned(kind, [needing("a")]), Nowhere(), Directory(), stopped=lambda: True)
    assert list(stream) == []
    assert kind.events == []


def test_an_unknown_late_value_is_never_sent() -> None:
    """A value that is still unknown when its turn comes fails its change: AWS must never see the token that stands for it."""
    kind = Things()
    outcomes = applied(kind, [needing("a"), needing("b", value=f"{Ref(address('a'), 'misspelt')}")])
    assert [(o.result, o.reason) for o in outcomes][1] == (Result.FAILED, "Test::Thing a has no misspelt")
    assert list(kind.put_values) == ["a"]


def test_interrupted_it_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption leaves apply although a change is under way, which nothing ends by then."""
    ending = threading.Event()

    class Slow(Things):
        def put(self, aws: Writer, want: Thing, live: Live[Thing] | None, names: Directory) -> Mapping[str, str]:
            ending.wait()
            return super().put(aws, want, live, names)

    def interrupted(*given: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        applied(Slow(), [needing("a")])
    (left,) = (thread for thread in threading.enumerate() if thread.name.startswith(run.THREADS))
    ending.set()
    left.join()


def test_a_defect_is_no_failure_of_aws() -> None:
    """An error that nobody foresaw leaves apply as it is, and is not counted as an outcome."""

    class Defective(Things):
        def put(self, aws: Writer, want: Thing, live: Live[Thing] | None, names: Directory) -> Mapping[str, str]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        applied(Defective(), [needing("a")])


def test_a_defect_loses_no_outcome() -> None:
    """What else was under way when an unforeseen error struck is yielded first; nothing new begins, and then the error is raised."""
    struck = threading.Event()

    class PartlyDefective(Things):
        def put(self, aws: Writer, want: Thing, live: Live[Thing] | None, names: Directory) -> Mapping[str, str]:
            if want.name == "a":
                struck.set()
                raise ZeroDivisionError
            assert struck.wait(10)
            return super().put(aws, want, live, names)

    kind, outcomes = PartlyDefective(), list[Outcome]()
    stream = run.apply(
        {THING: kind}, planned(kind, [needing("a"), needing("b"), needing("c", "b")]), Nowhere(), Directory()
    )
    with pytest.raises(ZeroDivisionError):
        outcomes.extend(stream)
    assert results(outcomes) == {"b": "done"}


def test_nothing_to_do() -> None:
    """An empty plan has no outcomes."""
    assert applied(Things(), []) == []


def test_outcomes_tell_how_long_it_took() -> None:
    """A done change has its duration and no reason."""
    (outcome,) = applied(Things(), [needing("a")])
    assert isinstance(outcome.change, Change)
    assert (outcome.result, outcome.reason) == (Result.DONE, "")
    assert outcome.seconds >= 0
