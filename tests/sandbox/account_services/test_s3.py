import pytest
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
