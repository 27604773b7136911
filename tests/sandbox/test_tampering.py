"""A careless administrator: each deed does what it says, and is drift that an apply mends by the writes it needs."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.aws.connection import Connection, connect
from guardrails.engine import run
from guardrails.sandbox import tampering
from guardrails.sandbox.embedded import Embedded
from tests.organization_line import endpoint_of

DEEDS = [
    "detached the SCP deny-root-user from Root",
    "let us-east-2 through the SCP deny-other-regions",
    "turned log file validation off on the trail acme-organization-trail",
    "stopped the trail acme-organization-trail",
    "gave the permission set ReadOnly AdministratorAccess",
]
DRIFT = {
    ("deny-root-user", "targets"),
    (
        "deny-other-regions",
        "content.Statement[DenyOtherRegions].Condition.StringNotEquals.aws:RequestedRegion",
    ),
    ("acme-organization-trail", "log_file_validation"),
    ("acme-organization-trail", "logging"),
    ("ReadOnly", "managed_policies"),
    ("ReadOnly", "provisioned"),
}
REPAIR = {
    "organizations:attach_policy": 1,
    "organizations:update_policy": 1,
    "cloudtrail:update_trail": 1,
    "cloudtrail:start_logging": 1,
    "sso-admin:detach_managed_policy_from_permission_set": 1,
    "sso-admin:provision_permission_set": 1,
}


def apply(sandbox: Embedded, desired: pipeline.Desired) -> Connection:
    connection = connect(desired.organization, endpoint=endpoint_of(sandbox))
    plan = pipeline.make_plan(connection, desired)
    outcomes = run.apply(pipeline.known_types(), plan, connection.gateway.writer(), connection.directory)
    assert [outcome.reason for outcome in outcomes if outcome.result is not run.Result.DONE] == []
    return connection


@pytest.mark.whole_baseline
def test_what_it_weakens_is_drift_and_mended(sandbox: Embedded, repository: Path) -> None:
    """After the five deeds the plan names exactly what was weakened, and applying it takes exactly the writes that mend it."""
    desired = pipeline.compile(pipeline.load(repository / "config", repository))
    apply(sandbox, desired)
    assert list(tampering.tamper(sandbox.client)) == DEEDS
    plan = pipeline.make_plan(connect(desired.organization, endpoint=endpoint_of(sandbox)), desired)
    assert {(c.address.name, d.property) for c in plan.changes for d in c.differences} == DRIFT
    assert apply(sandbox, desired).gateway.calls.writes == REPAIR
    rest = pipeline.make_plan(connect(desired.organization, endpoint=endpoint_of(sandbox)), desired)
    assert (rest.changes, rest.blind) == ((), ())


def test_nothing_to_tamper_with(sandbox: Embedded) -> None:
    """On the first day there is nothing to weaken, and every sentence says so."""
    assert all(sentence.startswith("found no ") for sentence in tampering.tamper(sandbox.client))


@pytest.fixture
def policy(sandbox: Embedded, root_id: str, scp_enabled: None) -> str:
    """The id of a policy that denies by region in its second statement, and is attached to nothing."""
    statements = [
        {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
    ]
    made = sandbox.client("organizations").create_policy(
        Name="regions",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )
    return str(made["Policy"]["PolicySummary"]["Id"])


def test_a_policy_is_loosened_wherever_it_names_regions(sandbox: Embedded, policy: str) -> None:
    """The region is let through by the statement that denies by region, whichever it is, and no other statement changes."""
    organizations = sandbox.client("organizations")
    assert tampering.loosen(organizations, "regions") == "let us-east-2 through the SCP regions"
    first, second = json.loads(organizations.describe_policy(PolicyId=policy)["Policy"]["Content"])["Statement"]
    assert "Condition" not in first
    assert second["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-2"]}}


def test_a_policy_is_detached_from_everything(sandbox: Embedded, policy: str) -> None:
    """A policy with more targets than AWS lists on one page is detached from all of them."""
    organizations = sandbox.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    for number in range(21):
        unit = organizations.create_organizational_unit(ParentId=root, Name=f"unit-{number:02}")["OrganizationalUnit"]
        organizations.attach_policy(PolicyId=policy, TargetId=unit["Id"])
    assert tampering.detach(organizations, "regions").count("unit-") == 21
    assert organizations.list_targets_for_policy(PolicyId=policy)["Targets"] == []
    assert tampering.detach(organizations, "regions") == "detached the SCP regions from nothing"


def test_only_the_organizations_trail(sandbox: Embedded) -> None:
    """A trail that is the account's own is left alone."""
    s3: Any = sandbox.client("s3")
    s3.create_bucket(Bucket="acme-own", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": action, "Resource": f"arn:aws:s3:::acme-own{suffix}"}
        for action, suffix in (("s3:GetBucketAcl", ""), ("s3:PutObject", "/*"))
    ]
    s3.put_bucket_policy(Bucket="acme-own", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    cloudtrail = sandbox.client("cloudtrail")
    cloudtrail.create_trail(Name="own", S3BucketName="acme-own", EnableLogFileValidation=True)
    assert tampering.silence(cloudtrail) == "found no organization trail to stop"
    assert tampering.blind(cloudtrail) == "found no organization trail to turn log file validation off on"
    assert cloudtrail.describe_trails()["trailList"][0]["LogFileValidationEnabled"]
