"""Broken code of the sandbox is told plainly: no client tries it again, and no stack hangs on it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError, ServiceException

from guardrails.sandbox.cloudformation import resource_types
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.serving import defects, operations
from guardrails.sandbox.serving.calls import Call

Refused = Callable[..., str]


def broken(*arguments: Any) -> Any:
    raise KeyError("nobody foresaw this")


@pytest.fixture
def broken_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    """`organizations:ListRoots` fails as broken code does."""
    known = operations.handler_of

    def handler_of(service: str, name: str) -> Callable[[Call], operations.Answer] | None:
        return broken if (service, name) == ("organizations", "ListRoots") else known(service, name)

    monkeypatch.setattr(operations, "handler_of", handler_of)


@pytest.mark.usefixtures("broken_roots")
def test_a_defect_is_answered_and_logged(sandbox: Embedded, refused: Refused, caplog: pytest.LogCaptureFixture) -> None:
    """The client is told SandboxFailure at once, the log has the traceback, and the next request is served."""
    organizations = sandbox.client("organizations")
    assert refused(organizations.list_roots) == "SandboxFailure"
    assert "nobody foresaw this" in caplog.text
    assert "Traceback" in caplog.text
    assert organizations.describe_organization()["Organization"]["Id"]


def test_a_defect_fails_the_resource_and_not_the_stack(sandbox: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack whose resource type is broken rolls back with a reason, and can be deleted."""
    topic = resource_types.find("AWS::SNS::Topic")
    monkeypatch.setattr(topic, "create", broken)
    cloudformation = sandbox.client("cloudformation")
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation.create_stack(StackName="one", TemplateBody=template)
    for _look in range(2):
        stack = cloudformation.describe_stacks(StackName="one")["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    (reason,) = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert reason == "The sandbox failed in a resource: KeyError('nobody foresaw this')"
    cloudformation.delete_stack(StackName="one")


@pytest.mark.parametrize(
    ("failure", "code", "message"),
    [
        (ServiceException("Gone", "It went away."), "Gone", "It went away."),
        (JsonRESTError("NotYet", "It is not there yet."), "NotYet", "It is not there yet."),
    ],
)
def test_a_refusal_of_motos_from_within_keeps_its_code(failure: Exception, code: str, message: str) -> None:
    """What moto's own backends refuse is no defect: it is answered in moto's words."""
    refusal = defects.refusal_of(failure, "somewhere")
    assert (refusal.code, refusal.message) == (code, message)
