"""What is shown while work goes on: a live line on a terminal, plain lines everywhere else. Results go to stdout, progress to stderr."""

import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, ParamSpec, TextIO, TypeVar

import click

from guardrails.cli import colour
from guardrails.cli.fitting import fitted

if TYPE_CHECKING:
    from guardrails.engine.change import Change
    from guardrails.engine.run import Outcome
    from guardrails.reports import Format

P = ParamSpec("P")
T = TypeVar("T")

STATE = Path(".guardrails")


@dataclass(frozen=True, slots=True)
class Options:
    """What every command may be told: where the files are, how to report, and whether to work on the sandbox."""

    config: Path
    content: Path | None
    output: str
    sandbox: bool

    @property
    def command(self) -> str:
        """How to call the program again on the same organization."""
        return "guardrails --sandbox" if self.sandbox else "guardrails"

    @property
    def format(self) -> "Format":
        """The report format that was asked for."""
        from guardrails import reports
        from guardrails.engine.catalog import discover

        return discover(reports, "FORMAT", reports.Format, lambda form: form.name)[self.output]


SHARED = (
    click.option("--config", "config_folder", metavar="DIR", help="The declared organization.  [default: config]"),
    click.option(
        "--content", "content_folder", metavar="DIR", help="policies/ and templates/.  [default: here, else as shipped]"
    ),
    click.option("--output", type=click.Choice(["text", "json"]), help="How to report.  [default: text]"),
    click.option("--sandbox", "use_sandbox", is_flag=True, help="Work on the embedded organization, not on AWS."),
)


def shared_options(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options that every command has, as one `options` argument; its own win over those before its name."""

    @wraps(command)
    def with_options(*args: Any, **given: Any) -> T:
        outer: Mapping[str, Any] = click.get_current_context().find_root().obj or {}

        def said(name: str) -> Any:
            return given.pop(name) or outer.get(name)

        config, content = said("config_folder"), said("content_folder")
        options = Options(
            Path(config or "config"),
            Path(content) if content else None,
            said("output") or "text",
            bool(said("use_sandbox")),
        )
        return command(*args, options=options, **given)

    for option in reversed(SHARED):
        with_options = option(with_options)
    return with_options


def prose(text: str) -> str:
    """A sentence or two, broken where a terminal of 80 columns ends, never inside a word."""
    return textwrap.fill(text, 80, break_long_words=False, break_on_hyphens=False)


def say(text: str) -> None:
    """Print a result."""
    _print(text, sys.stdout)


def note(text: str) -> None:
    """Print something that is no result: progress, a hint."""
    _print(text, sys.stderr)


def _print(text: str, stream: TextIO) -> None:
    """Print; when nobody reads any more (`guardrails apply | head`), the work goes on in silence and ends with its own exit code."""
    try:
        click.echo(text, file=stream, color=colour(stream))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_live() -> bool:
    """Whether a line that redraws itself can be shown."""
    return colour(sys.stderr) and not os.environ.get("CI")


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show that something is under way; the block gets a function that says what is being done now."""
    if not is_live():
        yield lambda now: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda now: status.update(f"{what}: {now}")


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Take Ctrl-C as a wish to stop, which the block gets a function to ask about; a second one ends everything at once."""
    asked = False

    def ask(signal_number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        note("Stopping as soon as what is under way has ended; once more ends it now.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def applying(total: int) -> Iterator[tuple[Callable[["Change"], None], Callable[["Outcome"], None]]]:
    """Show the changes as they begin and end: a bar with what is under way on a terminal, a line for each end elsewhere."""
    if not is_live():
        yield lambda change: None, lambda outcome: note(fitted(outcome_line(outcome), sys.stderr))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        under_way: dict[Any, str] = {}

        def show() -> None:
            progress.update(task, description=", ".join(under_way.values())[:50])

        def started(change: "Change") -> None:
            under_way[change.address] = change.address.name
            show()

        def ended(outcome: "Outcome") -> None:
            under_way.pop(outcome.change.address, None)
            line = fitted(outcome_line(outcome), sys.stderr)
            progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)
            show()

        yield started, ended


def outcome_line(outcome: "Outcome") -> str:
    """One line for one change that came to its end."""
    change, result = outcome.change, outcome.result.value
    if result == "done":
        return f"{change.action.symbol} {change.address} ({outcome.seconds:.1f} s)"
    return f"! {change.address}: {result}: {outcome.reason}"
