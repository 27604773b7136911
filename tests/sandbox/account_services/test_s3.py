import json
from contextlib import nullcontext
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import S3Backend

from guardrails.sandbox.account_services import s3
from guardrails.sandbox.embedded import Embedded


@pytest.mark.parametrize("period", [{"Days": 30}, {"Years": 1}])
def test_a_default_retention_has_days_or_years(sandbox: Embedded, period: dict[str, int]) -> None:
    """GetObjectLockConfiguration shows the one that was put, and not the other.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html
    """
    client = sandbox.client("s3", region="us-east-1")
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    retention = {"Mode": "COMPLIANCE", **period}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    client.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=configuration)
    assert client.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"] == configuration


def test_moto_still_needs_this(sandbox: Embedded) -> None:
    """Canary: the replaced method is the one that moto's S3 calls."""
    assert S3Backend.get_object_lock_configuration is s3.object_lock_configuration


def test_access_logs_go_where_the_policy_lets_them_in(sandbox: Embedded) -> None:
    """A bucket whose policy lets S3's logging service write under the prefix, for the bucket's account, becomes a target; another does not.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    client = sandbox.client("s3", region="us-east-1")
    client.create_bucket(Bucket="source")
    client.create_bucket(Bucket="target")
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::target/access/*",
    }
    target = {"LoggingEnabled": {"TargetBucket": "target", "TargetPrefix": "access/source/"}}
    for account, refused in (("222222222222", True), (sandbox.running.account_id, False)):
        condition = {"StringEquals": {"aws:SourceAccount": account}}
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
        client.put_bucket_policy(Bucket="target", Policy=json.dumps(policy))
        with pytest.raises(ClientError, match="InvalidTargetBucketForLogging") if refused else nullcontext():
            client.put_bucket_logging(Bucket="source", BucketLoggingStatus=target)
    assert client.get_bucket_logging(Bucket="source")["LoggingEnabled"] == target["LoggingEnabled"]
