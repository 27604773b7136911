"""AWS::S3::Bucket."""

import re
from contextlib import ExitStack
from typing import Final

from moto.s3.models import FakeBucket, S3Backend, s3_backends

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed, own_tags
from guardrails.sandbox.cloudformation.resource_types.s3 import bucket_settings

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
            "ReplicationConfiguration",
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

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The bucket's settings and tags."""
        backend = _backend(place)
        bucket = backend.buckets.get(resource.physical_id)
        if bucket is None:
            return None
        return {
            **bucket_settings.read(bucket),
            "BucketName": bucket.name,
            "ObjectLockEnabled": bucket.object_lock_enabled,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(bucket.arn)),
        }


def _apply(place: Place, bucket: FakeBucket, properties: Properties) -> Resource:
    bucket_settings.put(bucket, properties)
    _backend(place).put_bucket_tagging(bucket.name, place.all_tags(properties.get("Tags")))
    attributes = {
        "Arn": bucket.arn,
        "DomainName": bucket.domain_name,
        "DualStackDomainName": bucket.dual_stack_domain_name,
        "RegionalDomainName": bucket.regional_domain_name,
    }
    return Resource(bucket.name, attributes)
