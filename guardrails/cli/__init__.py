"""The command line: the composition root, and the only package that prints.

    line       validate, compile, plan, drift, apply: the pipeline, stopped at different points
    simulate   who may do what where
    lint       what is wrong with policies
    test       the examples of policies, and the tests in tests/guardrails
    account    account add
    schema     the JSON Schema of the configuration files
    sandbox    the embedded AWS organization
    terminal   what is shown while work goes on, and how an error ends a command
    fitting    long lines on a terminal

Commands are loaded only when they are called: `--help` and `--version` import nothing but click.
"""

import importlib
import os
import sys
import threading
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, TextIO

import click

from guardrails import __version__
from guardrails.cli.fitting import fitted
from guardrails.errors import GuardrailsError

COMMANDS: Final = {
    "validate": ("line", "Check config/, policies/ and templates/; needs no AWS."),
    "compile": ("line", "Write the policies, templates and resources that follow; needs no AWS."),
    "lint": ("lint", "Find what is wrong with policies: declared, in the library, or in files."),
    "plan": ("line", "Show what apply would change in the live organization."),
    "apply": ("line", "Make the live organization what is declared."),
    "drift": ("line", "Like plan, for jobs: exit 2 when anything differs."),
    "simulate": ("simulate", "Ask who may do what where; needs no AWS, unless --live."),
    "test": ("test", "Test what must stay denied and what possible; needs no AWS."),
    "account": ("account", "Onboard a new account."),
    "schema": ("schema", "Print the JSON Schema of a configuration file."),
    "sandbox": ("sandbox", "Run an embedded AWS organization on this machine."),
}


class LazyGroup(click.Group):
    """A group that knows the name and the short help of its commands, and loads one only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"guardrails.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    click.echo(f"guardrails {__version__}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option("--config", "config_folder", metavar="DIR", help="The declared organization.  [default: config]")
@click.option(
    "--content", "content_folder", metavar="DIR", help="policies/ and templates/.  [default: here, else as shipped]"
)
@click.option("--output", type=click.Choice(["text", "json"]), help="How to report.  [default: text]")
@click.option("--sandbox", "use_sandbox", is_flag=True, help="Work on the embedded organization, not on AWS.")
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Show the version and exit."
)
@click.pass_context
def guardrails(ctx: click.Context, /, **options: Any) -> None:
    """Declare an AWS Organization in YAML; compile, plan, apply and watch it.

    The options below may also stand behind a command.
    """
    ctx.obj = options


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 changes or drift, 3 usage, 4 AWS, 5 in part, 6 refused, 130 interrupted."""
    sys.excepthook = _unexpected
    try:
        code = guardrails.main(args=arguments, prog_name="guardrails", standalone_mode=False)
    except GuardrailsError as error:
        _fail(str(error), error.exit_code)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        _leave(130)
    except click.ClickException as error:
        error.show(shown := StringIO())
        click.echo(fitted(shown.getvalue(), sys.stderr), err=True, nl=False)
        sys.exit(3)
    except OSError as error:
        if error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror}", 3)
    sys.exit(code if isinstance(code, int) else 0)


def _leave(code: int) -> NoReturn:
    """Exit now, also where a second Ctrl-C left changes under way behind: `sys.exit` would wait for them, for hours perhaps."""
    if any(thread.name.startswith("guardrails-apply") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _fail(message: str, code: int) -> NoReturn:
    click.secho("Error:", fg="red", bold=True, err=True, color=colour(sys.stderr))
    click.echo(fitted(message, sys.stderr), err=True)
    sys.exit(code)


def colour(stream: TextIO) -> bool:
    """Whether to colour what goes to a stream: only on a terminal that can, and never under NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _unexpected(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Say in one line that we failed, and keep the traceback in a file for the bug report."""
    from traceback import format_exception

    text = "".join(format_exception(kind, error, traceback))
    log = Path(".guardrails") / "crash.log"
    try:
        log.parent.mkdir(exist_ok=True)
        log.write_text(text, encoding="utf-8")
    except OSError:  # nowhere to keep it: then it is said
        where = text
    else:
        where = f"{log} has the details."
    click.echo(f"Unexpected error: {kind.__name__}: {error}\nThis is a defect of Guardrails; {where}", err=True)
