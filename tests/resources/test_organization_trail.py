"""The organization trail, on the sandbox: created, mended by exactly the calls that differ, adopted, deleted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.engine.change import Action
from guardrails.engine.observe import observe
from guardrails.engine.plan import Plan, diff
from guardrails.engine.resource import OWNERSHIP_TAG, Live
from guardrails.errors import AwsAccessDenied, AwsError
from guardrails.resources.organization_trail import ALL_MANAGEMENT_EVENTS, TYPE, OrganizationTrail

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

NAME, BUCKET = "acme-organization-trail", "acme-logs"
ONLY_WRITES = ({**ALL_MANAGEMENT_EVENTS, "ReadWriteType": "WriteOnly"},)


def allowing(*actions: str, resource: str) -> dict[str, Any]:
    service = {"Service": "cloudtrail.amazonaws.com"}
    return {"Effect": "Allow", "Principal": service, "Action": list(actions), "Resource": resource}


@pytest.fixture
def wanted(connection: Connection, sandbox: "Embedded") -> OrganizationTrail:
    """A trail that can be made: CloudTrail is trusted, its bucket and key are there and let it in."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    s3, kms = sandbox.client("s3"), sandbox.client("kms")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    statements = [
        allowing("s3:GetBucketAcl", resource=f"arn:aws:s3:::{BUCKET}"),
        allowing("s3:PutObject", resource=f"arn:aws:s3:::{BUCKET}/*"),
    ]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    owner = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [owner, allowing("kms:GenerateDataKey*", resource="*")]}
    key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    return OrganizationTrail(name=NAME, bucket=BUCKET, kms_key=key, tags={"team": "platform"})


def observed(connection: Connection) -> dict[str, Live[OrganizationTrail]]:
    """What a fresh observation sees, by name."""
    found = TYPE.observe(connection.gateway.reader(), [], connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: OrganizationTrail) -> Mapping[str, str]:
    live = observed(connection).get(want.name)
    connection.gateway.calls.writes.clear()
    return TYPE.put(connection.gateway.writer(), want, live, connection.directory)


def writes(connection: Connection) -> list[str]:
    return sorted(connection.gateway.calls.writes.elements())


def test_created_then_seen_as_wanted(connection: Connection, wanted: OrganizationTrail) -> None:
    """A new trail takes two writes (it records all management events by itself) and is then seen exactly as wanted, and ours."""
    attributes = put(connection, wanted)
    assert writes(connection) == ["cloudtrail:create_trail", "cloudtrail:start_logging"]
    live = observed(connection)[NAME]
    assert live.managed
    assert live.resource == wanted
    assert live.attributes == attributes
    put(connection, wanted)
    assert writes(connection) == []


@pytest.mark.parametrize(
    ("tampered", "write"),
    [
        (lambda client: client.stop_logging(Name=NAME), "start_logging"),
        (lambda client: client.update_trail(Name=NAME, EnableLogFileValidation=False), "update_trail"),
        (lambda client: client.update_trail(Name=NAME, S3KeyPrefix="elsewhere"), "update_trail"),
        (
            lambda client: client.put_event_selectors(TrailName=NAME, EventSelectors=list(ONLY_WRITES)),
            "put_event_selectors",
        ),
    ],
    ids=["logging", "log_file_validation", "key_prefix", "event_selectors"],
)
def test_mended_by_the_one_write_that_differs(
    connection: Connection,
    sandbox: "Embedded",
    wanted: OrganizationTrail,
    tampered: Callable[[Any], object],
    write: str,
) -> None:
    """What a careless administrator changes is seen, and mended by one write."""
    put(connection, wanted)
    tampered(sandbox.client("cloudtrail"))
    assert observed(connection)[NAME].resource != wanted
    put(connection, wanted)
    assert writes(connection) == [f"cloudtrail:{write}"]
    assert observed(connection)[NAME].resource == wanted


def test_tags_follow(connection: Connection, wanted: OrganizationTrail) -> None:
    """Tags are added and removed, each by one write; the ownership tag stays."""
    put(connection, wanted)
    changed = replace(wanted, tags={"owner": "security"})
    put(connection, changed)
    assert writes(connection) == ["cloudtrail:add_tags", "cloudtrail:remove_tags"]
    live = observed(connection)[NAME]
    assert live.managed
    assert live.resource == changed


