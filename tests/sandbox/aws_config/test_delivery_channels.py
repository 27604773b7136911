"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html"""

import json
from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def channel(bucket: str, **more: str) -> dict[str, Any]:
    return {"DeliveryChannel": {"name": "default", "s3BucketName": bucket, **more}}


def test_what_is_delivered_to_exists(recorder: Callable[..., Any], bucket: str, refused: Refused) -> None:
    """A bucket, a topic or a key that does not exist, in a Region or in none, is refused, each with its own error."""
    put = recorder().put_delivery_channel
    topic = "arn:aws:sns:eu-west-1:111111111111:none"
    key = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-0000-0000-000000000000"
    assert refused(put, **channel("no-such-bucket")) == "NoSuchBucketException"
    for region in ("eu-west-1", "eu-nowhere-1"):
        wrong = channel(bucket, snsTopicARN=topic.replace("eu-west-1", region))
        assert refused(put, **wrong) == "InvalidSNSTopicARNException"
        wrong = channel(bucket, s3KmsKeyArn=key.replace("eu-west-1", region))
        assert refused(put, **wrong) == "InvalidS3KmsKeyArnException"
    put(**channel(bucket))


def test_the_service_needs_the_buckets_permission(
    sandbox: Embedded, linked_role: str, bucket: str, refused: Refused
) -> None:
    """With the service-linked role, the bucket's policy must let AWS Config write.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    config = sandbox.client("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": linked_role})
    assert refused(config.put_delivery_channel, **channel(bucket)) == "InsufficientDeliveryPolicyException"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/111111111111/Config/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    config.put_delivery_channel(**channel(bucket))
    code = refused(config.put_delivery_channel, **channel(bucket, s3KeyPrefix="elsewhere"))
    assert code == "InsufficientDeliveryPolicyException"


def test_a_default_retention_takes_no_delivery(
    sandbox: Embedded, recorder: Callable[..., Any], refused: Refused
) -> None:
    """AWS Config cannot deliver to a bucket whose Object Lock has a default retention."""
    s3, put = sandbox.client("s3", "us-east-1"), recorder().put_delivery_channel
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    put(**channel("locked"))
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=configuration)
    assert refused(put, **channel("locked")) == "InsufficientDeliveryPolicyException"
