"""GuardDuty's organization configuration, on the sandbox: put region by region, mended by the write that differs, in effect on members."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.difference import Difference
from guardrails.engine.observe import observe
from guardrails.engine.resource import BlindSpot, Live
from guardrails.errors import AwsAccessDenied, AwsError
from guardrails.resources.guardduty_organization_configuration import TYPE, GuardDutyOrganizationConfiguration

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
AGENT = "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT"
FEATURES = {
    "S3_DATA_EVENTS": "ALL",
    "LAMBDA_NETWORK_LOGS": "NONE",
    "RUNTIME_MONITORING": "ALL",
    "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT": "ALL",
}
WANTED = GuardDutyOrganizationConfiguration(
    name="GuardDuty",
    account="security",
    region=HOME,
    features=FEATURES,
    own_features={name: "DISABLED" if coverage == "NONE" else "ENABLED" for name, coverage in FEATURES.items()},
)
BOTH = ["guardduty:update_detector", "guardduty:update_organization_configuration"]


@pytest.fixture
def members(sandbox: "Embedded", member: Callable[[str], str]) -> Mapping[str, str]:
    """The ids of GuardDuty's designated administrator and of a member account, by name."""
    ids = {name: member(name) for name in ("security", "prod")}
    sandbox.client("guardduty", HOME).enable_organization_admin_account(AdminAccountId=ids["security"])
    return ids


def observed(
    connection: Connection, want: GuardDutyOrganizationConfiguration = WANTED
) -> Live[GuardDutyOrganizationConfiguration] | None:
    """What a fresh observation sees of the wanted one."""
    place = connection.gateway.reader().at(want.account, want.region)
    return next((item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live)), None)


def put(connection: Connection, want: GuardDutyOrganizationConfiguration = WANTED) -> Mapping[str, str]:
    live = observed(connection, want)
    connection.gateway.calls.writes.clear()
    writer = connection.gateway.writer().at(want.account, want.region)
    return TYPE.put(writer, want, live, connection.directory)


def writes(connection: Connection) -> list[str]:
    return sorted(connection.gateway.calls.writes.elements())


def administrator(sandbox: "Embedded", members: Mapping[str, str]) -> tuple[Any, str]:
    client = sandbox.client("guardduty", HOME, account=members["security"])
    return client, client.list_detectors()["DetectorIds"][0]


def test_put_then_seen_as_wanted(connection: Connection, members: Mapping[str, str]) -> None:
    """Two writes put the organization's configuration and the administrator's own detector; a second put writes nothing."""
    attributes = put(connection)
    assert writes(connection) == BOTH
    live = observed(connection)
    assert live is not None
    assert live.resource == WANTED
    assert live.attributes == attributes
    put(connection)
    assert writes(connection) == []


def test_in_effect_on_members(connection: Connection, sandbox: "Embedded", members: Mapping[str, str]) -> None:
    """After one put a member account has a detector that runs, with the protection plans that are for ALL and no others."""
    put(connection)
    client = sandbox.client("guardduty", HOME, account=members["prod"])
    (detector,) = client.list_detectors()["DetectorIds"]
    described = client.get_detector(DetectorId=detector)
    features = {feature["Name"]: feature["Status"] for feature in described["Features"]}
    assert described["Status"] == "ENABLED"
    assert (features["S3_DATA_EVENTS"], features["LAMBDA_NETWORK_LOGS"]) == ("ENABLED", "DISABLED")


def test_in_effect_on_later_accounts_in_every_region(
    connection: Connection, sandbox: "Embedded", members: Mapping[str, str], member: Callable[[str], str]
) -> None:
    """With ALL in two regions an account that is created afterwards has a running detector in both, without a further put."""
    sandbox.client("guardduty", OTHER).enable_organization_admin_account(AdminAccountId=members["security"])
    for region in (HOME, OTHER):
        put(connection, replace(WANTED, region=region))
    later = member("later")
    for region in (HOME, OTHER):
        client = sandbox.client("guardduty", region, account=later)
        (detector,) = client.list_detectors()["DetectorIds"]
        assert client.get_detector(DetectorId=detector)["Status"] == "ENABLED"


