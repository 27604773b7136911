"""The command line as a whole: what it lists, how it ends, and what it never shows."""

import subprocess
import sys
from pathlib import Path
from typing import TextIO

import click
import pytest

from guardrails import __version__
from guardrails.cli import COMMANDS, colour, guardrails
from tests.command_line import Workplace

DEFECT = """
import guardrails.pipeline
guardrails.pipeline.load = lambda *given: 1 / 0
from guardrails.cli import main
main(["validate"])
"""


def test_version_and_help(workplace: Workplace) -> None:
    """--version says the version; --help and -h list every command with what it does."""
    assert workplace.run("--version").out == f"guardrails {__version__}\n"
    shown = workplace.run("--help")
    assert (shown.code, shown.out) == (0, workplace.run("-h").out)
    listed = [line.split()[0] for line in shown.out.partition("Commands:")[2].splitlines() if line.startswith("  ")]
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(workplace: Workplace, name: str) -> None:
    """Each listed command has a help of its own, of whole sentences in 80 columns."""
    shown = workplace.run(name, "--help")
    assert shown.code == 0
    assert shown.out.startswith(f"Usage: guardrails {name} ")
    assert max(map(len, shown.out.splitlines())) <= 80
    command = guardrails.get_command(click.Context(guardrails), name)
    assert command is not None
    assert (command.help or "").split("\n\n")[0].endswith(".")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["plan", "--nonsense"],
        ["--output", "xml", "plan"],
        ["apply", "no-such-file.json"],
        ["account", "add", "shop"],
        ["account", "add", "shop", "--email", "a@b.cd", "--ou", "Root", "--tag", "novalue"],
        ["schema", "nonsense"],
        ["sandbox", "start", "--seed", "nonsense"],
    ],
    ids=" ".join,
)
def test_usage_errors(workplace: Workplace, arguments: list[str]) -> None:
    """What cannot be understood ends with 3, says so on stderr, and prints no result."""
    ended = workplace.run(*arguments)
    assert (ended.code, ended.out) == (3, "")
    assert "Error" in ended.err


def test_options_stand_before_or_behind_a_command(workplace: Workplace) -> None:
    """Shared options mean the same before a command and behind it; behind it they win."""
    workplace.declare_little()
    before = workplace.run("--output", "json", "validate")
    assert before.document["valid"]
    assert workplace.run("validate", "--output", "json").out == before.out
    assert workplace.run("--output", "text", "validate", "--output", "json").out == before.out


def test_another_config_folder(workplace: Workplace) -> None:
    """--config names where the declaration is; where none is, that is an error with its exit code."""
    workplace.declare_little()
    (workplace.folder / "config").rename(workplace.folder / "elsewhere")
    assert workplace.run("validate").code == 3
    assert workplace.run("--config", "elsewhere", "validate").code == 0


def test_content_that_is_none(workplace: Workplace) -> None:
    """A content folder without policies is an error that says how to name another."""
    ended = workplace.run("validate", "--content", str(workplace.folder))
    assert ended.code == 3
    assert "holds no policies/ folder (name the content folder with --content)" in ended.message


def test_a_defect_shows_no_traceback(tmp_path: Path) -> None:
    """What nobody foresaw ends with 1 and one sentence; the traceback is in a file for the bug report."""
    done = subprocess.run([sys.executable, "-c", DEFECT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Unexpected error: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in done.stderr
    assert "Traceback" in (tmp_path / ".guardrails" / "crash.log").read_text(encoding="utf-8")


class Terminal:
    def __init__(self, *, tty: bool) -> None:
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


@pytest.mark.parametrize(
    ("tty", "no_color", "term", "expected"),
    [
        (True, "", "xterm", True),
        (True, "1", "xterm", False),
        (True, "", "dumb", False),
        (False, "", "xterm", False),
    ],
)
def test_colour(monkeypatch: pytest.MonkeyPatch, tty: bool, no_color: str, term: str, expected: bool) -> None:
    """Colour goes to terminals that can show it, and nowhere when NO_COLOR is set."""
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    stream: TextIO = Terminal(tty=tty)  # type: ignore[assignment]
    assert colour(stream) is expected
