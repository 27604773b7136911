"""Where AWS Config delivers to: a bucket that it can write, a topic and a key that exist.

With the service-linked role AWS Config writes as a service, and the bucket's policy decides; with a role of one's own
that role must exist. A bucket whose Object Lock has a default retention takes no delivery.
Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.config.models import config_backends
from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket

from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.aws_config import recorders
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "config.amazonaws.com"


@operation("config", "PutDeliveryChannel")
def put_delivery_channel(call: Call) -> Answer:
    """Make or change the delivery channel, when AWS Config can deliver there."""
    wanted = call.parameters["DeliveryChannel"]
    found = config_backends[call.account_id][call.region].recorders
    name = str(wanted.get("s3BucketName") or "")
    if found and name:
        bucket = delivery.bucket(name)
        if bucket is None:
            raise Refusal("NoSuchBucketException", f"Cannot find a S3 bucket with name: {name}")
        _check_topic_and_key(wanted, bucket)
        role = str(next(iter(found.values())).role_arn)
        if not _may_write(call, wanted, bucket, role):
            raise _insufficient(wanted)
    return FORWARD


def _may_write(call: Call, wanted: Mapping[str, Any], bucket: FakeBucket, role: str) -> bool:
    if bucket.has_default_lock:
        return False
    if recorders.SERVICE_LINKED not in role:
        return any(each.arn == role for each in iam_backends[call.account_id][PARTITION].roles.values())
    source = f"arn:aws:config:{call.region}:{call.account_id}:*"
    context = {**delivery.context(PRINCIPAL, source, call.account_id), "s3:x-amz-acl": "bucket-owner-full-control"}
    prefix = f"{wanted['s3KeyPrefix']}/" if wanted.get("s3KeyPrefix") else ""
    return delivery.may_write(
        bucket, PRINCIPAL, f"{prefix}AWSLogs/{call.account_id}/Config/ConfigWritabilityCheckFile", context
    )


def _check_topic_and_key(wanted: Mapping[str, Any], bucket: FakeBucket) -> None:
    topic, key_arn = str(wanted.get("snsTopicARN") or ""), str(wanted.get("s3KmsKeyArn") or "")
    if topic and not delivery.is_topic(topic):
        raise Refusal("InvalidSNSTopicARNException", f"The sns topic arn '{topic}' is not valid.")
    key = delivery.key(key_arn) if key_arn else None
    if key_arn and (key is None or key.region != bucket.region_name):
        raise Refusal("InvalidS3KmsKeyArnException", f"The arn '{key_arn}' is not a valid kms key or alias arn.")


def _insufficient(wanted: Mapping[str, Any]) -> Refusal:
    prefix, key = wanted.get("s3KeyPrefix") or "null", wanted.get("s3KmsKeyArn") or "null"
    message = (
        f"Insufficient delivery policy to s3 bucket: {wanted['s3BucketName']}, unable to write to bucket, "
        f"provided s3 key prefix is '{prefix}', provided kms key is '{key}'."
    )
    return Refusal("InsufficientDeliveryPolicyException", message)
