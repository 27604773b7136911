"""The shipped configuration while things go wrong: what the engine makes of it, and how the next apply mends it."""

from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.aws import sessions
from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.engine import run, safety
from guardrails.engine.plan import Plan
from guardrails.errors import IncompletePlan
from guardrails.limits import limits_of
from guardrails.sandbox.embedded import Embedded

ATTEMPTS_ON_AWS = 10


@pytest.fixture
def desired(everyday_config: Path, repository: Path) -> pipeline.Desired:
    return pipeline.compile(pipeline.load(everyday_config, repository))


@pytest.fixture
def as_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients try as often as on AWS, without waiting in between."""
    monkeypatch.setattr(sessions, "EMULATOR_RETRIES", ATTEMPTS_ON_AWS)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


def connection(sandbox: Embedded, desired: pipeline.Desired) -> Connection:
    endpoint = Endpoint(sandbox.endpoint, sandbox.running.access_key_id, sandbox.running.secret_access_key)
    return connect(desired.organization, endpoint=endpoint)


def plan_of(sandbox: Embedded, desired: pipeline.Desired) -> Plan:
    return pipeline.make_plan(connection(sandbox, desired), desired)


def apply(sandbox: Embedded, desired: pipeline.Desired) -> list[str]:
    """Plan and apply; why changes failed."""
    connected = connection(sandbox, desired)
    plan = pipeline.make_plan(connected, desired)
    outcomes = run.apply(pipeline.known_types(), plan, connected.gateway.writer(), connected.directory)
    return [str(outcome.reason) for outcome in outcomes if outcome.result is not run.Result.DONE]


SEEDS = pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.whole_baseline)])


@SEEDS
def test_in_rough_weather_the_apply_is_complete(
    sandbox: Embedded, desired: pipeline.Desired, as_on_aws: None, seed: int
) -> None:
    """Throttled, in conflict and met by failures of services, one apply does everything, and a second plan is empty."""
    conflicts = ("cloudformation:*", "organizations:*", "sso-admin:*")
    faults = [
        sandbox.fail("throttling", probability=0.15, seed=seed),
        sandbox.fail("server-error", probability=0.1, seed=seed),
        *(sandbox.fail("conflict", calls=calls, probability=0.2, seed=seed) for calls in conflicts),
    ]
    assert apply(sandbox, desired) == []
    assert {fault.kind for fault in faults if fault.struck} == {"throttling", "server-error", "conflict"}
    sandbox.mend()
    rest = plan_of(sandbox, desired)
    assert (rest.changes, rest.blind) == ((), ())


@SEEDS
def test_lost_answers_are_mended_by_the_next_apply(
    sandbox: Embedded, desired: pipeline.Desired, as_on_aws: None, seed: int
) -> None:
    """What was done and never confirmed may fail one apply; the next one, in good weather, completes it, and nothing stands twice."""
    lost = sandbox.fail("lost-response", probability=0.1, seed=seed)
    apply(sandbox, desired)
    assert lost.struck
    sandbox.mend()
    assert apply(sandbox, desired) == []
    rest = plan_of(sandbox, desired)
    assert (rest.changes, rest.blind) == ((), ())


def test_denied_reads_make_blind_spots(sandbox: Embedded, desired: pipeline.Desired) -> None:
    """What may not be read is told as unseen, and such a plan is not applied."""
    assert apply(sandbox, desired) == []
    sandbox.fail("denied", calls="guardduty:*")
    plan = plan_of(sandbox, desired)
    assert plan.blind
    with pytest.raises(IncompletePlan):
        safety.check(plan, limits_of(desired.organization, desired.resources))


def test_a_failed_stack_instance_is_told_and_mended(sandbox: Embedded, desired: pipeline.Desired) -> None:
    """A stack set that fails in one region of an account is reported with both; the next apply deploys there."""
    region = desired.organization.governed_regions[-1]
    fault = sandbox.fail("stack-instance", region=region, reason="No room left.", times=1)
    failures = apply(sandbox, desired)
    assert fault.struck == 1
    assert any(region in failure and "No room left." in failure for failure in failures), failures
    assert apply(sandbox, desired) == []
    rest = plan_of(sandbox, desired)
    assert (rest.changes, rest.blind) == ((), ())