def test_a_strangers_trail_is_adopted(connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail) -> None:
    """A trail made by hand is not ours; putting it makes it as wanted, and ours."""
    sandbox.client("cloudtrail").create_trail(Name=NAME, S3BucketName=BUCKET)
    assert not observed(connection)[NAME].managed
    put(connection, wanted)
    live = observed(connection)[NAME]
    assert live.managed
    assert live.resource == wanted


def test_a_cut_off_creation_is_completed(connection: Connection, wanted: OrganizationTrail) -> None:
    """A trail that a crashed run created and never started is ours, and the next put only starts it."""
    settings = replace(wanted, logging=False)
    put(connection, settings)
    assert writes(connection) == ["cloudtrail:create_trail"]
    put(connection, wanted)
    assert writes(connection) == ["cloudtrail:start_logging"]


def test_looking_is_cheap(connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail) -> None:
    """A look takes two calls for all trails, and two more for each."""
    put(connection, wanted)
    sandbox.client("cloudtrail").create_trail(Name="other", S3BucketName=BUCKET)
    connection.gateway.calls.reads.clear()
    assert observed(connection).keys() == {NAME, "other"}
    assert connection.gateway.calls.reads == {
        "cloudtrail:describe_trails": 1,
        "cloudtrail:list_tags": 1,
        "cloudtrail:get_trail_status": 2,
        "cloudtrail:get_event_selectors": 2,
    }


def test_a_bucket_that_does_not_let_it_in(
    connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail
) -> None:
    """A bucket policy that may only not count yet is waited for; one that never lets CloudTrail in fails in AWS's words."""
    sandbox.client("s3").delete_bucket_policy(Bucket=BUCKET)
    with pytest.raises(AwsError) as raised:
        put(connection, wanted)
    assert raised.value.code == "InsufficientS3BucketPolicyException"
    assert len(writes(connection)) > 1


def test_deleted(connection: Connection, wanted: OrganizationTrail) -> None:
    """A deleted trail is gone."""
    put(connection, wanted)
    TYPE.delete(connection.gateway.writer(), observed(connection)[NAME], connection.directory)
    assert observed(connection) == {}


def planned(connection: Connection, *desired: OrganizationTrail) -> Plan:
    types = {TYPE.name: TYPE}
    seen = observe(types, connection.gateway.reader(), desired, connection.directory)
    return diff(types, desired, seen, connection.directory)


def test_what_a_plan_does_with_it(connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail) -> None:
    """Created, nothing to do, adopted when its tag is gone, deleted when ours and undeclared; a stranger's is only listed."""
    sandbox.client("cloudtrail").create_trail(Name="other", S3BucketName=BUCKET)
    stranger = replace(wanted, name="other").address
    want = replace(wanted, tags={})
    assert [change.action for change in planned(connection, want).changes] == [Action.CREATE]
    attributes = put(connection, want)
    assert replace(planned(connection, want), strangers=()) == Plan((), unmanaged=(stranger,))
    owned = [{"Key": OWNERSHIP_TAG}]
    sandbox.client("cloudtrail").remove_tags(ResourceId=attributes["arn"], TagsList=owned)
    assert [change.action for change in planned(connection, want).changes] == [Action.ADOPT]
    put(connection, want)
    assert writes(connection) == ["cloudtrail:add_tags"]
    doomed = planned(connection)
    assert [(change.action, change.address) for change in doomed.changes] == [(Action.DELETE, want.address)]
    assert doomed.unmanaged == (stranger,)


def test_each_difference_is_named(connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail) -> None:
    """What differs is named property by property, and nothing else is."""
    put(connection, wanted)
    client = sandbox.client("cloudtrail")
    client.update_trail(Name=NAME, EnableLogFileValidation=False, IsMultiRegionTrail=False)
    client.stop_logging(Name=NAME)
    (change,) = planned(connection, wanted).changes
    assert [d.property for d in change.differences] == ["multi_region", "log_file_validation", "logging"]


