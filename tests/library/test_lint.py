"""cfn-lint, in a process of its own, once for each template that changed."""

import importlib.metadata
import subprocess
from pathlib import Path
from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.library import lint as under_test
from guardrails.library.lint import installed_version, lint

FINE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
WRONG = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Nonsense": 1}}}}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each run of cfn-lint was given; it finds nothing."""
    given: list[list[str]] = []

    def run(command: list[str], **_: Any) -> "subprocess.CompletedProcess[str]":
        given.append(command[command.index("--") + 1 :])
        return subprocess.CompletedProcess(command, 0, "[]", "")

    monkeypatch.setattr(subprocess, "run", run)
    return given


def test_what_cfn_lint_refuses(tmp_path: Path) -> None:
    """A finding names whose template it is, where in it, and the rule; nothing of that run is remembered."""
    with pytest.raises(ConfigError) as raised:
        lint({"fine": FINE, "wrong": WRONG}, tmp_path / "passed")
    (problem,) = raised.value.problems
    assert problem.message.startswith("the template of wrong, at Resources/Topic/Properties/Nonsense: ")
    assert problem.suggestion == "cfn-lint rule E3002"
    assert not (tmp_path / "passed").exists()


def test_what_passed_is_not_looked_at_again(tmp_path: Path, runs: list[list[str]]) -> None:
    """A template that passed is remembered by its content: only what is new is linted, and equal templates once."""
    assert lint({"a": FINE, "b": FINE}, tmp_path)
    assert [len(files) for files in runs] == [1]
    assert lint({"a": FINE}, tmp_path)
    assert len(runs) == 1
    assert lint({"a": FINE, "c": WRONG}, tmp_path)
    assert [len(files) for files in runs] == [1, 1]
    assert lint({}, tmp_path)
    assert len(runs) == 2


def test_another_version_looks_again(tmp_path: Path, runs: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older cfn-lint let pass is linted again by a newer one."""
    lint({"a": FINE}, tmp_path)
    monkeypatch.setattr(under_test, "installed_version", lambda: "99.0.0")
    lint({"a": FINE}, tmp_path)
    assert len(runs) == 2


def test_without_cfn_lint(tmp_path: Path, runs: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where cfn-lint is not installed nothing is run, and the answer says so."""
    assert installed_version()

    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert not lint({"a": WRONG}, tmp_path)
    assert runs == []


@pytest.mark.parametrize(("code", "out"), [(1, ""), (0, "no JSON"), (32, "[]")])
def test_when_cfn_lint_itself_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, out: str) -> None:
    """A cfn-lint that does not work is told with the end of what it said, and passes nothing."""
    done = subprocess.CompletedProcess([], code, out, "it broke")
    monkeypatch.setattr(subprocess, "run", lambda *given, **more: done)
    with pytest.raises(ConfigError, match=rf"cfn-lint did not work \(exit code {code}\): it broke"):
        lint({"a": FINE}, tmp_path)
    assert list(tmp_path.iterdir()) == []
