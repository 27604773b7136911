"""Long lines on a terminal: broken between words, never inside file:line:column; one line each everywhere else."""

import os
import termios
from collections.abc import Callable, Iterator
from io import StringIO
from typing import TextIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.cli.fitting import fitted
from tests.command_line import Workplace

PROBLEM = (
    "config/controls.yaml:34:7: parameter 'hop_limit' of the policy instance-metadata should be a whole number, "
    "not 'many'"
)
FITTED = """\
config/controls.yaml:34:7: parameter 'hop_limit' of the policy instance-metadata
  should be a whole number, not 'many'"""
Terminal = Callable[[int], TextIO]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A function that opens a terminal of so many columns."""
    opened: list[int] = []
    streams: list[TextIO] = []

    def of(columns: int) -> TextIO:
        ours, theirs = os.openpty()
        opened.append(ours)
        termios.tcsetwinsize(theirs, (24, columns))
        streams.append(os.fdopen(theirs, "w"))
        return streams[-1]

    yield of
    for stream in streams:
        stream.close()
    for each in opened:
        os.close(each)


@pytest.mark.parametrize(
    ("columns", "line", "expected"),
    [
        (80, PROBLEM, FITTED),
        (0, PROBLEM, FITTED),
        (200, PROBLEM, PROBLEM),
        (20, "a b/c.yaml:34:7: is wrong", "a b/c.yaml:34:7: is\n  wrong"),
        (10, "a file/c.yaml:34:7: is", "a file/c.yaml:34:7:\n  is"),
        (20, "it went on: at 09:10:31: then", "it went on: at\n  09:10:31: then"),
        (20, "no place, but three or four words", "no place, but three\n  or four words"),
        (20, "one\n\ntwo\n", "one\n\ntwo\n"),
        (20, "arn:aws:iam::739218562932:role/a-b-c", "arn:aws:iam::739218562932:role/a-b-c"),
    ],
)
def test_on_a_terminal(terminal: Terminal, columns: int, line: str, expected: str) -> None:
    """A line is broken where the terminal ends (at 80, when it does not tell), neither in its place nor inside a word."""
    assert fitted(line, terminal(columns)) == expected


class Mute(StringIO):
    """A terminal that does not tell how wide it is."""

    def isatty(self) -> bool:
        return True


@settings(max_examples=60, deadline=None)
@given(
    st.text("ab:1 -", min_size=1).map(str.strip), st.integers(1, 12), st.lists(st.text("ab:1-", min_size=1), min_size=1)
)
def test_nothing_is_lost(file: str, line: int, words: list[str]) -> None:
    """Whatever the file is called and the message says: the place begins the first line whole, no word is broken, none is missing."""
    place = f"{file}x:{line}:7:"
    first, *more = fitted(f"{place} {' '.join(words)}", Mute()).split("\n")
    if ": " not in place:
        assert first.startswith(place)
    assert all(len(each) <= 80 or len(each.split()) == 1 for each in more)
    assert all(each.startswith("  ") and each.strip() for each in more)
    assert " ".join([first, *(each.strip() for each in more)]).split() == [*place.split(), *words]


def test_elsewhere() -> None:
    """In a pipe or a file a line stays one, however long."""
    assert fitted(PROBLEM, StringIO()) == PROBLEM


@pytest.fixture
def broken(workplace: Workplace) -> Workplace:
    """A workplace with two mistakes, whose lines are long."""
    workplace.write(
        "config/controls.yaml",
        "organization-policies:\n"
        "  policies:\n"
        "    - {kind: declarative, policy: instance-metadata, parameters: {hop_limit: many}}\n"
        "service-control-policies:\n"
        "  policies:\n"
        "    - policy: deny-leaving-organizations-altogether\n"
        "      targets: {organizational_units: [Root]}\n",
    )
    return workplace


def test_problems(broken: Workplace, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal each problem is one line with its place; on one the same words stand in lines that fit."""
    plain = broken.run("validate")
    _, *problems = plain.err.splitlines()
    assert plain.code == 3
    assert [line.split(" ")[0] for line in problems] == ["config/controls.yaml:3:7:", "config/controls.yaml:6:7:"]
    assert max(map(len, problems)) > 80
    monkeypatch.setattr("guardrails.cli.fitted", lambda text, stream: fitted(text, terminal(80)))
    shown = broken.run("validate")
    assert max(map(len, shown.err.splitlines())) <= 80
    assert shown.message == plain.message
    assert [line for line in shown.err.splitlines()[1:] if line.startswith("config/controls.yaml:")] == [
        line for line in shown.err.splitlines()[1:] if not line.startswith("  ")
    ]


def test_a_wrong_option(workplace: Workplace, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with the command line fits, too."""
    arguments = ("simulate", "--account", "dev", "--resource", "arn:aws:s3:*:*:bucket")
    plain = workplace.run(*arguments)
    monkeypatch.setattr("guardrails.cli.fitted", lambda text, stream: fitted(text, terminal(80)))
    shown = workplace.run(*arguments)
    assert max(map(len, plain.err.splitlines())) > 80 >= max(map(len, shown.err.splitlines()))
    assert (shown.code, shown.message) == (plain.code, plain.message)
    assert shown.err.endswith("\n")
