"""S3 where moto says what AWS does not: a default retention in days has no years, a policy for S3's logging service has conditions.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""

from collections.abc import Callable
from typing import Final

from moto.s3.models import FakeBucket, S3Backend

from guardrails.sandbox.account_services import delivery

LockConfiguration = tuple[bool, str | None, int | None, int | None]
LOGGING: Final = "logging.s3.amazonaws.com"
_MOTOS: Final[Callable[[S3Backend, str], LockConfiguration]] = S3Backend.get_object_lock_configuration


def object_lock_configuration(backend: S3Backend, bucket_name: str) -> LockConfiguration:
    """Whether a bucket locks objects, the default mode, and its days or years: the other is None, not 0."""
    enabled, mode, days, years = _MOTOS(backend, bucket_name)
    return enabled, mode, days or None, years or None


def lets_access_logs_in(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Whether the policy of a bucket lets S3 write access logs of its own account under a prefix."""
    known = delivery.context(LOGGING, "", target_bucket.account_id)
    return delivery.may_write(target_bucket, LOGGING, f"{target_prefix or ''}log", known)


def install() -> None:
    """Put it in the place of moto's."""
    S3Backend.get_object_lock_configuration = object_lock_configuration  # type: ignore[assignment, method-assign]
    FakeBucket._log_permissions_enabled_policy = staticmethod(lets_access_logs_in)  # type: ignore[method-assign]
