"""The journal's lines, and the lock that keeps two applies apart."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.journal import Journal, locked
from guardrails.engine.plan import Plan
from guardrails.engine.run import Outcome, Result
from guardrails.errors import LockHeld
from tests.engine.fakes import address, needing

CHANGE = Change(
    Action.UPDATE,
    address("a"),
    None,
    needing("a"),
    (Difference("needs", (address("b"),), ()), Difference("value", ABSENT, "größer")),
)
PLAN = Plan((CHANGE,))


def journal(file: Path) -> Journal:
    return Journal(file, "arn:aws:iam::1:user/x", PLAN, lambda: datetime(2026, 11, 24, 12, 0, 0, 123456, UTC))


def test_every_line_says_when_who_and_which_plan(tmp_path: Path) -> None:
    """Each event is one JSON object on a line of its own, with UTC time, caller and the plan's digest."""
    file = tmp_path / "deep" / "journal.jsonl"
    book = journal(file)
    book.begin(1)
    book.record(Outcome(CHANGE, Result.DONE, 1.23456))
    book.end("done")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["begin", "change", "end"]
    for line in lines:
        assert line["time"] == "2026-11-24T12:00:00.123+00:00"
        assert line["caller"] == "arn:aws:iam::1:user/x"
        assert line["plan"] == PLAN.digest


def test_a_change_is_recorded_with_its_differences(tmp_path: Path) -> None:
    """A recorded outcome has address, action, both sides of every difference, result, reason and duration."""
    file = tmp_path / "journal.jsonl"
    journal(file).record(Outcome(CHANGE, Result.FAILED, 1.23456, "no"))
    line = json.loads(file.read_text(encoding="utf-8"))
    del line["time"], line["caller"], line["plan"]
    assert line == {
        "event": "change",
        "address": "Test::Thing a",
        "action": "update",
        "differences": {
            "needs": {"live": ["Test::Thing b"], "desired": []},
            "value": {"live": None, "desired": "größer"},
        },
        "result": "failed",
        "reason": "no",
        "seconds": 1.235,
    }


def test_the_journal_is_only_ever_appended_to(tmp_path: Path) -> None:
    """A second journal on the same file keeps what stands there; and times are UTC."""
    file = tmp_path / "journal.jsonl"
    for _ in range(2):
        Journal(file, "someone", PLAN).end("done")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert all(line["time"].endswith("+00:00") for line in lines)


def test_a_held_lock_is_respected(tmp_path: Path) -> None:
    """While the lock is held another holder is refused, with exit code 6; afterwards it is free again, even after an error."""
    file = tmp_path / "state" / "lock"
    with locked(file), pytest.raises(LockHeld, match="another apply is under way") as raised, locked(file):
        raise AssertionError("two holders at once")
    assert raised.value.exit_code == 6
    with pytest.raises(ZeroDivisionError), locked(file):
        raise ZeroDivisionError
    with locked(file):
        pass
