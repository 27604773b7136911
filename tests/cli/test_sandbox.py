"""sandbox: the embedded organization, told and asked about. (That a process is started and ended is tested in tests/sandbox.)"""

from pathlib import Path
from typing import Any

import pytest

from guardrails import sandbox as sandboxes
from guardrails.cli.sandbox import running_endpoint
from guardrails.sandbox import demo
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.enforcement.gate import GATE
from tests.command_line import Workplace


@pytest.fixture
def nothing_runs(workplace: Workplace) -> Workplace:
    """A workplace whose sandbox is not running."""
    (workplace.folder / ".guardrails/sandbox.json").unlink()
    return workplace


def test_status(workplace: Workplace, sandbox: Embedded) -> None:
    """status says where the sandbox answers, and how to point a tool at it; its JSON has address, process, account, seed and accounts."""
    said = workplace.run("sandbox", "status")
    assert said.code == 0
    assert f"answers at {sandbox.endpoint}" in said.out
    assert 'eval "$(guardrails sandbox env)"' in said.out
    found = workplace.run("sandbox", "status", "--output", "json").document
    assert set(found) == {"endpoint", "pid", "account_id", "seed", "accounts"}
    assert found["endpoint"] == sandbox.endpoint


def test_env(workplace: Workplace, sandbox: Embedded) -> None:
    """env prints export lines for a shell, or the same as JSON, and nothing else on stdout."""
    lines = workplace.run("sandbox", "env").out.splitlines()
    variables = workplace.run("sandbox", "env", "--output", "json").document
    assert all(line.startswith("export ") for line in lines)
    assert f"export AWS_ENDPOINT_URL={sandbox.endpoint}" in lines
    assert "export AWS_SESSION_TOKEN=''" in lines
    assert len(lines) == len(variables)
    assert variables["AWS_ENDPOINT_URL"] == sandbox.endpoint


def test_reset(workplace: Workplace, sandbox: Embedded) -> None:
    """reset puts the sandbox back to its first day, or to another seed."""
    sandbox.client("iam").create_user(UserName="someone")
    assert workplace.run("sandbox", "reset").code == 0
    assert [user["UserName"] for user in sandbox.client("iam").list_users()["Users"]] == ["administrator"]
    told = workplace.run("sandbox", "reset", "--seed", "no-organization", "--output", "json")
    assert told.document["seed"] == "no-organization"


def test_reset_with_accounts(workplace: Workplace, sandbox: Embedded) -> None:
    """--accounts begins with so many member accounts besides, and the next reset without it with none."""
    said = workplace.run("sandbox", "reset", "--accounts", "12")
    assert "seed bare with 12 member accounts besides." in said.out
    assert len(sandbox.client("organizations").list_accounts()["Accounts"]) == 13
    assert workplace.run("sandbox", "reset", "--output", "json").document["accounts"] == 0
    assert len(sandbox.client("organizations").list_accounts()["Accounts"]) == 1


@pytest.mark.parametrize("arguments", [("--accounts", "-1"), ("--accounts", "9", "--seed", "no-organization")])
def test_accounts_that_cannot_be(workplace: Workplace, arguments: tuple[str, ...]) -> None:
    """Less than none, and members of no organization, are errors of usage."""
    assert workplace.run("sandbox", "reset", *arguments).code == 3


@pytest.mark.parametrize("command", ["status", "env", "reset"])
def test_where_nothing_runs(nothing_runs: Workplace, command: str) -> None:
    """What needs a running sandbox ends with 3, and says how to start one."""
    ended = nothing_runs.run("sandbox", command)
    assert (ended.code, ended.out) == (3, "")
    assert "no sandbox runs here (start one with: guardrails sandbox start)" in ended.message


def test_stopping_what_does_not_run(nothing_runs: Workplace) -> None:
    """Stopping is done when nothing runs."""
    assert nothing_runs.run("sandbox", "stop").out == "No sandbox was running.\n"
    assert nothing_runs.run("sandbox", "stop", "--output", "json").document == {"stopped": False}


def test_a_sandbox_that_is_needed_is_started(
    nothing_runs: Workplace, sandbox: Embedded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--sandbox starts one where none runs, and says so on stderr; where one runs it is taken."""
    started: list[Path] = []

    def start(folder: Path, seed: str = "bare") -> sandboxes.Running:
        started.append(folder)
        return sandbox.running

    monkeypatch.setattr(sandboxes, "start", start)
    assert running_endpoint().url == sandbox.endpoint
    assert started == [Path(".guardrails")]
    shown = capsys.readouterr()
    assert (shown.out, shown.err.startswith(f"Started a sandbox at {sandbox.endpoint}")) == ("", True)


def test_start_and_demo_are_passed_on(workplace: Workplace, monkeypatch: pytest.MonkeyPatch, sandbox: Embedded) -> None:
    """start hands its seed on, and takes what already runs; demo hands on the folders and whether to keep its own."""
    asked: list[Any] = []

    def start(folder: Path, seed: str, accounts: int) -> sandboxes.Running:
        asked.append((seed, accounts))
        return sandbox.running

    monkeypatch.setattr(sandboxes, "start", start)
    monkeypatch.setattr(demo, "run", lambda config, content, say, keep: asked.append((config, content, keep)))
    started = workplace.run("sandbox", "start", "--seed", "consolidated-billing", "--accounts", "7")
    assert started.code == 0
    assert "guardrails sandbox reset --seed consolidated-billing --accounts 7" in started.err
    assert workplace.run("sandbox", "demo", "--keep").code == 0
    assert asked == [("consolidated-billing", 7), (Path("config"), workplace.content, True)]


def test_enforce(workplace: Workplace, sandbox: Embedded) -> None:
    """enforce switches the judging of calls by policies on and off while the sandbox runs."""
    sandbox.enforce(False)
    assert workplace.run("sandbox", "enforce", "on").out == "Policies are enforced.\n"
    assert GATE.enforces
    assert workplace.run("sandbox", "enforce", "off", "--output", "json").document == {"enforces": False}
    assert not GATE.enforces


def test_start_enforcing(workplace: Workplace, sandbox: Embedded) -> None:
    """start --enforce leaves the sandbox, also one that ran already, with its policies enforced."""
    GATE.enforces = False
    assert workplace.run("sandbox", "start", "--enforce").code == 0
    assert GATE.enforces
