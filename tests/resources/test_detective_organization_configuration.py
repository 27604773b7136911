"""Detective's organization configuration, on the sandbox: members of the graph, mended by the write that differs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.observe import observe
from guardrails.engine.resource import Directory, Live
from guardrails.errors import AwsAccessDenied, AwsError
from guardrails.resources import account_address
from guardrails.resources import detective_organization_configuration as module
from guardrails.resources.detective_organization_configuration import TYPE, DetectiveOrganizationConfiguration

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
WANTED = DetectiveOrganizationConfiguration(
    name="Detective", account="security", region=HOME, administrator=account_address("security")
)


@pytest.fixture
def ids(sandbox: "Embedded", connection: Connection, member: Callable[[str], str]) -> Mapping[str, str]:
    """The ids of Detective's designated administrator and of another account, by name."""
    found = {name: member(name) for name in ("security", "prod")}
    sandbox.client("detective").enable_organization_admin_account(AccountId=found["security"])
    return found


def looked(
    connection: Connection, want: DetectiveOrganizationConfiguration
) -> Iterator[Live[DetectiveOrganizationConfiguration]]:
    place = connection.gateway.reader().at(want.account, want.region)
    return (item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live))


def seen(
    connection: Connection, want: DetectiveOrganizationConfiguration = WANTED
) -> DetectiveOrganizationConfiguration | None:
    live = next(looked(connection, want), None)
    return live.resource if live else None


def put(connection: Connection, want: DetectiveOrganizationConfiguration = WANTED) -> list[str]:
    """What is written to make the region hold what is wanted."""
    live = next(looked(connection, want), None)
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer().at(want.account, want.region), want, live, connection.directory)
    return sorted(call.partition(":")[2] for call in connection.gateway.calls.writes.elements())


def test_put_then_seen_as_wanted(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A put covers what will come and takes in what is there, so many with one request; the next one writes nothing."""
    before = seen(connection)
    assert before is not None
    assert before.uncovered == {"management": "not a member", "prod": "not a member"}
    monkeypatch.setattr(module, "PER_CALL", 1)
    assert put(connection) == ["create_members", "create_members", "update_organization_configuration"]
    assert seen(connection) == WANTED
    assert put(connection) == []


def test_existing_accounts_left_alone(connection: Connection, ids: Mapping[str, str]) -> None:
    """Where only new accounts are to be covered nobody is taken in."""
    want = replace(WANTED, uncovered=None)
    assert put(connection, want) == ["update_organization_configuration"]
    assert seen(connection, want) == want


def test_an_account_that_is_not_taken_in(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that Detective does not process fails the put by its id and Detective's own reason."""
    call = Gateway.call

    def unprocessed(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "create_members":
            return {"UnprocessedAccounts": [{"AccountId": ids["prod"], "Reason": "The graph is full."}]}
        return call(self, service, operation, *place)

    monkeypatch.setattr(Gateway, "call", unprocessed)
    with pytest.raises(AwsError, match=f"{ids['prod']}: The graph is full"):
        put(connection)


def test_before_the_designation(
    connection: Connection, member: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that is not the administrator has no configuration, and a put does not wait for it for ever."""
    place = connection.gateway.reader().at("security", HOME)
    assert list(TYPE.observe(place, [WANTED], Directory())) == []  # the account does not exist yet
    member("security")
    assert seen(connection) is None
    monkeypatch.setattr(module, "DESIGNATION_TIMEOUT", 0.0)
    with pytest.raises(AwsError) as raised:
        put(connection)
    assert raised.value.code == "Timeout"


def test_denied_is_not_absent(connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the caller may not look at the graph's members, that account and region is one blind spot."""
    call = Gateway.call

    def denied(self: Gateway, service: str, operation: str, account: str, region: str, params: Any) -> Any:
        if operation != "list_members":
            return call(self, service, operation, account, region, params)
        raise AwsAccessDenied(operation, "AccessDeniedException", "not allowed", account=account, region=region)

    monkeypatch.setattr(Gateway, "call", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "security", HOME)]