def test_a_put_cut_off_is_completed(connection: Connection, members: Mapping[str, str]) -> None:
    """After a run that ended between the two writes, the next put makes only the second."""
    call = Gateway.call

    def cut_off(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "update_detector":
            raise AwsError(f"{service}:{operation}", "ServiceUnavailable", "cut off")
        return call(self, service, operation, *place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "call", cut_off)
        with pytest.raises(AwsError, match="cut off"):
            put(connection)
    put(connection)
    assert writes(connection) == ["guardduty:update_detector"]
    live = observed(connection)
    assert live is not None
    assert live.resource == WANTED


def switch_off_for_members(client: Any, detector: str) -> None:
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NONE")


def switch_off_feature(client: Any, detector: str) -> None:
    nobody = [{"Name": "S3_DATA_EVENTS", "AutoEnable": "NONE"}]
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="ALL", Features=nobody)


def switch_off_own(client: Any, detector: str) -> None:
    client.update_detector(DetectorId=detector, Enable=False)


def publish_seldom(client: Any, detector: str) -> None:
    client.update_detector(DetectorId=detector, FindingPublishingFrequency="SIX_HOURS")


@pytest.mark.parametrize(
    ("tamper", "properties", "write"),
    [
        (switch_off_for_members, {"auto_enable"}, "update_organization_configuration"),
        (switch_off_feature, {"features"}, "update_organization_configuration"),
        (switch_off_own, {"detector"}, "update_detector"),
        (publish_seldom, {"finding_publishing_frequency"}, "update_detector"),
    ],
)
def test_mended_by_the_one_write_that_differs(
    connection: Connection,
    sandbox: "Embedded",
    members: Mapping[str, str],
    tamper: Callable[[Any, str], None],
    properties: set[str],
    write: str,
) -> None:
    """What is changed by hand is seen property by property, and mended by one write."""
    put(connection)
    tamper(*administrator(sandbox, members))
    live = observed(connection)
    assert live is not None
    seen = live.resource.properties()
    assert {name for name, value in WANTED.properties().items() if value != seen[name]} == properties
    put(connection)
    assert writes(connection) == [f"guardduty:{write}"]


def test_only_declared_plans_count(connection: Connection, members: Mapping[str, str]) -> None:
    """A protection plan that is not declared is not looked at, so a new one of AWS's is no drift."""
    want = replace(WANTED, features={"S3_DATA_EVENTS": "ALL"}, own_features={})
    put(connection, want)
    live = observed(connection, want)
    assert live is not None
    assert live.resource == want


def test_an_absent_account_is_empty(connection: Connection) -> None:
    """Where the administrator's account does not exist yet there is nothing to see, which is no blind spot."""
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
    assert not found.live
    assert found.blind == ()


def test_denied_is_not_absent(
    connection: Connection, members: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the caller may not look at the administrator's detectors, that account and region is one blind spot."""

    def denied(call: object, service: str, operation: str, account: str, region: str, params: object) -> None:
        raise AwsAccessDenied(f"{service}:{operation}", "AccessDenied", "not allowed", account=account, region=region)

    monkeypatch.setattr("guardrails.aws.gateway.Gateway.call", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "security", HOME)]


def test_before_the_designation(connection: Connection, member: Callable[[str], str]) -> None:
    """An account that is not the administrator has no configuration, detector or not."""
    member("security")
    assert observed(connection) is None
    connection.gateway.writer().at("security", HOME).write("guardduty", "create_detector", Enable=True)
    assert observed(connection) is None


