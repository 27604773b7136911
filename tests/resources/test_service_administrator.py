"""A service's administrator in a region, on the sandbox: designated once, never replaced, in each service's own words."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.observe import observe
from guardrails.engine.plan import diff
from guardrails.engine.resource import Address, Live
from guardrails.engine.safety import check
from guardrails.errors import AwsAccessDenied, AwsError, PlanError
from guardrails.resources import ACCOUNT_TYPE, account_address, trusted_access_address
from guardrails.resources.service_administrator import ATTEMPTS, TYPE, ServiceAdministrator
from guardrails.security_services import DIALECTS

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
SWITCHED = [name for name, dialect in DIALECTS.items() if dialect.switch]


def wanted(
    name: str, region: str = HOME, administrator: str = "security", management: str | None = None
) -> ServiceAdministrator:
    return ServiceAdministrator(
        name=name, region=region, administrator=account_address(administrator), management=management
    )


@pytest.fixture
def security(member: Callable[[str], str]) -> str:
    """The id of the account that is to administer the services."""
    return member("security")


def observed(connection: Connection, want: ServiceAdministrator) -> Live[ServiceAdministrator] | None:
    place = connection.gateway.reader().at("", want.region)
    return next((item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live)), None)


def put(connection: Connection, want: ServiceAdministrator) -> list[str]:
    """What is written to make the organization hold the wanted administrator."""
    live = observed(connection, want)
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer().at("", want.region), want, live, connection.directory)
    return sorted(connection.gateway.calls.writes.elements())


def seen(connection: Connection, want: ServiceAdministrator) -> ServiceAdministrator | None:
    live = observed(connection, want)
    return live.resource if live else None


@pytest.mark.parametrize("name", DIALECTS)
def test_designated_region_by_region(connection: Connection, security: str, name: str) -> None:
    """Each region takes one designation and is seen as wanted; a second put writes nothing, and trusted access comes first."""
    dialect = DIALECTS[name]
    for region in (HOME, OTHER):
        want = wanted(name, region)
        assert seen(connection, want) is None
        assert put(connection, want) == [f"{dialect.service}:{dialect.designation[0]}"]
        assert seen(connection, want) == want
        assert put(connection, want) == []
    assert wanted(name).references() == {account_address("security"), trusted_access_address(dialect.principal)}


@pytest.mark.parametrize("name", SWITCHED)
def test_switched_on_in_the_management_account(
    connection: Connection, sandbox: "Embedded", security: str, name: str
) -> None:
    """Where the management account is to be covered the service comes on there first; switched off by hand it comes back alone."""
    dialect, want = DIALECTS[name], wanted(name, management="ENABLED")
    assert dialect.switch
    on = f"{dialect.service}:{dialect.switch.on}"
    assert put(connection, want) == sorted([on, f"{dialect.service}:{dialect.designation[0]}"])
    assert seen(connection, want) == want
    client = sandbox.client(dialect.service, HOME)
    getattr(client, dialect.switch.on.replace("enable", "disable"))()
    assert seen(connection, want) == wanted(name, management="DISABLED")
    assert put(connection, want) == [on]
    assert seen(connection, want) == want


@pytest.mark.parametrize("name", DIALECTS)
def test_designated_meanwhile(connection: Connection, sandbox: "Embedded", security: str, name: str) -> None:
    """A designation that was made between plan and apply, or whose answer got lost, is no error."""
    dialect, want = DIALECTS[name], wanted(name)
    operation, parameter = dialect.designation
    getattr(sandbox.client(dialect.service, HOME), operation)(**{parameter: security})
    assert TYPE.put(connection.gateway.writer(), want, None, connection.directory) == {"id": security}


@pytest.mark.parametrize("name", DIALECTS)
def test_another_administrator_is_never_replaced(
    connection: Connection, member: Callable[[str], str], security: str, name: str
) -> None:
    """Another account in the administrator's place is a difference that no plan may mend, and AWS would refuse it too."""
    member("other")
    put(connection, wanted(name, administrator="other"))
    want, types = wanted(name), {TYPE.name: TYPE}
    connection.directory.learn(trusted_access_address(DIALECTS[name].principal), {"id": DIALECTS[name].principal})
    found = observe(types, connection.gateway.reader(), [want], connection.directory)
    plan = diff(types, [want], found, connection.directory)
    assert [d.property for change in plan.changes for d in change.differences] == ["administrator"]
    with pytest.raises(PlanError, match="administrator cannot be changed"):
        check(plan, {})
    with pytest.raises(AwsError):
        put(connection, wanted(name, OTHER))


def test_one_that_is_leaving(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator who is just being dismissed is none; one that is a stranger is called by its id."""
    entry = {"AccountId": "222222222222", "Status": "DISABLE_IN_PROGRESS"}
    monkeypatch.setattr("guardrails.aws.gateway.Gateway.call", lambda *call: {"AdminAccounts": [entry]})
    assert seen(connection, wanted("Security Hub")) is None
    entry["Status"] = "ENABLED"
    stranger = seen(connection, wanted("Security Hub"))
    assert stranger is not None
    assert stranger.administrator == Address(ACCOUNT_TYPE, "222222222222")


@pytest.mark.parametrize(("refusals", "taken"), [(2, True), (ATTEMPTS, False)])
def test_an_account_that_was_only_just_made_is_asked_again(
    connection: Connection, security: str, monkeypatch: pytest.MonkeyPatch, refusals: int, taken: bool
) -> None:
    """AWS refuses a new account at first, in the words of a wrong request: the designation is tried several times, not for ever."""
    real = Gateway.call
    refused: list[str] = []

    def young(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "enable_organization_admin_account" and len(refused) < refusals:
            refused.append(operation)
            raise AwsError("macie2:enable_organization_admin_account", "ValidationException", "not yet")
        return real(self, service, operation, *place)

    monkeypatch.setattr(Gateway, "call", young)
    if taken:
        put(connection, wanted("Macie"))
    else:
        with pytest.raises(AwsError, match="not yet"):
            put(connection, wanted("Macie"))
    assert len(refused) == refusals
    assert (seen(connection, wanted("Macie")) is not None) == taken


@pytest.mark.parametrize("management", [None, "ENABLED"])
def test_denied_is_not_absent(
    connection: Connection, security: str, monkeypatch: pytest.MonkeyPatch, management: str | None
) -> None:
    """A region in which nobody may look is a blind spot, and a refusal of the caller is not taken for a service that is off."""
    put(connection, wanted("Macie", OTHER))
    real, refused = Gateway.call, "get_macie_session" if management else "list_organization_admin_accounts"

    def denied(self: Gateway, service: str, operation: str, account: str, region: str, params: Any) -> Any:
        if operation != refused:
            return real(self, service, operation, account, region, params)
        raise AwsAccessDenied(operation, "AccessDeniedException", "not allowed", account=account, region=region)

    monkeypatch.setattr(Gateway, "call", denied)
    want = wanted("Macie", OTHER, management=management)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [want], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "", OTHER)]
