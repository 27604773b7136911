"""Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
KMS = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}}
KEY = {"EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-central-1:111111111111:key/1"}}
RULE: dict[str, Any] = {
    "ID": "all",
    "Status": "Enabled",
    "Priority": 1,
    "Filter": {"Prefix": ""},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::there", **KEY},
    **KMS,
}


@pytest.fixture
def role(sandbox: Embedded) -> str:
    """A role that S3 may assume; besides a versioned bucket "here" and another "there", in another Region."""
    for name, region in (("here", "eu-west-1"), ("there", "eu-central-1")):
        client = sandbox.client("s3", region)
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    made = sandbox.client("iam").create_role(RoleName="replication", AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(made["Role"]["Arn"])


def test_a_configuration_is_kept_as_it_was_put(sandbox: Embedded, role: str, refused: Refused) -> None:
    """GetBucketReplication shows what PutBucketReplication put, and an error where there is nothing."""
    s3 = sandbox.client("s3", "eu-west-1")
    assert refused(s3.get_bucket_replication, Bucket="here") == "ReplicationConfigurationNotFoundError"
    wanted = {"Role": role, "Rules": [RULE]}
    s3.put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)
    assert s3.get_bucket_replication(Bucket="here")["ReplicationConfiguration"] == wanted
    s3.delete_bucket_replication(Bucket="here")
    assert refused(s3.get_bucket_replication, Bucket="here") == "ReplicationConfigurationNotFoundError"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"Destination": {"Bucket": "arn:aws:s3:::nowhere", **KEY}}, "Destination bucket must exist"),
        ({"Destination": {"Bucket": "arn:aws:s3:::there"}}, "ReplicaKmsKeyID must be specified"),
        ({"SourceSelectionCriteria": {}}, "SseKmsEncryptedObjects must be specified"),
        ({"DeleteMarkerReplication": None}, "DeleteMarkerReplication must be specified"),
    ],
)
def test_what_no_rule_may_say(sandbox: Embedded, role: str, rule: dict[str, Any], message: str) -> None:
    """The destination exists, a key for replicas and the replication of encrypted objects come together, a filter brings its elements."""
    changed = {name: value for name, value in {**RULE, **rule}.items() if value is not None}
    wanted = {"Role": role, "Rules": [changed]}
    with pytest.raises(ClientError, match=message):
        sandbox.client("s3", "eu-west-1").put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)


def test_both_buckets_are_versioned(sandbox: Embedded, role: str, refused: Refused) -> None:
    """A source or destination without versioning is refused, and a source that replicates keeps its versioning.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html#replication-requirements
    """
    s3, wanted = sandbox.client("s3", "eu-west-1"), {"Role": role, "Rules": [RULE]}
    suspended = {"VersioningConfiguration": {"Status": "Suspended"}}
    s3.put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)
    assert refused(s3.put_bucket_versioning, Bucket="here", **suspended) == "InvalidBucketState"
    s3.delete_bucket_replication(Bucket="here")
    for name in ("here", "there"):
        s3.put_bucket_versioning(Bucket=name, **suspended)
        with pytest.raises(ClientError, match=r"[Vv]ersioning"):
            s3.put_bucket_replication(Bucket="here", ReplicationConfiguration=wanted)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


@pytest.mark.not_kept
def test_objects_are_not_copied(sandbox: Embedded, role: str) -> None:
    """S3 copies new objects to the destination of the replication configuration.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    """
    s3 = sandbox.client("s3", "eu-west-1")
    s3.put_bucket_replication(Bucket="here", ReplicationConfiguration={"Role": role, "Rules": [RULE]})
    s3.put_object(Bucket="here", Key="log", Body=b"line")
    assert "Contents" not in s3.list_objects_v2(Bucket="there")
