"""The shipped configuration under its own policies: what they deny to others, they do not deny to the deployer and to stack sets."""

from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.engine import run
from guardrails.sandbox.embedded import Embedded


def connection(sandbox: Embedded, desired: pipeline.Desired) -> Connection:
    endpoint = Endpoint(sandbox.endpoint, sandbox.running.access_key_id, sandbox.running.secret_access_key)
    return connect(desired.organization, endpoint=endpoint)


@pytest.mark.whole_baseline
def test_the_shipped_configuration_stands_under_its_own_policies(sandbox: Embedded, repository: Path) -> None:
    """Applied with every call judged by the policies, as they come, it is complete; a second plan finds nothing to do."""
    sandbox.enforce()
    desired = pipeline.compile(pipeline.load(repository / "config", repository))
    connected = connection(sandbox, desired)
    plan = pipeline.make_plan(connected, desired)
    outcomes = run.apply(pipeline.known_types(), plan, connected.gateway.writer(), connected.directory)
    assert [o.reason for o in outcomes if o.result is not run.Result.DONE] == []
    rest = pipeline.make_plan(connection(sandbox, desired), desired)
    assert (rest.changes, rest.blind) == ((), ())
