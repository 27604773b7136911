"""Analyzers with their archive rules, on the sandbox: made, changed, adopted and deleted by our tag."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.observe import observe
from guardrails.engine.resource import OWNERSHIP_TAG, Live
from guardrails.errors import AwsAccessDenied, AwsError
from guardrails.resources.access_analyzer import TYPE, AccessAnalyzer, in_order

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
PRINCIPAL = "access-analyzer.amazonaws.com"
EXTERNAL = AccessAnalyzer(
    name="acme-external-access",
    region=HOME,
    kind="ORGANIZATION",
    archive_rules={"own": {"isPublic": {"eq": ("false",)}}, "known": {"error": {"exists": False}}},
)
UNUSED = AccessAnalyzer(
    name="acme-unused-access",
    region=HOME,
    kind="ORGANIZATION_UNUSED_ACCESS",
    unused_access_age=60,
    analysis_rules=({"accountIds": frozenset({"222222222222", "333333333333"})}, {"resourceTags": ({"a": "1"},)}),
)
INTERNAL = AccessAnalyzer(
    name="acme-internal-access",
    region=HOME,
    kind="ORGANIZATION_INTERNAL_ACCESS",
    analysis_rules=({"resourceTypes": frozenset({"AWS::S3::Bucket"})},),
)


@pytest.fixture
def client(sandbox: "Embedded") -> Any:
    """A plain client of IAM Access Analyzer in the management account, which trusts it."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    return sandbox.client("accessanalyzer", HOME)


def looked(connection: Connection, *wanted: AccessAnalyzer) -> Iterator[Live[AccessAnalyzer]]:
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return (item for item in found if isinstance(item, Live))


def live_of(connection: Connection, want: AccessAnalyzer) -> Live[AccessAnalyzer] | None:
    return next((live for live in looked(connection, want) if live.resource.name == want.name), None)


def put(connection: Connection, want: AccessAnalyzer) -> list[str]:
    """What is written to make the region hold what is wanted."""
    live = live_of(connection, want)
    connection.gateway.calls.writes.clear()
    TYPE.put(connection.gateway.writer(), want, live, connection.directory)
    return sorted(call.partition(":")[2] for call in connection.gateway.calls.writes.elements())


@pytest.mark.parametrize("want", [EXTERNAL, UNUSED, INTERNAL], ids=lambda want: want.kind)
def test_put_then_seen_as_wanted(connection: Connection, client: Any, want: AccessAnalyzer) -> None:
    """An analyzer of each type is made with its rules, is ours, and is left alone by the next put."""
    rules = ["apply_archive_rule", "create_archive_rule"] * len(want.archive_rules)
    assert put(connection, want) == sorted(["create_analyzer", *rules])
    live = live_of(connection, want)
    assert live is not None
    assert (live.resource, live.managed) == (want, True)
    assert live.attributes["arn"] == client.list_analyzers()["analyzers"][0]["arn"]
    assert put(connection, want) == []


def test_rules_that_differ(connection: Connection, client: Any) -> None:
    """A rule that was changed is changed back, one that is missing made, one too many deleted; and no other is touched."""
    put(connection, EXTERNAL)
    named = {"analyzerName": EXTERNAL.name}
    client.update_archive_rule(**named, ruleName="own", filter={"isPublic": {"eq": ["true"]}})
    client.create_archive_rule(**named, ruleName="blind", filter={"isPublic": {"exists": True}})
    live = live_of(connection, EXTERNAL)
    assert live is not None
    assert live.resource.archive_rules["own"] == {"isPublic": {"eq": ("true",)}}
    assert put(connection, EXTERNAL) == ["apply_archive_rule", "delete_archive_rule", "update_archive_rule"]
    client.delete_archive_rule(**named, ruleName="known")
    assert put(connection, EXTERNAL) == ["apply_archive_rule", "create_archive_rule"]
    again = live_of(connection, EXTERNAL)
    assert again is not None
    assert again.resource == EXTERNAL


