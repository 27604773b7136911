"""The sandbox that runs here."""

from guardrails import sandbox
from guardrails.cli.terminal import STATE
from guardrails.errors import ConfigError, Problem


def running() -> sandbox.Running:
    """The sandbox of this folder.

    Raises: ConfigError, when none runs.
    """
    found = sandbox.status(STATE)
    if found is None:
        raise ConfigError([Problem("", 0, 0, "no sandbox runs here", "start one with: guardrails sandbox start")])
    return found
