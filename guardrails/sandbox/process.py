"""The sandbox as a background process: started, found again by its state file, reset, ended.

The process leads a session of its own and holds none of its parent's streams, so it survives the command that started
it.
"""

import fcntl
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from guardrails.errors import SandboxError
from guardrails.sandbox.running import Running

STATE_FILE: Final = "sandbox.json"
LOG_FILE: Final = "sandbox.log"
LOCK_FILE: Final = "sandbox.lock"
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.01


def start(state_dir: Path, seed: str, accounts: int = 0) -> Running:
    """Start the sandbox unless a healthy one runs, and return it once it answers."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with _locked(state_dir):
        running = status(state_dir)
        if running is not None:
            return running
        (state_dir / STATE_FILE).unlink(missing_ok=True)
        return _wait(state_dir, _spawn(state_dir, seed, accounts))


def stop(state_dir: Path) -> bool:
    """End the sandbox; True when one was running."""
    running = status(state_dir)
    if running is not None:
        os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _alive(running.pid) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if _alive(running.pid):
            os.kill(running.pid, signal.SIGKILL)
    (state_dir / STATE_FILE).unlink(missing_ok=True)
    return running is not None


def status(state_dir: Path) -> Running | None:
    """The sandbox that the state file names, when it answers and is the very process that wrote the file."""
    running = read_state(state_dir)
    if running is None:
        return None
    answer = _ask(running, "health")
    return running if answer is not None and answer.get("pid") == running.pid else None


def reset(state_dir: Path, seed: str, accounts: int = 0) -> Running:
    """Put the running sandbox back to a seed, with that many member accounts on top.

    Raises:
        SandboxError: none runs, or it refused.
    """
    running = status(state_dir)
    if running is None:
        raise SandboxError(f"No sandbox runs for {state_dir}.")
    if _ask(running, f"reset?seed={seed}&accounts={accounts}", timeout=START_SECONDS) is None:
        raise SandboxError(f"The sandbox at {running.endpoint} did not reset; its log is {state_dir / LOG_FILE}.")
    renewed = Running(running.endpoint, running.pid, seed=seed, accounts=accounts)
    write_state(state_dir, renewed)
    return renewed


def enforce(running: Running, on: bool) -> None:
    """Switch the enforcement of policies.

    Raises:
        SandboxError: it does not answer.
    """
    if _ask(running, f"enforce?on={str(on).lower()}") is None:
        raise SandboxError(f"The sandbox at {running.endpoint} does not answer.")


def faults(running: Running, method: str, fault: Mapping[str, object] | None = None) -> dict[str, object]:
    """Add a fault (POST), list all (GET), clear them (DELETE); gives those in force afterwards.

    Raises:
        SandboxError: it does not answer, or there is no such fault.
    """
    body = None if fault is None else json.dumps(fault).encode()
    answer = _talk(running, method, "faults", body)
    if answer is None:
        raise SandboxError(f"The sandbox at {running.endpoint} does not answer.")
    if answer[0] != http.client.OK:
        raise SandboxError(str(answer[1].get("message")))
    return answer[1]


def read_state(state_dir: Path) -> Running | None:
    """What the state file says; None when there is none or it is not one of ours."""
    try:
        return Running.from_mapping(json.loads((state_dir / STATE_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def is_forgotten(state_dir: Path, pid: int) -> bool:
    """Whether the state file is gone, or names another process than this one: then nobody can find it any more."""
    named = read_state(state_dir)
    return named is None or named.pid != pid


def write_state(state_dir: Path, running: Running) -> None:
    """Write the state file in one step, readable by its owner only."""
    fresh = state_dir / f"{STATE_FILE}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(running.to_json())
    fresh.replace(state_dir / STATE_FILE)


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """Two commands that start at the same time start one sandbox."""
    with (state_dir / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawn(state_dir: Path, seed: str, accounts: int) -> int:
    arguments = [sys.executable, "-m", "guardrails.sandbox", str(state_dir.resolve()), seed, str(accounts)]
    log = str(state_dir / LOG_FILE)
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(sys.executable, arguments, _child_environment(), file_actions=streams, setsid=True)


def _child_environment() -> dict[str, str]:
    """This process's environment without what would change moto's answers or lead AWS calls elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    path = [str(Path(__file__).parents[2]), *filter(None, [kept.get("PYTHONPATH")])]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "PYTHONPATH": os.pathsep.join(path), "AWS_EC2_METADATA_DISABLED": "true"}


def _wait(state_dir: Path, pid: int) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and _alive(pid):
        if (state_dir / STATE_FILE).exists():
            running = status(state_dir)
            if running is not None:
                return running
        time.sleep(POLL_SECONDS)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    log = (state_dir / LOG_FILE).read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    raise SandboxError("\n".join(["The sandbox did not start.", *log]))


def _alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that has ended is collected, so that it does not look alive."""
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _ask(running: Running, what: str, timeout: float = 2.0) -> dict[str, object] | None:
    answer = _talk(running, "POST", what, timeout=timeout)
    return answer[1] if answer is not None and answer[0] == http.client.OK else None


def _talk(
    running: Running, method: str, what: str, body: bytes | None = None, timeout: float = 2.0
) -> tuple[int, dict[str, object]] | None:
    """Status and content of what the sandbox says beside AWS's own calls; None when it does not answer."""
    address = urlsplit(running.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.request(method, f"/_sandbox/{what}", body)
        response = connection.getresponse()
        content = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return (response.status, content) if isinstance(content, dict) else None