def test_what_is_analyzed_can_be_changed(connection: Connection, client: Any) -> None:
    """Exclusions are changed in place; whose order means nothing, and whose age AWS cannot change."""
    put(connection, UNUSED)
    fewer = replace(UNUSED, analysis_rules=())
    assert put(connection, fewer) == ["update_analyzer"]
    rules = [{"resourceTags": [{"a": "1"}]}, {"accountIds": ["333333333333", "222222222222"]}]
    content = {"unusedAccess": {"analysisRule": {"exclusions": rules}}}
    client.update_analyzer(analyzerName=UNUSED.name, configuration=content)
    assert put(connection, UNUSED) == []
    assert {"kind", "unused_access_age"} <= UNUSED.immutable().keys()
    assert in_order(reversed(UNUSED.analysis_rules)) == UNUSED.analysis_rules


def test_one_of_the_same_name_is_adopted(connection: Connection, client: Any) -> None:
    """An analyzer that somebody made under the wanted name is not ours until it gets our tag."""
    client.create_analyzer(analyzerName=INTERNAL.name, type=INTERNAL.kind)
    live = live_of(connection, INTERNAL)
    assert live is not None
    assert not live.managed
    assert put(connection, INTERNAL) == ["tag_resource", "update_analyzer"]
    assert client.list_analyzers()["analyzers"][0]["tags"] == {OWNERSHIP_TAG: "true"}


def test_what_nobody_wants_is_seen_and_can_be_deleted(connection: Connection, client: Any) -> None:
    """Analyzers that are not wanted are seen without their rules, ours deleted; those that a service manages are its own."""
    put(connection, EXTERNAL)
    client.create_analyzer(analyzerName="strange", type="ACCOUNT")
    found = {live.resource.name: live for live in looked(connection)}
    assert {name: live.managed for name, live in found.items()} == {EXTERNAL.name: True, "strange": False}
    TYPE.delete(connection.gateway.writer(), found[EXTERNAL.name], connection.directory)
    assert [each["name"] for each in client.list_analyzers()["analyzers"]] == ["strange"]
    with pytest.MonkeyPatch.context() as patch:
        shown = {**client.list_analyzers()["analyzers"][0], "managedBy": "securityhubv2.amazonaws.com"}
        patch.setattr(Gateway, "call", lambda *call: {"analyzers": [shown]})
        assert list(looked(connection)) == []


def test_a_put_cut_off_is_completed(connection: Connection, client: Any) -> None:
    """After a run that ended with the analyzer but without its rules, the next put makes these."""
    call = Gateway.call

    def cut_off(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "create_archive_rule":
            raise AwsError(operation, "ServiceUnavailable", "cut off")
        return call(self, service, operation, *place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "call", cut_off)
        with pytest.raises(AwsError, match="cut off"):
            put(connection, EXTERNAL)
    assert put(connection, EXTERNAL).count("create_archive_rule") == 2


def test_a_delegation_that_is_only_just_made(
    connection: Connection, sandbox: "Embedded", member: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS refuses the organization's analyzer until it knows of the trust and the delegation: it is asked again."""
    call = Gateway.call
    refused: list[str] = []

    def trusted_late(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "create_analyzer" and len(refused) < 2:
            refused.append(operation)
            if len(refused) == 2:
                sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=PRINCIPAL)
        return call(self, service, operation, *place)

    monkeypatch.setattr(Gateway, "call", trusted_late)
    assert put(connection, UNUSED) == ["create_analyzer", "create_analyzer"]


def test_denied_is_not_absent(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody may look at analyzers, the account and region is one blind spot."""

    def denied(call: object, service: str, operation: str, account: str, region: str, params: object) -> None:
        raise AwsAccessDenied(operation, "AccessDeniedException", "not allowed", account=account, region=region)

    monkeypatch.setattr(Gateway, "call", denied)
    found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [EXTERNAL], connection.directory)
    assert [(spot.type, spot.account, spot.region) for spot in found.blind] == [(TYPE.name, "", HOME)]
