"""AWS::S3::BucketPolicy."""

import json

from moto.s3.models import FakeBucket, S3Backend, s3_backends

from guardrails.sandbox.account_services import public_buckets
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed


def _backend(place: Place) -> S3Backend:
    return s3_backends[place.account][place.partition]


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
        return self._put(place, bucket, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the policy."""
        return self._put(place, _bucket(place, properties), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the policy off."""
        if properties["Bucket"] in _backend(place).buckets:
            _backend(place).delete_bucket_policy(properties["Bucket"])

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The policy; None when the bucket is gone or has none any more."""
        bucket = _backend(place).buckets.get(resource.physical_id)
        if bucket is None or bucket.policy is None:
            return None
        return {"Bucket": bucket.name, "PolicyDocument": json.loads(bucket.policy)}

    def _put(self, place: Place, bucket: FakeBucket, properties: Properties) -> Resource:
        document = properties["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        if public_buckets.blocks_policy(place.account, bucket.name, text):
            raise ResourceFailed(
                f"The policy of bucket {bucket.name} is public, and public policies are blocked by the BlockPublicPolicy "
                "block public access setting (Error Code: AccessDenied)"
            )
        bucket.policy = text.encode()
        return Resource(bucket.name)


def _bucket(place: Place, properties: Properties) -> FakeBucket:
    bucket = _backend(place).buckets.get(properties["Bucket"])
    if bucket is None:
        raise ResourceFailed("The specified bucket does not exist")
    return bucket
