"""A folder with a declared organization, and the command line used in it as a person would, against a sandbox in this process."""

import json
import re
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
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

    @property
    def journal(self) -> list[Any]:
        """Every line of the journal; none when nothing was ever applied."""
        file = self.folder / ".guardrails" / "journal.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


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
    shutil.copytree(repository / "config", folder / "config")
    (folder / ".guardrails").mkdir()
    write_state(folder / ".guardrails", Running(sandbox.endpoint, pid=getpid()))
    monkeypatch.chdir(folder)
    return Workplace(folder, repository)