def test_advanced_selectors_are_replaced(
    connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail
) -> None:
    """Advanced selectors that narrow what is recorded are a difference, and one write brings the declared ones back."""
    put(connection, wanted)
    category = {"Field": "eventCategory", "Equals": ["Management"]}
    narrow = {"Name": "writes", "FieldSelectors": [category, {"Field": "readOnly", "Equals": ["false"]}]}
    sandbox.client("cloudtrail").put_event_selectors(TrailName=NAME, AdvancedEventSelectors=[narrow])
    (change,) = planned(connection, wanted).changes
    assert [d.property for d in change.differences] == ["event_selectors"]
    put(connection, wanted)
    assert writes(connection) == ["cloudtrail:put_event_selectors"]
    assert planned(connection, wanted).changes == ()


def test_data_events_and_insights(connection: Connection, sandbox: "Embedded", wanted: OrganizationTrail) -> None:
    """Advanced selectors and Insights are put by a write each, named when narrowed by hand, and taken back by undeclaring."""
    data = {"Field": "eventCategory", "Equals": ["Data"]}
    kind = {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}
    everything = {"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    selectors = (everything, {"Name": "functions", "FieldSelectors": [data, kind]})
    want = replace(wanted, event_selectors=selectors, insights=("ApiCallRateInsight", "ApiErrorRateInsight"))
    put(connection, want)
    assert observed(connection)[NAME].resource == want
    client, reads = sandbox.client("cloudtrail"), {"Field": "readOnly", "Equals": ["true"]}
    narrowed = [everything, {"Name": "functions", "FieldSelectors": [kind, data, reads]}]
    client.put_event_selectors(TrailName=NAME, AdvancedEventSelectors=narrowed)
    client.put_insight_selectors(TrailName=NAME, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    (change,) = planned(connection, want).changes
    names = [difference.property for difference in change.differences]
    assert names == ["event_selectors[functions].FieldSelectors", "insights"]
    put(connection, want)
    assert writes(connection) == ["cloudtrail:put_event_selectors", "cloudtrail:put_insight_selectors"]
    put(connection, wanted)
    assert writes(connection) == ["cloudtrail:put_event_selectors", "cloudtrail:put_insight_selectors"]
    assert observed(connection)[NAME].resource == wanted


def test_what_aws_leaves_out_is_no_difference(
    connection: Connection, wanted: OrganizationTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Selectors without the lists that are empty, as AWS may answer, are the declared ones."""
    put(connection, wanted)
    call = Gateway.call

    def terse(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        if operation == "get_event_selectors":
            return {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}
        return call(self, service, operation, *place)

    monkeypatch.setattr(Gateway, "call", terse)
    assert planned(connection, wanted).changes == ()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("create_trail", "CloudTrailAccessNotEnabledException"),
        ("create_trail", "InsufficientEncryptionPolicyException"),
        ("start_logging", "ConflictException"),
    ],
)
def test_what_passes_is_waited_out(
    connection: Connection, wanted: OrganizationTrail, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    """Trusted access or a policy that does not count yet, and a trail that is still being loaded, only cost a second try."""
    call, refusals = Gateway.call, iter([code])

    def refusing(self: Gateway, service: str, asked: str, *place: Any) -> Mapping[str, Any]:
        if asked == operation and (refusal := next(refusals, "")):
            raise AwsError(f"{service}:{asked}", refusal, "not yet")
        return call(self, service, asked, *place)

    monkeypatch.setattr(Gateway, "call", refusing)
    put(connection, wanted)
    assert writes(connection).count(f"cloudtrail:{operation}") == 2
    assert observed(connection)[NAME].resource == wanted


def test_denied_is_not_absent(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trails that nobody may look at are a blind spot, and nothing is planned for them."""

    def denied(call: object, service: str, operation: str, *place: object) -> None:
        raise AwsAccessDenied(f"{service}:{operation}", "AccessDenied", "not allowed")

    monkeypatch.setattr(Gateway, "call", denied)
    plan = planned(connection, OrganizationTrail(name=NAME, bucket=BUCKET, kms_key="key"))
    assert plan.changes == ()
    assert [spot.type for spot in plan.blind] == [TYPE.name]
