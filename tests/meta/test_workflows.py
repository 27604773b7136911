"""The workflow files are valid, ask for no more than they need, and the drift job says what it found."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yaml"))
DRIFTED = {
    "digest": "d" * 64,
    "complete": True,
    "summary": {"create": 0, "update": 1, "delete": 0, "adopt": 0, "release": 0},
    "changes": [
        {
            "action": "update",
            "address": "AWS::CloudTrail::Trail organization",
            "differences": {"validation": {"live": False, "desired": True}},
        }
    ],
    "blind": [],
    "unmanaged": [],
}
CLEAN = {**DRIFTED, "summary": dict.fromkeys(DRIFTED["summary"], 0), "changes": []}  # type: ignore[call-overload]


def parsed(file: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true; GitHub does not.
    workflow: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in workflow.items()}


def steps_of(file: Path) -> Iterator[dict[str, Any]]:
    for job in parsed(file)["jobs"].values():
        yield from job["steps"]


def step(file: Path, name: str) -> dict[str, Any]:
    return next(one for one in steps_of(file) if one.get("name") == name)


def drift_file() -> Path:
    return next(file for file in WORKFLOWS if file.stem == "drift")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_shape(file: Path) -> None:
    """A workflow has a name, triggers and least permissions; its jobs a runner and a time limit; its steps either use or run."""
    workflow = parsed(file)
    assert workflow.keys() >= {"name", "on", "permissions", "jobs"}
    assert workflow["permissions"]["contents"] == "read"
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        assert job["timeout-minutes"] <= 30
    for one in steps_of(file):
        assert ("uses" in one) != ("run" in one)
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", one.get("uses", "a/b@v1"))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_run_blocks_are_valid_shell(file: Path) -> None:
    """bash can parse every run block, and none pastes an expression into the script, where it would be code."""
    for script in [one["run"] for one in steps_of(file) if "run" in one]:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True, capture_output=True)
        assert "${{" not in script


def test_the_drift_job_can_only_look() -> None:
    """It runs on a schedule and by hand, asks for a token and the contents, takes its role from a variable and runs drift only."""
    workflow = parsed(drift_file())
    assert workflow["on"].keys() == {"schedule", "workflow_dispatch"}
    assert workflow["permissions"] == {"id-token": "write", "contents": "read"}
    credentials = next(one for one in steps_of(drift_file()) if "configure-aws-credentials" in one.get("uses", ""))
    assert credentials["with"]["role-to-assume"] == "${{ vars.GUARDRAILS_DRIFT_ROLE_ARN }}"
    scripts = "".join(one.get("run", "") for one in steps_of(drift_file()))
    assert set(re.findall(r"\bguardrails (\w+)", scripts)) == {"drift"}
    assert "secrets." not in drift_file().read_text(encoding="utf-8")


def test_the_report_is_kept_whatever_happens() -> None:
    """The artifact is uploaded also when a step before it failed, and holds the JSON report."""
    keep = step(drift_file(), "Keep the report")
    assert keep["if"] == "${{ !cancelled() }}"
    assert "drift.json" in keep["with"]["path"]


def run_drift_step(folder: Path, report: object, code: int) -> dict[str, str]:
    """Run the step's own script with a `guardrails` that answers what the test says; returns the step's outputs."""
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "python").symlink_to(sys.executable)
    (folder / ".github").symlink_to(REPOSITORY / ".github")
    (folder / "answer").write_text(json.dumps(report) if report else "", encoding="utf-8")
    guardrails = tools / "guardrails"
    guardrails.write_text(f"#!/bin/sh\ncat answer\necho 'no credentials' >&2\nexit {code}\n", encoding="utf-8")
    guardrails.chmod(0o755)
    environment = {
        **os.environ,
        "GITHUB_OUTPUT": str(folder / "outputs"),
        "GITHUB_STEP_SUMMARY": str(folder / "shown.md"),
    }
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(drift_file(), "Look for drift")["run"]]
    subprocess.run(script, cwd=folder, env=environment, check=True, capture_output=True)
    lines = (folder / "outputs").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def verdict(outputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "EXIT_CODE": outputs["exit_code"], "SUMMARY": outputs["summary"]}
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(drift_file(), "Verdict")["run"]]
    return subprocess.run(script, env=environment, check=False, capture_output=True, text=True)


def test_drift_fails_the_job_and_says_what_drifted(tmp_path: Path) -> None:
    """With drift the summary names each property, live and declared, and the job fails with 2."""
    outputs = run_drift_step(tmp_path, DRIFTED, 2)
    assert outputs == {"exit_code": "2", "summary": "Drift: 1 to update."}
    shown = (tmp_path / "shown.md").read_text(encoding="utf-8")
    assert "<code>validation</code> | <code>false</code> | <code>true</code> |" in shown
    ended = verdict(outputs)
    assert (ended.returncode, ended.stdout.strip()) == (2, "::error title=Drift::Drift: 1 to update.")


def test_no_drift_passes(tmp_path: Path) -> None:
    """Without drift the job succeeds."""
    outputs = run_drift_step(tmp_path, CLEAN, 0)
    assert outputs == {"exit_code": "0", "summary": "No drift."}
    assert verdict(outputs).returncode == 0


def test_a_failure_is_not_called_drift(tmp_path: Path) -> None:
    """When guardrails could not look, the job fails with its exit code, says so, and shows what was said."""
    outputs = run_drift_step(tmp_path, None, 4)
    assert "no credentials" in (tmp_path / "shown.md").read_text(encoding="utf-8")
    ended = verdict(outputs)
    assert ended.returncode == 4
    assert ended.stdout.startswith("::error title=Could not look for drift::")


def test_what_could_not_be_seen_is_said(tmp_path: Path) -> None:
    """A blind spot is named in the summary, never passed over as no drift."""
    blind = {"type": "AWS::SSO::PermissionSet", "account": "", "region": "", "reason": "access denied", "remedy": ""}
    outputs = run_drift_step(tmp_path, {**CLEAN, "complete": False, "blind": [blind]}, 2)
    assert outputs["summary"] == "No drift. Part of the organization could not be seen."
    assert "AWS::SSO::PermissionSet" in (tmp_path / "shown.md").read_text(encoding="utf-8")


def test_ci_runs_the_one_script() -> None:
    """CI does what a contributor can do: it runs .ci/run, which is executable and valid shell."""
    assert [one["run"] for one in steps_of(REPOSITORY / ".github/workflows/ci.yaml") if "run" in one] == [".ci/run"]
    entry = REPOSITORY / ".ci" / "run"
    assert os.access(entry, os.X_OK)
    subprocess.run(["bash", "-n", str(entry)], check=True)
