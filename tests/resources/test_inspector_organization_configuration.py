"""Inspector's organization configuration, on the sandbox: put region by region, mended by the writes that differ."""

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
from guardrails.resources import inspector_organization_configuration as module
from guardrails.resources.inspector_organization_configuration import SCANS, TYPE, InspectorOrganizationConfiguration

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
WANTED = InspectorOrganizationConfiguration(
    name="Inspector",
    account="security",
    region=HOME,
    administrator=account_address("security"),
    everywhere=("EC2", "ECR"),
    auto_enable={scan: scan in ("EC2", "ECR", "LAMBDA") for scan in SCANS},
    ec2_scan_mode="EC2_HYBRID",
)


@pytest.fixture
def ids(sandbox: "Embedded", connection: Connection, member: Callable[[str], str]) -> Mapping[str, str]:
    """The ids of Inspector's designated administrator and of another account, by name."""
    found = {name: member(name) for name in ("security", "prod")}
    sandbox.client("inspector2").enable_delegated_admin_account(delegatedAdminAccountId=found["security"])
    return found


def looked(
    connection: Connection, want: InspectorOrganizationConfiguration
) -> Iterator[Live[InspectorOrganizationConfiguration]]:
    place = connection.gateway.reader().at(want.account, want.region)
    return (item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live))


def seen(
    connection: Connection, want: InspectorOrganizationConfiguration = WANTED
) -> InspectorOrganizationConfiguration | None:
    live = next(looked(connection, want), None)
    return live.resource if live else None


def put(connection: Connection, want: InspectorOrganizationConfiguration = WANTED) -> list[str]:
    """What is written to make the region hold what is wanted."""
    live = next(looked(connection, want), None)
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer().at(want.account, want.region), want, live, connection.directory)
    return sorted(call.partition(":")[2] for call in connection.gateway.calls.writes.elements())


def test_put_then_seen_as_wanted(connection: Connection, ids: Mapping[str, str]) -> None:
    """A put switches the administrator on, says what new accounts get, and takes in the others, which get it too; then nothing is left."""
    assert seen(connection) is None
    assert put(connection) == [
        "associate_member",
        "associate_member",
        "enable",
        "update_organization_configuration",
    ]
    assert seen(connection) == WANTED
    assert put(connection) == []


