"""GuardDuty's administrator in a region, on the sandbox: designated once, never replaced; the management account is covered too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.observe import observe
from guardrails.engine.plan import diff
from guardrails.engine.resource import Live
from guardrails.engine.safety import check
from guardrails.errors import AwsAccessDenied, AwsError, PlanError
from guardrails.resources import account_address
from guardrails.resources.guardduty_administrator import TYPE, GuardDutyAdministrator

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"


def wanted(region: str = HOME, administrator: str = "security") -> GuardDutyAdministrator:
    return GuardDutyAdministrator(
        name="GuardDuty",
        region=region,
        administrator=account_address(administrator),
        management_detector="ENABLED",
    )


@pytest.fixture
def security(member: Callable[[str], str]) -> str:
    """The id of the account that is to administer GuardDuty."""
    return member("security")


def observed(connection: Connection, account: str = "", region: str = HOME) -> list[GuardDutyAdministrator]:
    """What a fresh observation sees in one place."""
    found = TYPE.observe(connection.gateway.reader().at(account, region), [], connection.directory)
    return [item.resource for item in found if isinstance(item, Live)]


def put(connection: Connection, want: GuardDutyAdministrator) -> Mapping[str, str]:
    place = connection.gateway.reader().at("", want.region)
    live = next((item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live)), None)
    connection.gateway.calls.writes.clear()
    return TYPE.put(connection.gateway.writer().at("", want.region), want, live, connection.directory)


def writes(connection: Connection) -> list[str]:
    return sorted(connection.gateway.calls.writes.elements())


def test_designated_region_by_region(connection: Connection, security: str) -> None:
    """Each region takes a detector of the management account and one designation; a second put writes nothing."""
    for region in (HOME, OTHER):
        assert observed(connection, region=region) == []
        assert put(connection, wanted(region)) == {"id": security}
        assert writes(connection) == ["guardduty:create_detector", "guardduty:enable_organization_admin_account"]
        assert observed(connection, region=region) == [wanted(region)]
        put(connection, wanted(region))
        assert writes(connection) == []


def test_looked_for_in_the_management_account_only(connection: Connection, security: str) -> None:
    """Only the management account can say who administers: elsewhere nothing is asked."""
    put(connection, wanted())
    connection.gateway.calls.reads.clear()
    assert observed(connection, account="security") == []
    assert connection.gateway.calls.reads == {}


def test_the_management_accounts_detector_comes_back(
    connection: Connection, sandbox: "Embedded", security: str
) -> None:
    """A management account without its detector is a difference, and mended without a new designation; so is a switched-off one."""
    put(connection, wanted())
    client = sandbox.client("guardduty", HOME)
    (detector,) = client.list_detectors()["DetectorIds"]
    client.update_detector(DetectorId=detector, Enable=False)
    assert observed(connection)[0].management_detector == "DISABLED"
    put(connection, wanted())
    assert writes(connection) == ["guardduty:update_detector"]
    client.delete_detector(DetectorId=detector)
    assert observed(connection)[0].management_detector == ""
    put(connection, wanted())
    assert writes(connection) == ["guardduty:create_detector"]
    assert observed(connection) == [wanted()]


def test_designated_meanwhile(connection: Connection, sandbox: "Embedded", security: str) -> None:
    """A designation that was made between plan and apply, or whose answer got lost, is no error."""
    sandbox.client("guardduty", HOME).enable_organization_admin_account(AdminAccountId=security)
    assert TYPE.put(connection.gateway.writer(), wanted(), None, connection.directory) == {"id": security}
    assert observed(connection) == [wanted()]


def test_a_put_cut_off_is_completed(connection: Connection, sandbox: "Embedded", security: str) -> None:
    """After a run that ended with the management account's detector, the next put only designates."""
    sandbox.client("guardduty", HOME).create_detector(Enable=True)
    put(connection, wanted())
    assert writes(connection) == ["guardduty:enable_organization_admin_account"]
    assert observed(connection) == [wanted()]


def test_the_management_account_left_alone(connection: Connection, security: str) -> None:
    """Where the management account's own detector is not managed, the designation is all that is written."""
    put(connection, replace(wanted(), management_detector=None))
    assert writes(connection) == ["guardduty:enable_organization_admin_account"]


def test_one_that_is_leaving(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator who is just being dismissed is none."""
    leaving = {"AdminAccounts": [{"AdminAccountId": "222222222222", "AdminStatus": "DISABLE_IN_PROGRESS"}]}
    monkeypatch.setattr("guardrails.aws.gateway.Gateway.call", lambda *call: leaving)
    assert observed(connection) == []


def test_another_administrator_is_never_replaced(
    connection: Connection, member: Callable[[str], str], security: str
) -> None:
    """Another account in the administrator's place is a difference that no plan may mend, and AWS would refuse it too."""
    member("other")
    put(connection, wanted(administrator="other"))
    assert observed(connection)[0].administrator == account_address("other")
    assert "administrator" in wanted().immutable()
    with pytest.raises(AwsError) as raised:
        put(connection, wanted(OTHER))
    assert raised.value.code == "BadRequestException"


def test_a_plan_that_would_replace_it_is_refused(
    connection: Connection, member: Callable[[str], str], security: str
) -> None:
    """The plan shows the other administrator and the declared one, and may not be applied."""
    member("other")
    put(connection, wanted(administrator="other"))
    want, types = wanted(), {TYPE.name: TYPE}
    seen = observe(types, connection.gateway.reader(), [want], connection.directory)
    plan = diff(types, [want], seen, connection.directory)
    assert [d.property for change in plan.changes for d in change.differences] == ["administrator"]
    with pytest.raises(PlanError, match="administrator cannot be changed"):
        check(plan, {})


def test_denied_is_not_absent(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A region in which nobody may look is a blind spot, and the region is named."""

    def denied(call: object, service: str, operation: str, account: str, region: str, params: object) -> None:
        raise AwsAccessDenied(f"{service}:{operation}", "AccessDenied", "not allowed", account=account, region=region)

    monkeypatch.setattr("guardrails.aws.gateway.Gateway.call", denied)
    seen = observe({TYPE.name: TYPE}, connection.gateway.reader(), [wanted(OTHER)], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in seen.blind] == [(TYPE.name, "", OTHER)]


def test_an_account_that_was_only_just_made_is_asked_again(
    connection: Connection, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS refuses a new account at first, in the words of a wrong request: the designation is tried until it is taken."""
    real = Gateway.call
    refused: list[str] = []

    def young(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "enable_organization_admin_account" and len(refused) < 2:
            refused.append(operation)
            raise AwsError("guardduty:enable_organization_admin_account", "BadRequestException", "not yet")
        return real(self, service, operation, *place)

    monkeypatch.setattr(Gateway, "call", young)
    assert put(connection, wanted()) == {"id": security}
    assert len(refused) == 2
    assert [resource.administrator for resource in observed(connection)] == [account_address("security")]
