"""What is shown while work goes on: plain lines where nobody watches, a live line on a terminal."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from guardrails.cli import terminal
from guardrails.cli.terminal import Options, applying, is_live, note, outcome_line, say, working
from guardrails.engine.change import Action, Change
from guardrails.engine.run import Outcome, Result
from guardrails.resources.account import Account

SHOP = Account(name="shop")
CHANGE = Change(Action.CREATE, SHOP.address, None, SHOP, ())
DONE = Outcome(CHANGE, Result.DONE, 1.234)
Shown = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (DONE, "+ AWS::Organizations::Account shop (1.2 s)"),
        (Outcome(CHANGE, Result.FAILED, 1, "no"), "! AWS::Organizations::Account shop: failed: no"),
        (Outcome(CHANGE, Result.SKIPPED, 0, "waits"), "! AWS::Organizations::Account shop: skipped: waits"),
    ],
)
def test_a_line_for_each_end(outcome: Outcome, line: str) -> None:
    """What was done says how long it took, what was not says why."""
    assert outcome_line(outcome) == line


def test_results_and_notes_go_apart(capsys: Shown) -> None:
    """Results go to stdout, everything else to stderr; where nobody watches without colour."""
    say("\x1b[31mresult\x1b[0m")
    note("hint")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("result\n", "hint\n")


def test_a_reader_that_went_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody reads stdout any more, printing goes on in silence."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        for _ in range(3):
            say("x" * 100_000)


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("CI", "true"), ("TERM", "dumb")])
def test_nothing_redraws_where_nobody_watches(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """On a terminal lines may redraw themselves, but neither under NO_COLOR, nor in CI, nor on a dumb terminal."""
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert is_live()
    monkeypatch.setenv(variable, value)
    assert not is_live()


@pytest.mark.parametrize("live", [False, True])
def test_applying(monkeypatch: pytest.MonkeyPatch, capsys: Shown, live: bool) -> None:
    """Each end is a line on stderr, plain or above a bar; stdout stays for the result."""
    monkeypatch.setattr(terminal, "is_live", lambda: live)
    with applying(1) as (started, ended):
        started(CHANGE)
        ended(DONE)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "+ AWS::Organizations::Account shop (1.2 s)" in shown.err


@pytest.mark.parametrize("live", [False, True])
def test_working(monkeypatch: pytest.MonkeyPatch, capsys: Shown, live: bool) -> None:
    """What is under way is shown on a terminal only, and never on stdout."""
    monkeypatch.setattr(terminal, "is_live", lambda: live)
    with working("Looking") as progress:
        progress("at accounts")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert live or shown.err == ""


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_format_that_was_asked_for(output: str) -> None:
    """The report format is found by its name."""
    options: Any = Options(Path("config"), None, output, sandbox=False)
    assert options.format.name == output
