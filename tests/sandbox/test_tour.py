"""The tour tells what stands in a sandbox, and what does not."""

import re
from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.aws.connection import connect
from guardrails.engine import run
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.tampering import tamper
from guardrails.sandbox.tour import tour
from tests.organization_line import endpoint_of


def told(sandbox: Embedded) -> list[str]:
    """The lines of the tour, each whole again: what is indented deeper belongs to the line above."""
    text = "\n".join(tour(sandbox.running))
    return [" ".join(line.split()) for line in re.sub(r"\n {16}(?!locked|NOT locked)", " ", text).splitlines()]


@pytest.fixture
def applied(sandbox: Embedded, repository: Path, everyday_config: Path) -> Embedded:
    """A sandbox in which the everyday controls stand."""
    desired = pipeline.compile(pipeline.load(everyday_config, repository))
    connection = connect(desired.organization, endpoint=endpoint_of(sandbox))
    plan = pipeline.make_plan(connection, desired)
    outcomes = run.apply(pipeline.known_types(), plan, connection.gateway.writer(), connection.directory)
    assert [outcome.reason for outcome in outcomes if outcome.result is not run.Result.DONE] == []
    return sandbox


def test_the_first_day(sandbox: Embedded) -> None:
    """On the bare organization there is one account and nothing else."""
    assert told(sandbox) == [
        "accounts 1: management",
        "GuardDuty a detector in 0 of 0 places (member accounts: 0, regions: 1)",
        "KMS 0 rotating customer managed keys there",
        "access 0 permission sets, 0 account assignments",
    ]


def test_what_stands_after_apply(applied: Embedded) -> None:
    """Accounts, policies with their targets, the trail, the locked archive, detectors, keys and assignments are told."""
    lines = told(applied)
    assert lines[0] == "accounts 5: Acme Dev, Acme Log Archive, Acme Prod, Acme Security Tooling, management"
    assert "SCP deny-unencrypted-storage on Root" in lines
    assert "SCP protect-log-archive on Acme Log Archive" in lines
    assert "trail acme-organization-trail: organization, multi-region, validated, encrypted, logging" in lines
    assert "locked for 365 days (GOVERNANCE)" in lines
    assert "GuardDuty a detector in 8 of 8 places (member accounts: 4, regions: 2)" in lines
    assert "KMS 33 rotating customer managed keys there" in lines
    assert lines[-1].startswith("access 4 permission sets, 11 ")


def test_where_logs_land_is_told(applied: Embedded) -> None:
    """A bucket that is not locked, and replicates into another, is one in which logs land."""
    accounts = {
        account["Name"]: account["Id"] for account in applied.client("organizations").list_accounts()["Accounts"]
    }
    prod, archive = accounts["Acme Prod"], accounts["Acme Log Archive"]
    s3 = applied.client("s3", account=prod)
    s3.create_bucket(Bucket="acme-landing", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="acme-landing", VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "Status": "Enabled",
        "Prefix": "",
        "Destination": {"Bucket": f"arn:aws:s3:::acme-log-archive-{archive}-eu-west-1"},
    }
    wanted = {"Role": f"arn:aws:iam::{prod}:role/replication", "Rules": [rule]}
    s3.put_bucket_replication(Bucket="acme-landing", ReplicationConfiguration=wanted)
    assert "landing 1 buckets in which logs land, and are replicated from" in told(applied)


def test_what_does_not_hold_is_told(applied: Embedded) -> None:
    """What was weakened, and a bucket that is not locked, are told as such."""
    list(tamper(applied.client))
    organizations = applied.client("organizations")
    (prod,) = (a["Id"] for a in organizations.list_accounts()["Accounts"] if a["Name"] == "Acme Prod")
    s3 = applied.client("s3", account=prod)
    s3.create_bucket(Bucket="acme-open", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    lines = told(applied)
    assert "SCP deny-root-user on NOTHING" in lines
    assert "trail acme-organization-trail: organization, multi-region, NOT validated, encrypted, NOT logging" in lines
    assert lines[lines.index("log archive acme-open") + 1] == "NOT locked"
