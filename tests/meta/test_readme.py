"""README.md tells the truth: its commands exist, and what it shows is what the program says.

A block below a marker is output of the program, made by `make docs` and compared by the test. `head` and `tail`
say how many lines of it are shown:

    <!-- says: guardrails plan --sandbox | head 12 | tail 1 -->

All blocks run one after the other in one folder that holds copies of config/, policies/ and templates/, so the
later ones see what the earlier did.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from guardrails.cli import guardrails

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
PAGES = [README, REPOSITORY / "CONTRIBUTING.md"]
BLOCK = re.compile(
    r"<!-- says: (?P<command>[^|\n]+?)(?: \| head (?P<head>\d+))?(?: \| tail (?P<tail>\d+))? -->\n```\w*\n(?P<text>.*?)```\n",
    re.DOTALL,
)
GAP = "  …\n"
CHANGING = [
    (r"\d+\.\d s\b", "0.0 s"),
    (r"\b\d+ seconds\b", "0 seconds"),
    (r"\b\d+\npolicy examples\b", "0\npolicy examples"),  # each policy that is written brings some
]


@dataclass(frozen=True)
class Block:
    command: str
    head: int
    tail: int
    text: str
    span: tuple[int, int]

    def shown(self, output: str) -> str:
        lines = output.splitlines(keepends=True)
        if (self.head or self.tail) and len(lines) > self.head + self.tail:
            lines = [*lines[: self.head], *([GAP] if self.head else []), *lines[len(lines) - self.tail :]]
        return f"$ {self.command}\n{''.join(lines)}"


def blocks(text: str) -> Iterator[Block]:
    for match in BLOCK.finditer(text):
        yield Block(
            match["command"], int(match["head"] or 0), int(match["tail"] or 0), match["text"], match.span("text")
        )


def steady(text: str) -> str:
    for pattern, replacement in CHANGING:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    for folder in ("config", "policies", "templates"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    yield tmp_path
    run("guardrails sandbox stop", tmp_path)


def run(command: str, place: Path) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    tools = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    environment = {**own, "PATH": tools, "NO_COLOR": "1", "COLUMNS": "80", "CI": "true"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 2}, f"{command}: {done.stderr}"
    return done.stdout


def test_what_the_readme_shows_is_what_the_program_says(place: Path, request: pytest.FixtureRequest) -> None:
    """Every block of output in the README is what its command prints today (seconds and how many examples there are aside)."""
    text = README.read_text(encoding="utf-8")
    said = {block: block.shown(run(block.command, place)) for block in blocks(text)}
    if request.config.getoption("--write-docs"):
        for block in reversed(said):
            start, end = block.span
            text = text[:start] + said[block] + text[end:]
        README.write_text(text, encoding="utf-8")
    else:
        assert [steady(output) for output in said.values()] == [steady(block.text) for block in said]


def commands(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for fenced in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from (
            line.removeprefix("$ ").strip()
            for line in fenced.splitlines()
            if re.match(r"(\$ )?(guardrails|make) ", line)
        )
    yield from re.findall(r"`((?:guardrails|make) [^`\n]+)`", text)


def test_there_are_commands_to_check() -> None:
    """The pages do name commands, so that the check below checks something."""
    assert sum(1 for page in PAGES for _ in commands(page)) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page: Path) -> None:
    """Every `guardrails …` and `make …` in the page names a command, a target and options that exist."""
    unknown = []
    for command in commands(page):
        name, *words = shlex.split(command.partition(" #")[0].partition(" >")[0].partition(" | ")[0].rstrip(")"))
        unknown += [f"{command}: {word}" for word in (strangers(words) if name == "guardrails" else not_made(words))]
    assert unknown == []


def strangers(words: list[str]) -> Iterator[str]:
    command: click.Command = guardrails
    context = click.Context(command)
    options = options_of(command)
    for word in words:
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                yield word
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                yield word
                return
            command = found
            options |= options_of(command)


def options_of(command: click.Command) -> set[str]:
    return {"--help", "-h"} | {
        name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
    }


def not_made(words: list[str]) -> Iterator[str]:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"\b([A-Z]{2,})\b", makefile))
    for word in words:
        name, is_variable, _ = word.partition("=")
        if name not in (variables if is_variable else targets):
            yield word
