"""The settings of a bucket: each put from the template's shape and read back into it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends

from guardrails.sandbox.cloudformation.resource_types import Properties, ResourceFailed
from guardrails.sandbox.cloudformation.resource_types.s3 import lifecycle, replication

_SSE_S3: Final = MappingProxyType({"SSEAlgorithm": "AES256"})
"""How a new bucket is encrypted."""


def put(bucket: FakeBucket, properties: Properties) -> None:
    """Give the bucket these settings; an absent one goes back to what a new bucket has.

    Raises:
        ResourceFailed: S3 refuses a setting, or the sandbox does not apply all of it.
    """
    for name, (set_, _) in _SETTINGS.items():
        set_(bucket, properties.get(name))


def read(bucket: FakeBucket) -> dict[str, Any]:
    """The settings that the bucket has."""
    return {name: get(bucket) for name, (_, get) in _SETTINGS.items()}


def _put_versioning(bucket: FakeBucket, value: Any) -> None:
    status = (value or {}).get("Status")
    if bucket.object_lock_enabled and status == "Suspended":
        raise ResourceFailed(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )
    if status is None:
        # Once enabled, versioning can be suspended but not removed.
        status = "Enabled" if bucket.object_lock_enabled else ("Suspended" if bucket.versioning_status else None)
    bucket.versioning_status = status


def _read_versioning(bucket: FakeBucket) -> dict[str, str] | None:
    return {"Status": bucket.versioning_status} if bucket.versioning_status else None


def _put_object_lock(bucket: FakeBucket, value: Any) -> None:
    if value is None:
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = "", 0, 0
        return
    if bucket.versioning_status != "Enabled":
        raise ResourceFailed("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    bucket.object_lock_enabled = True
    retention = (value.get("Rule") or {}).get("DefaultRetention")
    if retention and ("Days" in retention) == ("Years" in retention):
        raise ResourceFailed("The default retention needs either Days or Years")
    retention = retention or {}
    bucket.default_lock_mode = retention.get("Mode", "")
    bucket.default_lock_days, bucket.default_lock_years = retention.get("Days", 0), retention.get("Years", 0)


def _read_object_lock(bucket: FakeBucket) -> dict[str, Any] | None:
    if not bucket.object_lock_enabled:
        return None
    if not bucket.default_lock_mode:
        return {"ObjectLockEnabled": "Enabled"}
    unit, length = (
        ("Days", bucket.default_lock_days) if bucket.default_lock_days else ("Years", bucket.default_lock_years)
    )
    retention = {"Mode": bucket.default_lock_mode, unit: length}
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}


def _put_encryption(bucket: FakeBucket, value: Any) -> None:
    rules = (value or {}).get("ServerSideEncryptionConfiguration", [])
    # A new bucket is encrypted with SSE-S3.
    rule = rules[0] if rules else {}
    unknown = sorted(set(rule) - {"ServerSideEncryptionByDefault", "BucketKeyEnabled"})
    if unknown:
        raise ResourceFailed(f"The sandbox does not implement {unknown[0]} in a bucket's encryption rule")
    default = rule.get("ServerSideEncryptionByDefault", {"SSEAlgorithm": "AES256"})
    bucket.encryption = {
        "Rule": {
            "ApplyServerSideEncryptionByDefault": dict(default),
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
    }


def _read_encryption(bucket: FakeBucket) -> dict[str, Any]:
    # A bucket whose default encryption is taken away is encrypted with SSE-S3 again.
    rule = (bucket.encryption or {}).get("Rule", {})
    default = dict(rule.get("ApplyServerSideEncryptionByDefault", _SSE_S3))
    with_bucket_key = str(rule.get("BucketKeyEnabled", False)).lower() == "true"
    return {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": with_bucket_key}
        ]
    }


def _put_public_access_block(bucket: FakeBucket, value: Any) -> None:
    # A new bucket blocks everything; a block that CloudFormation sets has False for what it leaves out.
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = dict.fromkeys(names, True) if value is None else {name: value.get(name, False) for name in names}
    bucket.public_access_block = PublicAccessBlock(*(block[name] for name in names))


def _read_public_access_block(bucket: FakeBucket) -> dict[str, bool] | None:
    block = bucket.public_access_block
    if block is None:
        return None
    return {
        "BlockPublicAcls": block.block_public_acls,
        "BlockPublicPolicy": block.block_public_policy,
        "IgnorePublicAcls": block.ignore_public_acls,
        "RestrictPublicBuckets": block.restrict_public_buckets,
    }


def _put_ownership(bucket: FakeBucket, value: Any) -> None:
    rules = (value or {}).get("Rules", [])
    # moto declares a mapping here and keeps the bare word.
    setattr(bucket, "ownership_rule", rules[0]["ObjectOwnership"] if rules else "BucketOwnerEnforced")  # noqa: B010


def _read_ownership(bucket: FakeBucket) -> dict[str, Any] | None:
    return {"Rules": [{"ObjectOwnership": bucket.ownership_rule}]} if bucket.ownership_rule else None


def _put_logging(bucket: FakeBucket, value: Any) -> None:
    if not value:
        bucket.logging = {}
        return
    unknown = sorted(set(value) - {"DestinationBucketName", "LogFilePrefix"})
    if unknown:
        raise ResourceFailed(f"The sandbox does not implement {unknown[0]} in a bucket's logging configuration")
    target = {
        "TargetBucket": value.get("DestinationBucketName", bucket.name),
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    bucket.set_logging(target, s3_backends[bucket.account_id][bucket.partition])


def _read_logging(bucket: FakeBucket) -> dict[str, str] | None:
    if not bucket.logging:
        return None
    return {
        "DestinationBucketName": bucket.logging["TargetBucket"],
        "LogFilePrefix": bucket.logging.get("TargetPrefix") or "",
    }


_SETTINGS: Final[Mapping[str, tuple[Callable[[FakeBucket, Any], None], Callable[[FakeBucket], Any]]]] = (
    MappingProxyType(
        {
            "VersioningConfiguration": (_put_versioning, _read_versioning),
            "ObjectLockConfiguration": (_put_object_lock, _read_object_lock),
            "BucketEncryption": (_put_encryption, _read_encryption),
            "PublicAccessBlockConfiguration": (_put_public_access_block, _read_public_access_block),
            "OwnershipControls": (_put_ownership, _read_ownership),
            "LoggingConfiguration": (_put_logging, _read_logging),
            "LifecycleConfiguration": (lifecycle.put, lifecycle.read),
            "ReplicationConfiguration": (replication.put, replication.read),
        }
    )
)
"""Property -> how it is put and how it is read, in the order in which S3 wants them."""
