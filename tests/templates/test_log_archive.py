"""The log archive's template: clean, deployable, and as strict as it says."""

import json
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.lint import RUN
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
REGIONS = (HOME, "eu-central-1")
TRAIL = f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT_ACCOUNT_ID}:trail/acme-organization-trail"
BUCKET = f"acme-log-archive-{MANAGEMENT_ACCOUNT_ID}-{HOME}"


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template("log_archive", prefix="acme", home_region=HOME, **parameters)


@pytest.fixture
def outputs(sandbox: "Embedded", repository: Path) -> Mapping[str, str]:
    """The deployed archive's outputs; here the management account keeps its own logs."""
    client = sandbox.client("cloudformation", HOME)
    values = {"ManagementAccountId": MANAGEMENT_ACCOUNT_ID, "OrganizationId": organization_id(sandbox)}
    client.create_stack(
        StackName="acme-log-archive",
        TemplateBody=json.dumps(rendered(repository)),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
    )
    client.describe_stacks(StackName="acme-log-archive")
    stack = client.describe_stacks(StackName="acme-log-archive")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", client.describe_stack_events(StackName="acme-log-archive")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def organization_id(sandbox: "Embedded") -> str:
    return str(sandbox.client("organizations").describe_organization()["Organization"]["Id"])


def statements(policy: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


@pytest.mark.parametrize(
    "parameters", [{}, {"mode": "COMPLIANCE", "retention_days": 2000}], ids=["default", "strictest"]
)
@pytest.mark.whole_baseline
def test_lint(repository: Path, tmp_path: Path, parameters: dict[str, Any]) -> None:
    """cfn-lint finds nothing, not even something to remark, in either home of the shipped configuration."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(rendered(repository, **parameters)), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--regions", *REGIONS, "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"mode": "NONE"}, "parameter mode"),
        ({"retention_days": 0}, "parameter retention_days"),
        ({"retention_days": 3000}, "a locked log does not expire"),
        ({"glacier_days": 400}, "must grow in this order"),
        ({"deep_archive_days": 2555}, "must grow in this order"),
    ],
)
def test_nonsense_is_refused(repository: Path, parameters: dict[str, Any], message: str) -> None:
    """Days that contradict each other, and unknown modes, never become a template."""
    with pytest.raises(ConfigError, match=message):
        rendered(repository, **parameters)


def test_the_bucket(sandbox: "Embedded", outputs: Mapping[str, str]) -> None:
    """The live bucket is locked, versioned, private, encrypted with the archive's key, and lets logs grow colder and expire."""
    s3 = sandbox.client("s3", HOME)
    assert outputs["BucketName"] == BUCKET
    lock = s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    assert lock == {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}}
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    (encryption,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["BucketKeyEnabled"]
    assert encryption["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": outputs["KeyArn"],
    }
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [(tier["StorageClass"], tier["Days"]) for tier in rule["Transitions"]] == [
        ("GLACIER_IR", 90),
        ("DEEP_ARCHIVE", 365),
    ]
    assert rule["Expiration"]["Days"] == 2555


def test_the_bucket_policy(sandbox: "Embedded", outputs: Mapping[str, str]) -> None:
    """Only this organization's trail may write, and only its own logs; nobody deletes, and nobody comes without TLS 1.2."""
    by_sid = statements(sandbox.client("s3", HOME).get_bucket_policy(Bucket=BUCKET)["Policy"])
    arn = f"arn:aws:s3:::{BUCKET}"
    allowed = {sid for sid, statement in by_sid.items() if statement["Effect"] == "Allow"}
    assert allowed == {"TheTrailLooksAtTheBucket", "TheTrailWrites"}
    for sid in allowed:
        assert by_sid[sid]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert by_sid[sid]["Condition"]["StringEquals"]["aws:SourceArn"] == TRAIL
    logs = [f"{arn}/AWSLogs/{MANAGEMENT_ACCOUNT_ID}/*", f"{arn}/AWSLogs/{organization_id(sandbox)}/*"]
    assert by_sid["TheTrailWrites"]["Resource"] == logs
    assert by_sid["WritesByOthers"]["Condition"] == {"StringNotEquals": {"aws:SourceArn": TRAIL}}
    for sid in ("PlainHttp", "OldTls", "WritesByOthers", "Removal"):
        assert (by_sid[sid]["Effect"], by_sid[sid]["Principal"]) == ("Deny", {"AWS": "*"})
    assert by_sid["PlainHttp"]["Resource"] == by_sid["OldTls"]["Resource"] == [arn, f"{arn}/*"]
    assert "Condition" not in by_sid["Removal"]


def test_the_key(sandbox: "Embedded", outputs: Mapping[str, str]) -> None:
    """The live key rotates and has its alias; the trail encrypts with it, also into a bucket with a bucket key; whom IAM here lets
    read decrypts through S3; nobody is locked out, and administration brings no use, nor grants of it.
    """
    kms = sandbox.client("kms", HOME)
    key = kms.describe_key(KeyId="alias/acme-log-archive")["KeyMetadata"]
    assert key["Arn"] == outputs["KeyArn"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    by_sid = statements(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    assert by_sid["EncryptionByTheTrail"]["Condition"] == {
        "StringEquals": {"aws:SourceArn": TRAIL},
        "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL.replace(HOME, "*")},
    }
    assert by_sid["EncryptionByTheTrail"]["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    administration = by_sid["AdministrationThroughIam"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:root"}
    assert "kms:Put*" in administration["Action"]
    for use in ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"):
        assert not any(fnmatchcase(use, action) for action in administration["Action"]), use
    reading = by_sid["DecryptionByReadersHere"]
    assert (reading["Principal"], reading["Action"]) == ({"AWS": "*"}, "kms:Decrypt")
    assert reading["Condition"]["StringEquals"] == {
        "kms:CallerAccount": MANAGEMENT_ACCOUNT_ID,
        "kms:ViaService": f"s3.{HOME}.amazonaws.com",
    }


def test_the_organization_trail_delivers(sandbox: "Embedded", outputs: Mapping[str, str]) -> None:
    """The organization trail of this name may write here and encrypt; a trail of any other name may not."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    cloudtrail = sandbox.client("cloudtrail", HOME)
    request = {
        "S3BucketName": BUCKET,
        "KmsKeyId": outputs["KeyArn"],
        "IsOrganizationTrail": True,
        "IsMultiRegionTrail": True,
    }
    trail = cloudtrail.create_trail(Name="acme-organization-trail", **request)
    assert (trail["TrailARN"], trail["KmsKeyId"]) == (TRAIL, outputs["KeyArn"])
    with pytest.raises(ClientError, match="InsufficientS3BucketPolicyException"):
        cloudtrail.create_trail(Name="another-trail", **request)


def test_the_archive_outlives_its_stack(repository: Path) -> None:
    """Key, bucket and bucket policy stay when the stack goes, but not when its very creation failed."""
    kept = {
        name: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for name, resource in rendered(repository)["Resources"].items()
    }
    stays = ("RetainExceptOnCreate", "Retain")
    assert kept == {"Key": stays, "Bucket": stays, "BucketPolicy": stays, "Alias": (None, None)}
