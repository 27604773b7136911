"""The background process: started, found, reset, ended."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from guardrails import sandbox
from guardrails.errors import SandboxError
from guardrails.sandbox import __main__ as served
from guardrails.sandbox import process
from guardrails.sandbox.running import Running


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the tests of this file share one running sandbox."""
    folder = tmp_path_factory.mktemp("state")
    sandbox.start(folder)
    yield folder
    sandbox.stop(folder)


def organization_of(running: sandbox.Running) -> str:
    organizations = boto3.client(
        "organizations",
        region_name=running.region,
        endpoint_url=running.endpoint,
        aws_access_key_id=running.access_key_id,
        aws_secret_access_key=running.secret_access_key,
    )
    return str(organizations.describe_organization()["Organization"]["Id"])


def test_start_is_idempotent(state_dir: Path) -> None:
    """Starting again returns the same process, with the same organization in it; `status` finds it as well."""
    running = sandbox.start(state_dir)
    before = organization_of(running)
    assert sandbox.start(state_dir) == running == sandbox.status(state_dir)
    assert organization_of(running) == before
    assert running.endpoint.startswith("http://127.0.0.1:")


def test_the_state_file_is_the_owners(state_dir: Path) -> None:
    """`sandbox.json` tells endpoint, pid and credentials, and nobody else may read it."""
    file = state_dir / "sandbox.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    fields = json.loads(file.read_text(encoding="utf-8"))
    assert {"endpoint", "pid", "account_id", "access_key_id", "secret_access_key"} <= set(fields)


def test_a_reset_keeps_the_process(state_dir: Path) -> None:
    """Another organization, the same address and process."""
    running = sandbox.start(state_dir)
    before = organization_of(running)
    assert sandbox.reset(state_dir) == running
    assert organization_of(running) != before


def test_it_survives_the_command_that_started_it(tmp_path: Path) -> None:
    """A sandbox started by a process that has ended still answers, and that process did not wait for it to end."""
    code = "import sys; from pathlib import Path; from guardrails import sandbox; sandbox.start(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, timeout=60)
    running = sandbox.status(tmp_path)
    assert running is not None
    assert os.getsid(running.pid) == running.pid
    assert sandbox.stop(tmp_path)
    assert sandbox.status(tmp_path) is None
    assert not sandbox.stop(tmp_path)


def test_a_stale_state_file_misleads_nobody(tmp_path: Path) -> None:
    """A file that names a port where nobody, or somebody else, answers is as good as none; rubbish too."""
    process.write_state(tmp_path, sandbox.Running("http://127.0.0.1:9", os.getpid()))
    assert sandbox.status(tmp_path) is None
    (tmp_path / "sandbox.json").write_text("{", encoding="utf-8")
    assert sandbox.status(tmp_path) is None
    with pytest.raises(SandboxError):
        sandbox.reset(tmp_path)


def test_importing_the_package_imports_no_moto() -> None:
    """`import guardrails.sandbox` brings in neither moto nor boto3."""
    code = (
        "import sys, guardrails.sandbox; sys.exit(any(name in sys.modules for name in ('moto', 'boto3', 'botocore')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_process_that_nobody_can_find_is_forgotten(tmp_path: Path) -> None:
    """Without a state file, with a broken one, or with one that names another process, nobody finds this one any more."""
    mine = os.getpid()
    assert process.is_forgotten(tmp_path, mine)
    process.write_state(tmp_path, Running("http://127.0.0.1:1", mine))
    assert not process.is_forgotten(tmp_path, mine)
    assert process.is_forgotten(tmp_path, mine + 1)
    (tmp_path / process.STATE_FILE).write_text("{", encoding="utf-8")
    assert process.is_forgotten(tmp_path, mine)


def test_a_forgotten_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between requests it looks from time to time, and ends once nobody could find it; before that it stays."""
    monkeypatch.setattr(served, "LOOK_SECONDS", 0.0)
    look = served.ending_when_forgotten(tmp_path)
    process.write_state(tmp_path, Running("http://127.0.0.1:1", os.getpid()))
    look()
    (tmp_path / process.STATE_FILE).unlink()
    with pytest.raises(SystemExit):
        look()
