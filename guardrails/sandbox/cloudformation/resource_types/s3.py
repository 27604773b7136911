"""AWS::S3::Bucket and AWS::S3::BucketPolicy."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, Final

from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend, s3_backends

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed, ResourceType

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def _backend(place: Place) -> S3Backend:
    return s3_backends[place.account][place.partition]


class S3Bucket:
    """A bucket. A bucket that holds objects cannot be deleted.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
    """

    name = "AWS::S3::Bucket"
    applied = frozenset(
        {
            "BucketEncryption",
            "BucketName",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the bucket, then apply its settings; when one is refused the bucket goes again."""
        name = properties.get("BucketName") or place.generated_name(63).lower()
        if not _NAME.fullmatch(name):
            raise ResourceFailed("The specified bucket is not valid. (Service: S3, Status Code: 400)")
        if name in s3_backends.bucket_accounts:
            raise ResourceFailed(f"{name} already exists")
        backend = _backend(place)
        with ExitStack() as undo:
            bucket = backend.create_bucket(name, place.region)
            undo.callback(backend.delete_bucket, name)
            if properties.get("ObjectLockEnabled", False):
                bucket.object_lock_enabled, bucket.versioning_status = True, "Enabled"
            resource = _apply(place, bucket, properties)
            undo.pop_all()
        return resource

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings; absent ones go back to what a new bucket has."""
        bucket = _backend(place).buckets.get(resource.physical_id)
        if bucket is None:
            raise ResourceFailed("The specified bucket does not exist")
        return _apply(place, bucket, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the empty bucket."""
        backend = _backend(place)
        if resource.physical_id not in backend.buckets:
            return
        if backend.buckets[resource.physical_id].keys:
            raise ResourceFailed("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
        backend.delete_bucket(resource.physical_id)


class S3BucketPolicy:
    """The policy of a bucket.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
    """

    name = "AWS::S3::BucketPolicy"
    applied = frozenset({"Bucket", "PolicyDocument"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the policy on a bucket that has none."""
        bucket = _bucket(place, properties)
        if bucket.policy is not None:
            raise ResourceFailed(f"The bucket policy already exists on bucket {bucket.name}.")
        return self._put(bucket, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the policy."""
        return self._put(_bucket(place, properties), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the policy off."""
        if properties["Bucket"] in _backend(place).buckets:
            _backend(place).delete_bucket_policy(properties["Bucket"])

    def _put(self, bucket: FakeBucket, properties: Properties) -> Resource:
        document = properties["PolicyDocument"]
        bucket.policy = (document if isinstance(document, str) else json.dumps(document)).encode()
        return Resource(bucket.name)


def _bucket(place: Place, properties: Properties) -> FakeBucket:
    bucket = _backend(place).buckets.get(properties["Bucket"])
    if bucket is None:
        raise ResourceFailed("The specified bucket does not exist")
    return bucket


def _apply(place: Place, bucket: FakeBucket, properties: Properties) -> Resource:
    for name, setting in _SETTINGS.items():
        setting(bucket, properties.get(name))
    _backend(place).put_bucket_tagging(bucket.name, place.all_tags(properties.get("Tags")))
    attributes = {
        "Arn": bucket.arn,
        "DomainName": bucket.domain_name,
        "DualStackDomainName": bucket.dual_stack_domain_name,
        "RegionalDomainName": bucket.regional_domain_name,
    }
    return Resource(bucket.name, attributes)


def _versioning(bucket: FakeBucket, value: Any) -> None:
    status = (value or {}).get("Status")
    if bucket.object_lock_enabled and status == "Suspended":
        raise ResourceFailed(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )
    if status is None:
        # Once enabled, versioning can be suspended but not removed.
        status = "Enabled" if bucket.object_lock_enabled else ("Suspended" if bucket.versioning_status else None)
    bucket.versioning_status = status


def _object_lock(bucket: FakeBucket, value: Any) -> None:
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


def _encryption(bucket: FakeBucket, value: Any) -> None:
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


def _public_access_block(bucket: FakeBucket, value: Any) -> None:
    # A new bucket blocks everything; a block that CloudFormation sets has False for what it leaves out.
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = dict.fromkeys(names, True) if value is None else {name: value.get(name, False) for name in names}
    bucket.public_access_block = PublicAccessBlock(*(block[name] for name in names))


def _ownership(bucket: FakeBucket, value: Any) -> None:
    rules = (value or {}).get("Rules", [])
    # moto declares a mapping here and keeps the bare word.
    setattr(bucket, "ownership_rule", rules[0]["ObjectOwnership"] if rules else "BucketOwnerEnforced")  # noqa: B010


def _logging(bucket: FakeBucket, value: Any) -> None:
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


def _lifecycle(bucket: FakeBucket, value: Any) -> None:
    bucket.set_lifecycle([_lifecycle_rule(index, rule) for index, rule in enumerate((value or {}).get("Rules", []))])


def _lifecycle_rule(index: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of the template in the shape of the S3 API."""
    unknown = sorted(set(rule) - _LIFECYCLE)
    if unknown:
        raise ResourceFailed(f"The sandbox does not implement {unknown[0]} in a lifecycle rule")
    result: dict[str, Any] = {
        "ID": rule.get("Id", f"rule-{index}"),
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    if any(expiration.values()):
        result["Expiration"] = {name: item for name, item in expiration.items() if item is not None}
    noncurrent = rule.get("NoncurrentVersionExpiration", {})
    days = noncurrent.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))
    if "NewerNoncurrentVersions" in noncurrent:
        raise ResourceFailed("The sandbox does not implement NewerNoncurrentVersions in a lifecycle rule")
    if days is not None:
        result["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if "AbortIncompleteMultipartUpload" in rule:
        result["AbortIncompleteMultipartUpload"] = dict(rule["AbortIncompleteMultipartUpload"])
    result["Transition"] = [
        {"Days": one["TransitionInDays"], "StorageClass": one["StorageClass"]} for one in rule.get("Transitions", [])
    ]
    result["NoncurrentVersionTransition"] = [
        {"NoncurrentDays": one["TransitionInDays"], "StorageClass": one["StorageClass"]}
        for one in rule.get("NoncurrentVersionTransitions", [])
    ]
    return result


_LIFECYCLE: Final = frozenset(
    {
        "AbortIncompleteMultipartUpload",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "Id",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransitions",
        "Prefix",
        "Status",
        "Transitions",
    }
)
_SETTINGS: Final[Mapping[str, Callable[[FakeBucket, Any], None]]] = MappingProxyType(
    {
        "VersioningConfiguration": _versioning,
        "ObjectLockConfiguration": _object_lock,
        "BucketEncryption": _encryption,
        "PublicAccessBlockConfiguration": _public_access_block,
        "OwnershipControls": _ownership,
        "LoggingConfiguration": _logging,
        "LifecycleConfiguration": _lifecycle,
    }
)
TYPES: Final[tuple[ResourceType, ...]] = (S3Bucket(), S3BucketPolicy())
