"""sandbox faults add, list, clear: what goes wrong in the sandbox on purpose."""

import json
from collections.abc import Mapping
from typing import Any, Final

import click

from guardrails import sandbox
from guardrails.cli.running import running
from guardrails.cli.terminal import Options, say, shared_options

KINDS: Final = ("throttling", "conflict", "server-error", "denied", "lost-response", "crash", "stack-instance")


@click.group("faults")
def faults_command() -> None:
    """Let things go wrong on purpose, to rehearse it."""


@faults_command.command("add")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--calls", default="*", metavar="PATTERN", help="Which calls (organizations:Create*), or stack sets.")
@click.option("--account", default="", metavar="ID", help="Only of this account.")
@click.option("--region", default="", metavar="REGION", help="Only in this region.")
@click.option("--every", type=click.IntRange(1), default=1, metavar="N", help="Every Nth of them.  [default: 1]")
@click.option("--first", type=click.IntRange(1), default=1, metavar="N", help="From the Nth on.  [default: 1]")
@click.option(
    "--times", type=click.IntRange(0), default=0, metavar="N", help="So many times at most.  [default: no end]"
)
@click.option(
    "--probability",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    metavar="P",
    help="Each with this chance, above 0, at most 1.  [default: 1]",
)
@click.option("--seed", default=0, metavar="N", help="Another seed strikes other calls.  [default: 0]")
@click.option("--reason", default="", metavar="TEXT", help="What the error says instead of AWS's words.")
@shared_options
def add_command(options: Options, kind: str, **settings: Any) -> None:
    """Let calls go wrong from now on.

    \b
    throttling      refused as too many
    conflict        a write is refused: another change is under way
    server-error    fails within the service (5xx)
    denied          denied for lack of permission
    lost-response   a write is done, but its answer is lost
    crash           the same, and nothing is answered any more
    stack-instance  a stack set operation fails in an account
    """  # noqa: D301 - click's sign for text that is not to be wrapped
    _tell(options, sandbox.faults_of(running(), "POST", {"kind": kind, **settings}))


@faults_command.command("list")
@shared_options
def list_command(options: Options) -> None:
    """Tell what goes wrong, and how often it struck."""
    _tell(options, sandbox.faults_of(running()))


@faults_command.command("clear")
@shared_options
def clear_command(options: Options) -> None:
    """Let everything go right again."""
    _tell(options, sandbox.faults_of(running(), "DELETE"))


def _tell(options: Options, standing: Mapping[str, Any]) -> None:
    if options.output == "json":
        say(json.dumps(standing, indent=2))
        return
    for fault in standing["faults"]:
        say(f"{fault['kind']} of {fault['calls']}: struck {fault['struck']} of {fault['seen']} calls")
        details = [f"{name} {fault[name]}" for name, default in _DEFAULTS.items() if fault[name] != default]
        if details:
            say(f"  {', '.join(details)}")
    if standing["crashed"]:
        say("It has crashed: nothing is answered until faults are cleared.")
    if not standing["faults"]:
        say("Nothing goes wrong on purpose.")


_DEFAULTS: Final = {
    "account": "",
    "region": "",
    "every": 1,
    "first": 1,
    "times": 0,
    "probability": 1.0,
    "seed": 0,
    "reason": "",
}
