"""The whole line, walked once on a fresh sandbox with the real command line: what `make demo` shows."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardrails import sandbox
from guardrails.errors import SandboxError
from guardrails.sandbox.tampering import tamper
from guardrails.sandbox.tour import tour

Say = Callable[[str], None]
NEW_ACCOUNT: Final = ("payments", "aws+payments@acme.example", "Workloads/Prod")
DRIFTED: Final = 2


@dataclass(frozen=True)
class Stage:
    """A folder of its own with a copy of the declared organization, and where the content is."""

    folder: Path
    content: Path | None
    say: Say

    def run(self, *arguments: str, expected: int = 0) -> None:
        """Run one guardrails command as a user would, and show it.

        Raises: SandboxError, when it ends with another exit code than the expected one.
        """
        self.say(f"\n$ guardrails --sandbox {' '.join(arguments)}")
        content = ["--content", str(self.content)] if self.content else []
        command = [sys.executable, "-m", "guardrails", "--sandbox", *content, *arguments]
        done = subprocess.run(  # noqa: S603 - our own program
            command, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        self.say(done.stdout.rstrip())
        if done.returncode != expected:
            raise SandboxError(f"the demo broke: exit code {done.returncode} instead of {expected}")
        if expected:
            self.say(f"(exit code {expected})")

    def chapter(self, number: int, title: str) -> None:
        """Begin a chapter."""
        self.say(f"\n── {number}. {title} {'─' * (72 - len(title))}")


def run(config: Path, content: Path | None, say: Say, *, keep: bool = False) -> None:
    """Walk the line: declare, plan, apply, plan again, tamper, drift, repair, onboard; then look at what stands.

    Works on a copy of `config`, in a folder of its own with a sandbox of its own; both are removed afterwards unless `keep`.

    Raises: SandboxError, when anything does not go as it should.
    """
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="guardrails-demo-"))
    source = config if config.is_dir() else Path(__file__).parents[1] / "_content" / "config"
    shutil.copytree(source, folder / "config")
    stage = Stage(folder, _content(content), say)
    try:
        _walk(stage, begun)
    finally:
        if keep:
            say(f"\nKept: {folder} (cd there; guardrails sandbox status)")
        else:
            sandbox.stop(folder / ".guardrails")
            shutil.rmtree(folder)


def _content(given: Path | None) -> Path | None:
    here = Path.cwd()
    return given.resolve() if given else here if (here / "policies").is_dir() else None


def _walk(stage: Stage, begun: float) -> None:
    stage.chapter(1, "The first day: one management account, nothing else")
    running = sandbox.start(stage.folder / ".guardrails")
    stage.say(f"An AWS organization now runs on this machine, at {running.endpoint}.")
    stage.run("validate")

    stage.chapter(2, "What would follow from config/ (without --brief: every property)")
    stage.run("plan", "--brief", "--out", "plan.json")

    stage.chapter(3, "Make it so: exactly what was shown, or refused")
    stage.run("apply", "plan.json")

    stage.chapter(4, "Plan again: the live organization is as declared")
    stage.run("plan", "--detailed-exitcode")

    stage.chapter(5, "A careless administrator")
    for deed in tamper(_clients(running)):
        stage.say(f"  · {deed}")

    stage.chapter(6, "Drift, property by property")
    stage.run("drift", expected=DRIFTED)

    stage.chapter(7, "Repair: only the writes that mend it")
    stage.run("apply", "--yes", "--brief", "--show-calls")
    stage.run("drift")

    stage.chapter(8, "Onboard an account: one new file")
    name, email, unit = NEW_ACCOUNT
    stage.run("account", "add", name, "--email", email, "--ou", unit)
    stage.run("apply", "--yes", "--brief")
    stage.run("drift")

    stage.chapter(9, "What stands now, as any AWS tool sees it")
    for line in tour(running):
        stage.say(line)
    stage.say(
        f"\nEverything above really ran, in {time.monotonic() - begun:.0f} seconds, and nothing left this machine."
    )


def _clients(running: sandbox.Running) -> Callable[[str], Any]:
    from boto3 import Session

    session: Any = Session(running.access_key_id, running.secret_access_key, region_name=running.region)
    return lambda service: session.client(service, endpoint_url=running.endpoint)
