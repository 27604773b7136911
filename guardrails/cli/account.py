"""account add: one new file under config/accounts/, and the plan that follows from it."""

import click

from guardrails import config
from guardrails.cli.line import desired_by, show_plan
from guardrails.cli.terminal import Options, note, prose, shared_options
from guardrails.errors import ConfigError


@click.group()
def account_command() -> None:
    """Onboard a new account."""


@account_command.command("add")
@click.argument("name")
@click.option("--email", required=True, help="The address of its root user; no other AWS account may have it.")
@click.option("--ou", "organizational_unit", required=True, metavar="PATH", help="Where it stands: Workloads/Prod.")
@click.option("--owner", default="", help="Who answers for it.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag; may be given several times.")
@click.option("--display-name", default="", help="The name AWS shows.  [default: NAME]")
@shared_options
def account_add_command(
    options: Options,
    name: str,
    email: str,
    organizational_unit: str,
    owner: str,
    tags: tuple[str, ...],
    display_name: str,
) -> None:
    """Write config/accounts/NAME.yaml and show the plan; nothing in AWS is touched before apply."""
    pairs = dict(_pair(tag) for tag in tags)
    file = config.write_account(options.config, name, email, organizational_unit, owner, pairs, display_name or name)
    try:
        desired_by(options)
    except ConfigError:
        file.unlink()
        raise
    note(prose(f"Wrote {file}. This is what follows; {options.command} apply makes it so.") + "\n")
    show_plan(options, "plan")


def _pair(tag: str) -> tuple[str, str]:
    key, separator, value = tag.partition("=")
    if not separator:
        raise click.UsageError(f"--tag {tag}: write KEY=VALUE")
    return key, value
