"""sandbox start, stop, status, reset, enforce, faults, env, demo: the embedded AWS organization."""

import json
import shlex
from typing import TYPE_CHECKING

import click

from guardrails import sandbox
from guardrails.cli.faults import faults_command
from guardrails.cli.running import running
from guardrails.cli.terminal import STATE, Options, note, say, shared_options

if TYPE_CHECKING:
    from guardrails.aws.sessions import Endpoint


def running_endpoint() -> "Endpoint":
    """Where the sandbox answers and as whom, started now when it does not run yet."""
    from guardrails.aws.sessions import Endpoint

    found = sandbox.status(STATE)
    if found is None:
        found = sandbox.start(STATE)
        note(f"Started a sandbox at {found.endpoint} (guardrails sandbox stop ends it).")
    return Endpoint(found.endpoint, found.access_key_id, found.secret_access_key)


@click.group()
def sandbox_command() -> None:
    """Run an embedded AWS organization on this machine."""


SEED = click.option(
    "--seed", type=click.Choice(sandbox.SEEDS), default="bare", help="What it begins with.", show_default=True
)

ACCOUNTS = click.option(
    "--accounts",
    type=click.IntRange(0, sandbox.MAX_MEMBER_ACCOUNTS),
    default=0,
    metavar="N",
    help="So many member accounts besides, spread over nested OUs.",
    show_default=True,
)


@sandbox_command.command("start")
@SEED
@ACCOUNTS
@click.option("--enforce", is_flag=True, help="Judge every call by SCPs, RCPs and IAM policies.")
@shared_options
def start_command(options: Options, seed: str, accounts: int, enforce: bool) -> None:
    """Start it in the background, on loopback only."""
    _check(seed, accounts)
    started = sandbox.start(STATE, seed, accounts)
    if enforce:
        sandbox.enforce(started)
    _tell(options, started)
    if (started.seed, started.accounts) != (seed, accounts):
        wanted = f"--seed {seed}" + (f" --accounts {accounts}" if accounts else "")
        note(f"It ran already; to begin with what you asked for: guardrails sandbox reset {wanted}")


@sandbox_command.command("stop")
@shared_options
def stop_command(options: Options) -> None:
    """End it; what it held is gone."""
    stopped = sandbox.stop(STATE)
    say(
        json.dumps({"stopped": stopped})
        if options.output == "json"
        else "Stopped."
        if stopped
        else "No sandbox was running."
    )


@sandbox_command.command("status")
@shared_options
def status_command(options: Options) -> None:
    """Tell whether it runs, and where it answers."""
    _tell(options, running())


@sandbox_command.command("reset")
@SEED
@ACCOUNTS
@shared_options
def reset_command(options: Options, seed: str, accounts: int) -> None:
    """Put it back to its first day, without a restart: the bare organization, or what is asked for."""
    _check(seed, accounts)
    running()
    _tell(options, sandbox.reset(STATE, seed, accounts))


@sandbox_command.command("enforce")
@click.argument("switch", type=click.Choice(["on", "off"]))
@shared_options
def enforce_command(options: Options, switch: str) -> None:
    """Switch the enforcement of SCPs, RCPs and IAM policies on or off."""
    sandbox.enforce(running(), switch == "on")
    told = "Policies are enforced." if switch == "on" else "No policy is enforced."
    say(json.dumps({"enforces": switch == "on"}) if options.output == "json" else told)


sandbox_command.add_command(faults_command)


@sandbox_command.command("env")
@shared_options
def env_command(options: Options) -> None:
    """Print the export lines with which any AWS tool speaks to it.

    Use it as: eval "$(guardrails sandbox env)"
    """
    variables = sandbox.environment(running())
    if options.output == "json":
        say(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        say(f"export {name}={shlex.quote(value)}")


@sandbox_command.command("demo")
@click.option("--keep", is_flag=True, help="Leave the demo's folder and its sandbox running.")
@shared_options
def demo_command(options: Options, keep: bool) -> None:
    """Walk the whole line once: plan, apply, drift, repair, onboard."""
    from guardrails.sandbox.demo import run

    run(options.config, options.content, say, keep=keep)


def _check(seed: str, accounts: int) -> None:
    if accounts and seed == "no-organization":
        raise click.UsageError("--accounts needs an organization, and the seed no-organization has none.")


def _tell(options: Options, running: sandbox.Running) -> None:
    if options.output == "json":
        say(
            json.dumps(
                {
                    "endpoint": running.endpoint,
                    "pid": running.pid,
                    "account_id": running.account_id,
                    "seed": running.seed,
                    "accounts": running.accounts,
                }
            )
        )
        return
    say(f"The sandbox answers at {running.endpoint} (process {running.pid}).")
    say(f"Management account {running.account_id}, home region {running.region}, seed {_seeded(running)}.")
    say('Point any AWS tool at it with: eval "$(guardrails sandbox env)"')


def _seeded(running: sandbox.Running) -> str:
    return f"{running.seed} with {running.accounts} member accounts besides" if running.accounts else running.seed
