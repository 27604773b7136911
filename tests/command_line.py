"""A folder with a declared organization, and the command line used in it as a person would, against a sandbox in this process."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from os import environ, getpid
from pathlib import Path
from typing import Any

import pytest

from guardrails.cli import main
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.process import write_state
from guardrails.sandbox.running import Running
from guardrails.sandbox.serving import operations
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

OFFLINE = (("validate",), ("compile", "--out", "out"))
EVERYDAY_CONTROLS = Path(__file__).with_name("everyday_controls.yaml")
ONLINE = (("plan", "--out", "plan.json"), ("drift",), ("apply", "--yes"))


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it wrote to stdout, as JSON."""
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """What it wrote to stderr as one line, however it was wrapped."""
        return re.sub(r"\s+", " ", self.err).strip()


@dataclass(frozen=True)
class Workplace:
    """A working directory with `config/`, whose sandbox is the one in this process."""

    folder: Path
    content: Path

    def run(self, *arguments: str) -> Ended:
        """Run one guardrails command here. Whatever is no clean ending, such as a traceback, fails the test."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(["--content", str(self.content), *arguments])
        assert "Traceback" not in err.getvalue()
        return Ended(int(str(ended.value.code)), out.getvalue(), err.getvalue())

    def sandboxed(self, *arguments: str) -> Ended:
        """Run one guardrails command on the sandbox."""
        return self.run("--sandbox", *arguments)

    def write(self, file: str, text: str) -> Path:
        """Write a file of the declared organization, or over one."""
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.write(file, text.replace(old, new))

    def with_own_content(self) -> "Workplace":
        """The same workplace with a copy of the content in `content/`, to change it there."""
        for part in ("policies", "templates"):
            shutil.copytree(self.content / part, self.folder / "content" / part)
        return replace(self, content=self.folder / "content")

    def declare_everything(self) -> None:
        """Declare the controls that ship, each with the settings that ship."""
        shutil.copy(self.content / "config" / "controls.yaml", self.folder / "config" / "controls.yaml")

    def declare_little(self) -> None:
        """Declare the tree and the accounts only: no policy, no trail, nobody's access."""
        self.write("config/controls.yaml", "identity-center: false\n")
        self.write("config/identity.yaml", "groups: {}\n")

    @property
    def journal(self) -> list[Any]:
        """Every line of the journal; none when nothing was ever applied."""
        file = self.folder / ".guardrails" / "journal.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def lay_config(repository: Path, folder: Path) -> Path:
    """Make the folder a copy of the configuration that ships, with the everyday controls in place of its own."""
    shutil.copytree(repository / "config", folder)
    shutil.copy(EVERYDAY_CONTROLS, folder / "controls.yaml")
    return folder


def open_workplace(folder: Path, repository: Path, sandbox: Embedded, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """Make the folder a workplace and go there; nothing of this machine's AWS settings is left."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # main sets its own: put ours back afterwards
    lay_config(repository, folder / "config")
    (folder / ".guardrails").mkdir()
    write_state(folder / ".guardrails", Running(sandbox.endpoint, pid=getpid()))
    monkeypatch.chdir(folder)
    return Workplace(folder, repository)


def refused_everywhere(workplace: Workplace, code: int, *, offline: bool = True) -> str:
    """Run every command; each must end with the code and the same message, which is returned, and print no result."""
    offline_ends = [workplace.run(*command) for command in OFFLINE if offline]
    ends = [*offline_ends, *(workplace.sandboxed(*command) for command in ONLINE)]
    return same_message(ends, code)


def same_message(ends: list[Ended], code: int) -> str:
    """See that all ended alike, and return what they said."""
    assert {(end.code, end.out) for end in ends} == {(code, "")}
    (message,) = {end.message for end in ends}
    return message.removeprefix("Error: ")


@contextmanager
def denied(service: str, name: str) -> Iterator[None]:
    """During the block the sandbox refuses an operation ("guardduty", "ListDetectors") to everybody, as AWS does for lack of permission."""
    known = operations.handler_of

    def refuse(call: Call) -> operations.Answer:
        raise Refusal(
            "AccessDeniedException", f"User: {call.caller.arn} is not authorized to perform: {service}:{name}"
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "handler_of", lambda *asked: refuse if asked == (service, name) else known(*asked))
        yield