def test_a_designation_that_never_comes(connection: Connection, member: Callable[[str], str]) -> None:
    """A put waits until AWS knows the account as the administrator, and gives up in the end."""
    member("security")
    writer = connection.gateway.writer().at("security", HOME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("guardrails.resources.guardduty_organization_configuration.DESIGNATION_TIMEOUT", 0.0)
        with pytest.raises(AwsError) as raised:
            TYPE.put(writer, WANTED, None, connection.directory)
    assert raised.value.code == "Timeout"


@pytest.fixture
def everybody(
    sandbox: "Embedded", member: Callable[[str], str], members: Mapping[str, str], connection: Connection
) -> Mapping[str, str]:
    """The ids of the administrator, for which all is put, and of two members, by name; the management account takes part."""
    dev = member("dev")
    sandbox.client("guardduty", HOME).create_detector(Enable=True)
    put(connection)
    return {**members, "dev": dev}


def mended(connection: Connection, live: Live[GuardDutyOrganizationConfiguration]) -> dict[str, int]:
    """Put what is wanted over what a look found; the writes that it took."""
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer().at("security", HOME), WANTED, live, connection.directory)
    return dict(connection.gateway.calls.writes)


def deeper(connection: Connection) -> Live[GuardDutyOrganizationConfiguration]:
    """What is live, with what a fresh and deeper look finds."""
    live = observed(connection)
    assert live is not None
    place = connection.gateway.reader().at("security", HOME)
    found = TYPE.look_deeper(place, live, connection.directory)
    return replace(live, drift=tuple(item for item in found if isinstance(item, Difference)))


def switch_off(client: Any, detector: str, accounts: list[str]) -> None:
    additional = [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "DISABLED"}]
    runtime = {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": additional}
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}, runtime]
    client.update_member_detectors(DetectorId=detector, AccountIds=accounts, Features=off)


def test_what_is_off_in_members_is_named_and_switched_on(
    connection: Connection, sandbox: "Embedded", everybody: Mapping[str, str]
) -> None:
    """Plans for ALL that are off in members are named with account and region; one write switches them on for all alike."""
    assert deeper(connection).drift == ()
    client, detector = administrator(sandbox, everybody)
    switch_off(client, detector, [everybody["prod"], everybody["dev"]])
    live = deeper(connection)
    names = [f"{account}/{HOME} {plan}" for account in ("dev", "prod") for plan in (AGENT, "S3_DATA_EVENTS")]
    assert sorted(each.property for each in live.drift) == names
    assert {(each.live, each.desired) for each in live.drift} == {("DISABLED", "ENABLED")}
    assert mended(connection, live) == {"guardduty:update_member_detectors": 1}
    assert deeper(connection).drift == ()


def test_who_is_no_member_is_named_and_taken_in(
    connection: Connection, sandbox: "Embedded", everybody: Mapping[str, str]
) -> None:
    """An account that was let go by hand is named; one write takes it in again."""
    client, detector = administrator(sandbox, everybody)
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NEW")
    client.disassociate_members(DetectorId=detector, AccountIds=[everybody["prod"]])
    assert deeper(connection).drift == ()
    live = observed(connection)
    assert live is not None
    all_again = replace(live, resource=replace(live.resource, auto_enable="ALL"))
    place = connection.gateway.reader().at("security", HOME)
    found = list(TYPE.look_deeper(place, all_again, connection.directory))
    assert found == [Difference(f"prod/{HOME} membership", "Removed", "Enabled")]
    drift = tuple(item for item in found if not isinstance(item, BlindSpot))
    assert mended(connection, replace(all_again, drift=drift)) == {"guardduty:create_members": 1}
    assert deeper(connection).drift == ()


def test_who_is_left_out_by_aws_is_a_failure(
    connection: Connection, sandbox: "Embedded", everybody: Mapping[str, str]
) -> None:
    """When AWS leaves a member out of a write, the put fails and says which and why."""
    live = replace(deeper(connection), drift=(Difference(f"prod/{HOME} {AGENT}", "DISABLED", "ENABLED"),))
    client, detector = administrator(sandbox, everybody)
    client.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NEW")
    client.disassociate_members(DetectorId=detector, AccountIds=[everybody["prod"]])
    with pytest.raises(AwsError, match=f"1 accounts were left out; {everybody['prod']}: The request is rejected"):
        mended(connection, live)
