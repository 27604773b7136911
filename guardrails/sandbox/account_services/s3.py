"""S3 where moto says what AWS does not: a default retention in days has no years.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html
"""

from collections.abc import Callable
from typing import Final

from moto.s3.models import S3Backend

LockConfiguration = tuple[bool, str | None, int | None, int | None]
_MOTOS: Final[Callable[[S3Backend, str], LockConfiguration]] = S3Backend.get_object_lock_configuration


def object_lock_configuration(backend: S3Backend, bucket_name: str) -> LockConfiguration:
    """Whether a bucket locks objects, the default mode, and its days or years: the other is None, not 0."""
    enabled, mode, days, years = _MOTOS(backend, bucket_name)
    return enabled, mode, days or None, years or None


def install() -> None:
    """Put it in the place of moto's."""
    S3Backend.get_object_lock_configuration = object_lock_configuration  # type: ignore[assignment, method-assign]
