"""The sandbox's side of the processes in which functions run: one forked for each invocation, killed at its time limit.

The zygote is started at the first invocation and ends with the sandbox. A reset kills what runs; it keeps the zygote,
which holds nothing of any organization.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Final

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.lifecycle import ResetMeanwhile
from guardrails.sandbox.serving.refusals import Refusal
from guardrails.sandbox.serving.turn import given_away

_CHUNK: Final = 65_536
_GRACE_SECONDS: Final = 10.0
"""For a process to be forked, and for Lambda's initialization, which AWS limits to ten seconds of its own."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended: `message` is what its runtime sent, None when it was killed or went away by itself."""

    message: Mapping[str, Any] | None
    timed_out: bool
    seconds: float
    output: str


@dataclass(slots=True)
class _Process:
    """A process that runs a function; `overtaken` once a reset has killed it."""

    channel: socket.socket
    pid: int = 0
    overtaken: bool = False

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if self.pid:
                os.killpg(self.pid, signal.SIGKILL)


@dataclass(slots=True)
class _Zygote:
    """The process that is forked from; `services` are those whose models it has been told to load."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    log: IO[bytes]
    services: set[str] = field(default_factory=set)

    def close(self) -> None:
        self.control.close()
        self.process.wait()
        self.log.close()


_zygotes: Final[list[_Zygote]] = []
_processes: Final[dict[int, _Process]] = {}
_forking: Final = Lock()
"""Held while a process is being forked; several may run at the same time."""


def run(job: Mapping[str, Any], seconds: float) -> Ending:
    """Run a job in a process of its own, for at most so many seconds; other requests have their turn meanwhile.

    Raises:
        ResetMeanwhile: the sandbox was reset while it ran.
        Refusal: no process could be started.
    """
    ours, theirs = socket.socketpair()
    process = _Process(ours)
    _processes[id(process)] = process
    with TemporaryFile() as output, ours:
        try:
            with given_away():
                began = time.monotonic()
                with theirs:
                    _fork(theirs, output)
                message, timed_out = _converse(process, job, seconds)
                took = time.monotonic() - began
        finally:
            process.kill()
            del _processes[id(process)]
        if process.overtaken:
            raise ResetMeanwhile
        output.seek(0)
        return Ending(message, timed_out, took, output.read().decode(errors="replace"))


def end() -> None:
    """Kill what runs, and the zygote with it."""
    for process in list(_processes.values()):
        process.kill()
    with _forking:
        while _zygotes:
            _zygotes.pop().close()


def _overtake() -> None:
    for process in list(_processes.values()):
        process.overtaken = True
        process.kill()


lifecycle.on_reset(_overtake)
lifecycle.on_end(end)


def _converse(process: _Process, job: Mapping[str, Any], seconds: float) -> tuple[Mapping[str, Any] | None, bool]:
    """Hand the job over and hear what comes back; whether time ran out."""
    process.channel.settimeout(_GRACE_SECONDS)
    try:
        process.pid = int(process.channel.recv(_CHUNK) or 0)
        process.channel.sendall(json.dumps(job).encode() + b"\n")
        text = _hear(process.channel, time.monotonic() + seconds)
    except TimeoutError:
        return None, True
    except ConnectionError:
        return None, False
    if not text:
        return None, False
    message: dict[str, Any] = json.loads(text)
    with _forking:
        for zygote in _zygotes:
            zygote.services.update(message.pop("services", ()))
    return message, False


def _hear(channel: socket.socket, deadline: float) -> bytes:
    """One line; what is empty ended without a word."""
    chunks = [b""]
    while not chunks[-1].endswith(b"\n"):
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        chunk = channel.recv(_CHUNK)
        if not chunk:
            return b""
        chunks.append(chunk)
    return b"".join(chunks)


def _fork(channel: socket.socket, output: IO[bytes]) -> None:
    with _forking:
        zygote = _zygotes[0] if _zygotes else _start()
        try:
            services = json.dumps(sorted(zygote.services)).encode()
            socket.send_fds(zygote.control, [services], [channel.fileno(), output.fileno()])
        except ConnectionError as gone:
            _zygotes.clear()
            zygote.log.seek(0)
            said = zygote.log.read().decode(errors="replace").strip().splitlines()
            zygote.close()
            message = f"The process that runs functions ended: {said[-1] if said else 'killed'}"
            raise Refusal("SandboxFailure", message) from gone


def _start() -> _Zygote:
    ours, theirs = socket.socketpair()
    log = TemporaryFile()  # noqa: SIM115 -- closed with the zygote
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- this very program's interpreter
            [sys.executable, "-u", "-P", "-m", "guardrails.sandbox.functions.zygote", str(theirs.fileno())],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            cwd="/",
        )
    _zygotes.append(_Zygote(process, ours, log))
    return _zygotes[0]
