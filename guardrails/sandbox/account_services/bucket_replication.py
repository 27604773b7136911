"""S3: which replication configurations a bucket takes. What they would copy stays where it is.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html#replication-requirements
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.s3.models import FakeBucket, s3_backends

from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

_ATTRIBUTE: Final = "replication"
"""Where moto keeps a bucket's configuration; here it is in the shape of the API."""
_ROLE: Final = re.compile(r"arn:aws:iam::(\d{12}):role/.+")
_PAIRS: Final = (
    ("EncryptionConfiguration", "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present."),
    ("SseKmsEncryptedObjects", "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."),
)


@operation("s3", "PutBucketReplication")
def put_bucket_replication(call: Call) -> Answer:
    """Replicate from a versioned bucket to versioned buckets, in whichever accounts and Regions they are."""
    bucket, wanted = _own(call), call.parameters["ReplicationConfiguration"]
    if found := problem(bucket, wanted):
        raise Refusal("InvalidRequest", found)
    put(bucket, wanted)
    return {}


@operation("s3", "GetBucketReplication")
def get_bucket_replication(call: Call) -> Answer:
    """Show the configuration as it was put."""
    found = configuration(_own(call))
    if found is None:
        message = "The replication configuration was not found"
        raise Refusal("ReplicationConfigurationNotFoundError", message, status=404)
    return {"ReplicationConfiguration": found}


@operation("s3", "PutBucketVersioning")
def put_bucket_versioning(call: Call) -> Answer:
    """Let versioning be put, unless a bucket that replicates should lose it."""
    bucket = s3_backends[call.account_id][PARTITION].buckets.get(call.parameters["Bucket"])
    suspended = "Suspended" in call.request.get_data().decode()
    if bucket is not None and suspended and configuration(bucket):
        message = (
            "A replication configuration is present on this bucket, so you cannot change the versioning state. "
            "To change the versioning state, first delete the replication configuration."
        )
        raise Refusal("InvalidBucketState", message, status=409)
    return FORWARD


def configuration(bucket: FakeBucket) -> Mapping[str, Any] | None:
    """The replication configuration of a bucket in the shape of the API, or None."""
    return getattr(bucket, _ATTRIBUTE, None)


def put(bucket: FakeBucket, wanted: Mapping[str, Any] | None) -> None:
    """Give the bucket this configuration, or none; rules get an id."""
    if wanted is not None:
        rules = [{"ID": f"rule-{index}", **rule} for index, rule in enumerate(wanted["Rules"], 1)]
        wanted = {"Role": wanted["Role"], "Rules": rules}
    setattr(bucket, _ATTRIBUTE, wanted)


def problem(bucket: FakeBucket, wanted: Mapping[str, Any]) -> str | None:
    """What S3 says against a configuration, or None."""
    if bucket.versioning_status != "Enabled":
        return "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    return next(iter((*_of_role(bucket, str(wanted["Role"])), *_of_rules(bucket, wanted["Rules"]))), None)


def _of_role(bucket: FakeBucket, arn: str) -> Iterator[str]:
    matched = _ROLE.fullmatch(arn)
    if not matched:
        yield "Invalid Role specified in replication configuration"
    elif matched[1] != bucket.account_id:
        yield "Cross-account pass role is not allowed."


def _of_rules(bucket: FakeBucket, rules: list[Mapping[str, Any]]) -> Iterator[str]:
    for rule in rules:
        yield from _of_destination(bucket, rule["Destination"])
        given = {*rule["Destination"], *rule.get("SourceSelectionCriteria", {})}
        names = {name for name, _ in _PAIRS}
        yield from (message for name, message in _PAIRS if given & names == {name})
        if "Filter" in rule:
            for needed in ("Priority", "DeleteMarkerReplication"):
                if needed not in rule:
                    yield (
                        f"{needed} must be specified for this version of Cross Region Replication configuration schema."
                    )


def _of_destination(bucket: FakeBucket, destination: Mapping[str, Any]) -> Iterator[str]:
    found = delivery.bucket(str(destination["Bucket"]).rpartition(":")[2])
    if found is None:
        yield "Destination bucket must exist."
    elif found.versioning_status != "Enabled":
        yield "Destination bucket must have versioning enabled."
    elif bucket.object_lock_enabled and not found.object_lock_enabled:
        yield "Object Lock must be enabled on the destination bucket, as it is on the source bucket."


def _own(call: Call) -> FakeBucket:
    found = s3_backends[call.account_id][PARTITION].buckets.get(call.parameters["Bucket"])
    if found is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", status=404)
    return found
