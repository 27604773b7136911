"""A crash after any write of an apply leaves nothing that the next apply does not mend."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.engine import run
from guardrails.sandbox.embedded import Embedded
from tests.organization_snapshot import differences, snapshot


class Crash(BaseException):
    """The process is gone: nothing catches this, and nothing is written afterwards."""


class CrashAfter:
    """Lets so many writes through; then every further one ends like a killed process."""

    def __init__(self, writes: int) -> None:
        self.left, self.count = writes, 0
        self._lock = Lock()

    def __call__(self, call: str) -> None:
        with self._lock:
            self.count += 1
            self.left -= 1
            if self.left <= 0:
                raise Crash(call)


@pytest.fixture(scope="module")
def desired(request: pytest.FixtureRequest, everyday_config: Path, repository: Path) -> pipeline.Desired:
    whole = request.config.getoption("--whole-baseline")
    return pipeline.compile(pipeline.load(repository / "config" if whole else everyday_config, repository))


def connection(sandbox: Embedded, desired: pipeline.Desired, after_write: Any) -> Connection:
    endpoint = Endpoint(sandbox.endpoint, sandbox.running.access_key_id, sandbox.running.secret_access_key)
    return connect(desired.organization, endpoint=endpoint, after_write=after_write)


def apply(sandbox: Embedded, desired: pipeline.Desired, after_write: Any) -> list[run.Outcome]:
    connected = connection(sandbox, desired, after_write)
    plan = pipeline.make_plan(connected, desired)
    return list(run.apply(pipeline.known_types(), plan, connected.gateway.writer(), connected.directory))


def crash_points(writes: int, step: int) -> Iterator[int]:
    """Every step-th write, the first and the last among them."""
    yield from sorted({1, writes - 1, *range(step, writes, step)})


def test_an_apply_that_crashes_after_any_write_is_completed_by_the_next_one(
    sandbox: Embedded, desired: pipeline.Desired, crash_every: int
) -> None:
    """After a crash at write k and a second apply, all is as after an undisturbed run, and nothing is left to do."""
    counter = CrashAfter(1_000_000)
    outcomes = apply(sandbox, desired, counter)
    assert [o.reason for o in outcomes if o.result is not run.Result.DONE] == []
    undisturbed = snapshot(sandbox)

    for k in crash_points(counter.count, crash_every):
        sandbox.reset()
        with pytest.raises(Crash):
            apply(sandbox, desired, CrashAfter(k))
        outcomes = apply(sandbox, desired, lambda call: None)
        assert [o.reason for o in outcomes if o.result is not run.Result.DONE] == [], f"after write {k}"
        assert "\n".join(differences(undisturbed, snapshot(sandbox))) == "", f"after write {k}"
        rest = pipeline.make_plan(connection(sandbox, desired, lambda call: None), desired)
        assert (rest.changes, rest.blind) == ((), ()), f"after write {k}"