Break = Callable[[Any, Mapping[str, str]], object]
BREAKS: Mapping[str, tuple[Break, Mapping[str, Any], list[str]]] = {
    "a scan off in a member": (
        lambda inspector, ids: inspector.disable(accountIds=[ids["prod"]], resourceTypes=["ECR"]),
        {"uncovered": {"prod": ["ECR"]}},
        ["enable"],
    ),
    "a scan off in the administrator's own account": (
        lambda inspector, ids: inspector.disable(resourceTypes=["ECR"]),
        {"uncovered": {"security": ["ECR"]}},
        ["enable"],
    ),
    "a member let go": (
        lambda inspector, ids: inspector.disassociate_member(accountId=ids["prod"]),
        {"uncovered": {"prod": "REMOVED"}},
        ["associate_member"],
    ),
    "nothing for new accounts": (
        lambda inspector, ids: inspector.update_organization_configuration(autoEnable={"ec2": False, "ecr": False}),
        {"auto_enable": {scan: scan == "LAMBDA" for scan in SCANS}},
        ["update_organization_configuration"],
    ),
    "another scan mode": (
        lambda inspector, ids: inspector.update_configuration(ec2Configuration={"scanMode": "EC2_SSM_AGENT_BASED"}),
        {"ec2_scan_mode": "EC2_SSM_AGENT_BASED"},
        ["update_configuration"],
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_mended_by_the_write_that_differs(
    connection: Connection, sandbox: "Embedded", ids: Mapping[str, str], name: str
) -> None:
    """What is changed by hand is seen property by property, accounts and scans by name, and mended by one write."""
    put(connection)
    tamper, differences, writes = BREAKS[name]
    tamper(sandbox.client("inspector2", HOME, ids["security"]), ids)
    assert seen(connection) == replace(WANTED, **differences)
    assert put(connection) == writes
    assert seen(connection) == WANTED


def test_scans_that_new_accounts_do_not_get(
    connection: Connection, ids: Mapping[str, str], sandbox: "Embedded"
) -> None:
    """Existing accounts that lack the same scans get them in one request, also where new accounts do not."""
    want = replace(WANTED, auto_enable=dict.fromkeys(SCANS, False) | {"EC2": True}, everywhere=("EC2", "LAMBDA"))
    assert put(connection, want).count("enable") == 2  # the administrator's own first
    assert seen(connection, want) == want


def test_existing_accounts_left_alone(connection: Connection, ids: Mapping[str, str]) -> None:
    """Where only new accounts are to be covered nobody is taken in, and a scan mode that is not declared is not looked at."""
    want = replace(WANTED, everywhere=(), uncovered=None, ec2_scan_mode=None)
    assert put(connection, want) == ["enable", "update_organization_configuration"]
    assert seen(connection, want) == want


def answering(monkeypatch: pytest.MonkeyPatch, wanted: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what one operation answers."""
    call = Gateway.call

    def changed(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        answer = dict(call(self, service, operation, *place))
        if operation == wanted:
            change(answer)
        return answer

    monkeypatch.setattr(Gateway, "call", changed)


def test_an_account_whose_region_is_off(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account for which the region is off, or that is closed, has nothing to be scanned there."""
    put(connection)

    def opted_out(answer: dict[str, Any]) -> None:
        for each, status in zip(answer["members"], ("REGION_DISABLED", "ACCOUNT_SUSPENDED"), strict=True):
            each["relationshipStatus"] = status

    answering(monkeypatch, "list_members", opted_out)
    assert seen(connection) == WANTED


@pytest.mark.parametrize(("code", "fails"), [("BLOCKED_BY_ORGANIZATION_POLICY", True), ("ENABLE_IN_PROGRESS", False)])
def test_a_scan_that_cannot_be_switched_on(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, code: str, fails: bool
) -> None:
    """An account in which a scan cannot come on fails the put by its id and AWS's own reason; one where it comes on already does not."""
    failure = {"accountId": ids["prod"], "errorCode": code, "errorMessage": "as the test says"}
    answering(monkeypatch, "enable", lambda answer: answer.update(failedAccounts=[failure]))
    if fails:
        with pytest.raises(AwsError, match=ids["prod"]) as raised:
            put(connection)
        assert raised.value.code == code
    else:
        put(connection)


def test_an_account_that_is_refused(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One account that AWS refuses fails the put, but not the others; the next put makes what is left."""
    call = Gateway.call

    def refusing(self: Gateway, service: str, operation: str, account: str, region: str, params: Any) -> Any:
        if operation == "associate_member" and params["accountId"] != ids["prod"]:
            raise AwsError(operation, "ValidationException", "as the test says")
        return call(self, service, operation, account, region, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "call", refusing)
        with pytest.raises(AwsError, match="as the test says"):
            put(connection)
    live = seen(connection)
    assert live is not None
    assert live.uncovered == {"management": "not a member"}
    assert put(connection) == ["associate_member"]
    assert seen(connection) == WANTED


def test_what_new_accounts_are_denied(connection: Connection, sandbox: "Embedded", ids: Mapping[str, str]) -> None:
    """Scans that new accounts had and shall not have are switched off; of others that may not be offered nothing is said."""
    put(connection)
    inspector = sandbox.client("inspector2", HOME, ids["security"])
    inspector.update_organization_configuration(
        autoEnable={"ec2": True, "ecr": True, "lambda": True, "lambdaCode": True}
    )
    assert put(connection) == ["update_organization_configuration"]
    assert inspector.describe_organization_configuration()["autoEnable"]["lambdaCode"] is False


def test_a_hundred_accounts_a_call(
    connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scans of a hundred accounts are asked for in one call, not account by account."""
    put(connection)
    monkeypatch.setattr(module, "PER_CALL", 2)
    connection.gateway.calls.reads.clear()
    assert seen(connection) == WANTED
    assert (
        connection.gateway.calls.reads["inspector2:batch_get_account_status"] == 3
    )  # its own, and three in portions of two
    assert connection.gateway.calls.reads.total() == 7


def test_before_the_designation(
    connection: Connection, member: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that is not the administrator has no configuration, Inspector on or not, and a put does not wait for ever."""
    place = connection.gateway.reader().at("security", HOME)
    assert list(TYPE.observe(place, [WANTED], Directory())) == []  # the account does not exist yet
    member("security")
    assert seen(connection) is None
    monkeypatch.setattr(module, "DESIGNATION_TIMEOUT", 0.0)
    with pytest.raises(AwsError) as raised:
        put(connection)
    assert raised.value.code == "Timeout"


def test_denied_is_not_absent(connection: Connection, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the caller may not look at the administrator's Inspector, that account and region is one blind spot."""

    def denied(answer: dict[str, Any]) -> None:
        raise AwsAccessDenied("batch_get_account_status", "AccessDeniedException", "not allowed")

    answering(monkeypatch, "batch_get_account_status", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "security", HOME)]
