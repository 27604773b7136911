"""The demo's stage: a folder of its own, commands whose endings are checked, and nothing left behind. (make demo walks it.)"""

import tempfile
from pathlib import Path

import pytest

from guardrails import sandbox
from guardrails.errors import SandboxError
from guardrails.sandbox import demo
from guardrails.sandbox.demo import Stage, run


def test_a_command_is_run_and_shown(tmp_path: Path) -> None:
    """A command is run as a user would run it, and shown with what it said."""
    said: list[str] = []
    Stage(tmp_path, None, said.append).run("--version")
    assert said[0] == "\n$ guardrails --sandbox --version"
    assert said[1].startswith("guardrails ")


def test_an_unexpected_ending_breaks_the_demo(tmp_path: Path) -> None:
    """A command that ends otherwise than it should is shown, and the demo says that it broke."""
    said: list[str] = []
    with pytest.raises(SandboxError, match="the demo broke: exit code 3 instead of 0"):
        Stage(tmp_path, None, said.append).run("nonsense")
    assert "nonsense" in said[-1]


@pytest.mark.parametrize("keep", [False, True])
def test_it_works_on_a_copy(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    """The demo walks in a folder of its own with a copy of the declaration, which goes with its sandbox unless it is kept."""
    walked: list[Stage] = []
    stopped: list[Path] = []
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path / "stage"))
    (tmp_path / "stage").mkdir()
    monkeypatch.setattr(demo, "_walk", lambda stage, begun: walked.append(stage))
    monkeypatch.setattr(sandbox, "stop", stopped.append)
    said: list[str] = []
    run(repository / "config", repository, said.append, keep=keep)
    (stage,) = walked
    assert (stage.folder, stage.content) == (tmp_path / "stage", repository)
    assert stage.folder.exists() is keep
    assert stopped == ([] if keep else [stage.folder / ".guardrails"])
    assert (f"Kept: {stage.folder}" in "".join(said)) is keep


def test_nothing_stays_when_it_breaks(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that breaks ends its sandbox and removes its folder all the same."""

    def broken(stage: Stage, begun: float) -> None:
        raise SandboxError("the demo broke")

    stopped: list[Path] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(demo, "_walk", broken)
    monkeypatch.setattr(sandbox, "stop", stopped.append)
    with pytest.raises(SandboxError):
        run(repository / "config", repository, lambda text: None)
    assert len(stopped) == 1
    assert list(tmp_path.iterdir()) == []
