"""The log archive with everything on, in a small organization: applied, audited with plain boto3, broken, mended, switched off."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

pytestmark = pytest.mark.whole_baseline

HOME, SECOND = "eu-west-1", "eu-central-1"
ON = f"""
organization-tree:
identity-center: false
log-archive: {{replica_region: {SECOND}, replication_time_control: true}}
"""


@pytest.fixture
def ids(workplace: Workplace, sandbox: Embedded) -> dict[str, str]:
    """The organization as declared, with the log archive; returns the account ids by their display names."""
    workplace.write("config/controls.yaml", ON)
    workplace.write("config/identity.yaml", "groups: {}\n")
    applied = workplace.sandboxed("apply", "--yes")
    assert applied.code == 0, applied.err
    pages = sandbox.client("organizations").get_paginator("list_accounts").paginate()
    return {str(each["Name"]): str(each["Id"]) for page in pages for each in page["Accounts"]}


def buckets(sandbox: Embedded, ids: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """Every bucket of every account: its name, its account, a client in its region."""
    for account in ids.values():
        for name in [each["Name"] for each in sandbox.client("s3", HOME, account).list_buckets()["Buckets"]]:
            yield name, account, sandbox.client("s3", HOME if name.endswith(HOME) else SECOND, account)


def replicates_to(s3: Any, name: str) -> list[str]:
    rules = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
    assert {rule["DeleteMarkerReplication"]["Status"] for rule in rules} == {"Disabled"}
    assert {rule["Destination"]["ReplicationTime"]["Status"] for rule in rules} == {"Enabled"}
    return [rule["Destination"]["Bucket"].rpartition(":")[2] for rule in rules]


def audit(sandbox: Embedded, ids: dict[str, str]) -> None:
    """See that every bucket is private, versioned and replicated to both archives, which are locked."""
    own = ids["Acme Log Archive"]
    archive, second = (f"acme-log-archive-{own}-{region}" for region in (HOME, SECOND))
    expected = {archive, second, f"acme-config-logs-{own}-{HOME}"}
    for region in (HOME, SECOND):
        expected |= {f"acme-{purpose}-logs-{own}-{region}" for purpose in ("elb", "guardduty", "network")}
        expected |= {f"acme-access-logs-{account}-{region}" for account in ids.values()}
        expected.add(f"aws-waf-logs-acme-{own}-{region}")
    found = {name: s3 for name, _, s3 in buckets(sandbox, ids)}
    assert set(found) == expected
    for name, s3 in found.items():
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        plain = "-elb-" in name or "-access-" in name
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == ("AES256" if plain else "aws:kms")
        (expiry,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        assert expiry["Expiration"]["Days"] == (2555 if name in {archive, second} else 30)
        if name != second:
            assert replicates_to(s3, name) == ([second] if name == archive else [archive, second])
    for name in (archive, second):
        lock = found[name].get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
        assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}


def loosen(s3: Any, name: str) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "Removal"]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def test_the_log_archive_from_first_to_last_day(workplace: Workplace, sandbox: Embedded, ids: dict[str, str]) -> None:
    """All buckets stand as declared and a second plan is empty; a policy loosened by hand and a replication taken off are named with
    their places and mended, and nothing else is written; switched off, the buckets stay, and the next plan is empty.
    """
    audit(sandbox, ids)
    assert workplace.sandboxed("plan", "--detailed-exitcode").code == 0
    own, prod = ids["Acme Log Archive"], ids["Acme Prod"]
    loosen(sandbox.client("s3", SECOND, own), f"acme-elb-logs-{own}-{SECOND}")
    sandbox.client("s3", HOME, prod).delete_bucket_replication(Bucket=f"acme-access-logs-{prod}-{HOME}")
    drift = workplace.sandboxed("drift", "--deep", "--output", "json")
    named = {change["address"]: list(change["differences"]) for change in drift.document["changes"]}
    landing, everywhere = named.values()
    assert set(named) == {
        f"AWS::CloudFormation::Stack acme-log-landing @ log-archive/{SECOND}",
        "AWS::CloudFormation::StackSet acme-access-logs",
    }
    assert all(name.startswith("ElbPolicy.PolicyDocument") for name in landing)
    assert all(name.startswith(f"prod/{HOME} Bucket.ReplicationConfiguration") for name in everywhere)
    mended = workplace.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    change_sets = {"cloudformation:create_change_set": 2, "cloudformation:execute_change_set": 2}
    assert mended.document["calls"]["writes"] == change_sets
    audit(sandbox, ids)
    before = {name for name, _, _ in buckets(sandbox, ids)}
    workplace.edit("config/controls.yaml", ON.splitlines()[-1], "log-archive: false")
    off = workplace.sandboxed("apply", "--yes", "--accept", "protection", "--accept", "deletions")
    assert off.code == 0, off.err + off.out
    assert {name for name, _, _ in buckets(sandbox, ids)} == before
    assert workplace.sandboxed("plan", "--detailed-exitcode").code == 0
    for account in (own, prod):
        roles = sandbox.client("iam", account=account).list_roles()["Roles"]
        assert [role["RoleName"] for role in roles if role["RoleName"].startswith("acme-")] == []
