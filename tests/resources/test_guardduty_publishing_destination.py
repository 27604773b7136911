"""The export of GuardDuty's findings, on the sandbox: made once, pointed elsewhere, tried again after it was shut out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Live
from guardrails.resources import account_address
from guardrails.resources.guardduty_publishing_destination import TYPE, GuardDutyPublishingDestination

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
SERVICE = {"Service": "guardduty.amazonaws.com"}


@pytest.fixture
def archive(sandbox: "Embedded", member: Callable[[str], str]) -> str:
    """The account of the log archive, with two buckets that let GuardDuty in."""
    account = member("archive")
    for name in ("findings", "elsewhere"):
        constraint = {"LocationConstraint": HOME}
        sandbox.client("s3", HOME, account).create_bucket(Bucket=name, CreateBucketConfiguration=constraint)
        let_in(sandbox, account, name)
    return account


@pytest.fixture
def wanted(sandbox: "Embedded", member: Callable[[str], str], archive: str) -> GuardDutyPublishingDestination:
    """The export to the first bucket, with a key that lets GuardDuty encrypt; GuardDuty is on."""
    sandbox.client("guardduty", HOME, member("security")).create_detector(Enable=True)
    owner = {"Effect": "Allow", "Principal": {"AWS": archive}, "Action": "kms:*", "Resource": "*"}
    service = {"Effect": "Allow", "Principal": SERVICE, "Action": "kms:GenerateDataKey", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [owner, service]})
    key = sandbox.client("kms", HOME, archive).create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return GuardDutyPublishingDestination(
        name="GuardDuty",
        account="security",
        region=HOME,
        destination="arn:aws:s3:::findings",
        kms_key=key,
        bucket_owner=account_address("archive"),
    )


def let_in(sandbox: "Embedded", account: str, bucket: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": SERVICE,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("s3", HOME, account).put_bucket_policy(Bucket=bucket, Policy=policy)


def observed(
    connection: Connection, want: GuardDutyPublishingDestination
) -> Live[GuardDutyPublishingDestination] | None:
    place = connection.gateway.reader().at(want.account, want.region)
    return next((item for item in TYPE.observe(place, [want], connection.directory) if isinstance(item, Live)), None)


def put(connection: Connection, want: GuardDutyPublishingDestination) -> Mapping[str, str]:
    live = observed(connection, want)
    connection.gateway.calls.writes.clear()
    return TYPE.put(connection.gateway.writer().at(want.account, want.region), want, live, connection.directory)


def test_made_once_then_pointed_elsewhere(connection: Connection, wanted: GuardDutyPublishingDestination) -> None:
    """One write makes the export, which is then seen as wanted; another bucket is one write to the same export."""
    assert observed(connection, wanted) is None
    made = put(connection, wanted)
    assert connection.gateway.calls.writes == {"guardduty:create_publishing_destination": 1}
    live = observed(connection, wanted)
    assert live is not None
    assert (live.resource, live.attributes) == (wanted, made)
    elsewhere = replace(wanted, destination="arn:aws:s3:::elsewhere")
    assert put(connection, elsewhere) == made
    assert connection.gateway.calls.writes == {"guardduty:update_publishing_destination": 1}
    live = observed(connection, elsewhere)
    assert live is not None
    assert live.resource == elsewhere


def test_an_export_that_was_shut_out_is_seen(
    connection: Connection, sandbox: "Embedded", wanted: GuardDutyPublishingDestination, archive: str
) -> None:
    """When the bucket no longer lets GuardDuty in, the export differs; once it does, a put makes GuardDuty try again."""
    put(connection, wanted)
    sandbox.client("s3", HOME, archive).delete_bucket_policy(Bucket="findings")
    live = observed(connection, wanted)
    assert live is not None
    assert live.resource == replace(wanted, status="UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY")
    let_in(sandbox, archive, "findings")
    put(connection, wanted)
    live = observed(connection, wanted)
    assert live is not None
    assert live.resource == wanted
