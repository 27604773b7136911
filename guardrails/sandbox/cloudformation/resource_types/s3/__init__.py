"""AWS::S3::Bucket and AWS::S3::BucketPolicy.

bucket            buckets
bucket_settings   their settings, put and read
lifecycle         their lifecycle rules, put and read
replication       where they replicate to, put and read
bucket_policy     their policies
"""

from typing import Final

from guardrails.sandbox.cloudformation.resource_types import ResourceType
from guardrails.sandbox.cloudformation.resource_types.s3.bucket import S3Bucket
from guardrails.sandbox.cloudformation.resource_types.s3.bucket_policy import S3BucketPolicy

TYPES: Final[tuple[ResourceType, ...]] = (S3Bucket(), S3BucketPolicy())
