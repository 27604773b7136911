"""Trusted access, on the sandbox: given once, seen in one look, StackSets' own activation included."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.observe import observe
from guardrails.engine.resource import Live
from guardrails.errors import AwsAccessDenied
from guardrails.resources import STACK_SETS_PRINCIPAL
from guardrails.resources.trusted_access import TYPE, TrustedAccess

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

CLOUDTRAIL = "cloudtrail.amazonaws.com"


def observed(connection: Connection) -> dict[str, Live[TrustedAccess]]:
    """What a fresh observation sees, by service principal."""
    found = TYPE.observe(connection.gateway.reader(), [], connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, principal: str) -> Mapping[str, str]:
    live = observed(connection).get(principal)
    return TYPE.put(connection.gateway.writer(), TrustedAccess(name=principal), live, connection.directory)


@pytest.mark.parametrize(
    ("principal", "write"),
    [
        (CLOUDTRAIL, "organizations:enable_aws_service_access"),
        (STACK_SETS_PRINCIPAL, "cloudformation:activate_organizations_access"),
    ],
)
def test_given_by_one_write(connection: Connection, principal: str, write: str) -> None:
    """Each service gets its access the supported way, by one write, and is seen to have it afterwards."""
    assert principal not in observed(connection)
    assert put(connection, principal) == {"id": principal}
    assert observed(connection)[principal].resource == TrustedAccess(name=principal)
    assert connection.gateway.calls.writes == {write: 1}


def test_seen_in_two_calls(connection: Connection) -> None:
    """However many services are trusted, a look takes two calls."""
    put(connection, CLOUDTRAIL)
    connection.gateway.calls.reads.clear()
    observed(connection)
    assert connection.gateway.calls.reads == {
        "organizations:list_aws_service_access_for_organization": 1,
        "cloudformation:describe_organizations_access": 1,
    }


def test_the_principal_alone_does_not_activate_stack_sets(connection: Connection, sandbox: "Embedded") -> None:
    """StackSets count as trusted only when they are activated and their principal is trusted; putting them again mends either."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)
    assert STACK_SETS_PRINCIPAL not in observed(connection)
    put(connection, STACK_SETS_PRINCIPAL)
    assert STACK_SETS_PRINCIPAL in observed(connection)
    organizations.disable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)
    assert STACK_SETS_PRINCIPAL not in observed(connection)
    put(connection, STACK_SETS_PRINCIPAL)
    assert STACK_SETS_PRINCIPAL in observed(connection)


@pytest.mark.parametrize("principal", [CLOUDTRAIL, STACK_SETS_PRINCIPAL])
def test_taken_away(connection: Connection, principal: str) -> None:
    """Access that is deleted is gone."""
    put(connection, principal)
    TYPE.delete(connection.gateway.writer(), observed(connection)[principal], connection.directory)
    assert principal not in observed(connection)


def test_denied_is_not_absent(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the caller may not look at StackSets' activation, the type is one blind spot that names what to allow."""

    def denied(call: object, service: str, operation: str, *place: object) -> Mapping[str, object]:
        if operation == "describe_organizations_access":
            raise AwsAccessDenied(f"{service}:{operation}", "AccessDenied", "not allowed")
        return {}

    monkeypatch.setattr("guardrails.aws.gateway.Gateway.call", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [], connection.directory)
    assert not found.live
    (spot,) = found.blind
    assert spot.type == TYPE.name
    assert spot.remedy == "let the caller perform cloudformation:describe_organizations_access"
