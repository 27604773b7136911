"""Macie's organization configuration, on the sandbox: put region by region, mended by the write that differs."""

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
from guardrails.resources import macie_organization_configuration as module
from guardrails.resources.macie_organization_configuration import TYPE, MacieOrganizationConfiguration

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
WANTED = MacieOrganizationConfiguration(
    name="Macie", account="security", region=HOME, administrator=account_address("security")
)


@pytest.fixture
def ids(sandbox: "Embedded", connection: Connection, member: Callable[[str], str]) -> Mapping[str, str]:
    """The ids of Macie's designated administrator and of another account, by name; the management account has Macie itself."""
    found = {name: member(name) for name in ("security", "prod")}
    sandbox.client("macie2").enable_macie()
    sandbox.client("macie2").enable_organization_admin_account(adminAccountId=found["security"])
    return found


def looked(
    connection: Connection, want: MacieOrganizationConfiguration
) -> Iterator[Live[MacieOrganizationConfiguration]]:
    place = connection.gateway.reader().at(want.account, want.region)
    return (item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live))


def seen(
    connection: Connection, want: MacieOrganizationConfiguration = WANTED
) -> MacieOrganizationConfiguration | None:
    live = next(looked(connection, want), None)
    return live.resource if live else None


def put(connection: Connection, want: MacieOrganizationConfiguration = WANTED) -> list[str]:
    """What is written to make the region hold what is wanted."""
    live = next(looked(connection, want), None)
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer().at(want.account, want.region), want, live, connection.directory)
    return sorted(call.partition(":")[2] for call in connection.gateway.calls.writes.elements())


def test_put_then_seen_as_wanted(connection: Connection, ids: Mapping[str, str]) -> None:
    """A put covers what is there and what will come, and is seen as wanted; the next one writes nothing."""
    before = seen(connection)
    assert before is not None
    assert before.uncovered == {"management": "not a member", "prod": "not a member"}
    assert put(connection) == [
        "create_member",
        "create_member",
        "update_automated_discovery_configuration",
        "update_organization_configuration",
    ]
    assert seen(connection) == WANTED
    assert put(connection) == []


def test_an_account_that_is_refused(connection: Connection, sandbox: "Embedded", ids: Mapping[str, str]) -> None:
    """One account that AWS refuses fails the put, but not the others; the next put makes what is left."""
    sandbox.client("macie2").disable_macie()
    with pytest.raises(AwsError, match="management account enables it itself"):
        put(connection)
    sandbox.client("macie2").enable_macie()
    assert put(connection) == ["create_member", "update_automated_discovery_configuration"]
    assert seen(connection) == WANTED


def test_an_account_that_had_suspended_macie_itself(
    connection: Connection, sandbox: "Embedded", ids: Mapping[str, str]
) -> None:
    """An account that comes with Macie suspended is taken in and resumed by the same put."""
    sandbox.client("macie2", HOME, ids["prod"]).enable_macie(status="PAUSED")
    assert "update_member_session" in put(connection)
    assert seen(connection) == WANTED


Break = Callable[[Any, Mapping[str, str]], object]
BREAKS: Mapping[str, tuple[Break, Mapping[str, Any]]] = {
    "update_member_session": (
        lambda macie, ids: macie.update_member_session(id=ids["prod"], status="PAUSED"),
        {"uncovered": {"prod": "Paused"}},
    ),
    "create_member": (
        lambda macie, ids: macie.disassociate_member(id=ids["prod"]),
        {"uncovered": {"prod": "Removed"}},
    ),
    "update_organization_configuration": (
        lambda macie, ids: macie.update_organization_configuration(autoEnable=False),
        {"auto_enable": False},
    ),
    "update_macie_session": (
        lambda macie, ids: macie.update_macie_session(findingPublishingFrequency="SIX_HOURS", status="PAUSED"),
        {"finding_publishing_frequency": "SIX_HOURS", "session": "PAUSED"},
    ),
    "batch_update_automated_discovery_accounts": (
        lambda macie, ids: macie.batch_update_automated_discovery_accounts(
            accounts=[{"accountId": ids[name], "status": "DISABLED"} for name in ("prod", "security")]
        ),
        {"uncovered": dict.fromkeys(("prod", "security"), "automated discovery is off")},
    ),
    "update_automated_discovery_configuration": (
        lambda macie, ids: macie.update_automated_discovery_configuration(status="DISABLED"),
        {"automated_discovery": "OFF"},
    ),
}


@pytest.mark.parametrize("write", BREAKS)
def test_mended_by_the_one_write_that_differs(
    connection: Connection, sandbox: "Embedded", ids: Mapping[str, str], write: str
) -> None:
    """What is changed by hand is seen property by property, members by name, and mended by one write."""
    put(connection)
    tamper, differences = BREAKS[write]
    tamper(sandbox.client("macie2", HOME, ids["security"]), ids)
    assert seen(connection) == replace(WANTED, **differences)
    assert put(connection) == [write]
    assert seen(connection) == WANTED


def test_discovery_off_and_existing_accounts_left_alone(connection: Connection, ids: Mapping[str, str]) -> None:
    """Where only new accounts are to be covered nobody is taken in, and discovery can be off."""
    want = replace(WANTED, uncovered=None, automated_discovery="OFF")
    assert put(connection, want) == ["update_organization_configuration"]
    assert seen(connection, want) == want


def test_an_opt_in_region_that_an_account_has_not_opted_into(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account for which the region is off, or that is closed, has nothing to be covered there."""
    put(connection)
    call = Gateway.call

    def opted_out(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        answer = call(self, service, operation, *place)
        if operation == "list_members":
            for each, status in zip(answer["members"], ("RegionDisabled", "AccountSuspended"), strict=True):
                each["relationshipStatus"] = status
        return answer

    monkeypatch.setattr(Gateway, "call", opted_out)
    assert seen(connection) == WANTED


def test_before_the_designation(
    connection: Connection, sandbox: "Embedded", member: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that is not the administrator has no configuration, Macie or not, and a put does not wait for it for ever."""
    absent = list(
        TYPE.observe(connection.gateway.reader().at("security", HOME), [WANTED], Directory())
    )  # the account does not exist yet
    assert absent == []
    member("security")
    assert seen(connection) is None
    connection.gateway.writer().at("security", HOME).write("macie2", "enable_macie")
    assert seen(connection) is None
    monkeypatch.setattr(module, "DESIGNATION_TIMEOUT", 0.0)
    with pytest.raises(AwsError) as raised:
        put(connection)
    assert raised.value.code == "Timeout"


def test_denied_is_not_absent(connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the caller may not look at the administrator's Macie, that account and region is one blind spot."""
    call = Gateway.call

    def denied(self: Gateway, service: str, operation: str, account: str, region: str, params: Any) -> Any:
        if operation != "get_macie_session":
            return call(self, service, operation, account, region, params)
        raise AwsAccessDenied(operation, "AccessDeniedException", "not allowed", account=account, region=region)

    monkeypatch.setattr(Gateway, "call", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "security", HOME)]
