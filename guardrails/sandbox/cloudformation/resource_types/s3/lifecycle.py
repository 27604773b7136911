"""The lifecycle rules of a bucket, in the template's shape and in S3's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.s3.models import FakeBucket, LifecycleRule

from guardrails.sandbox.cloudformation.resource_types import ResourceFailed

_GENERATED: Final = "generated-rule-"
"""How the id of a rule begins to which the template gives none."""
_APPLIED: Final = frozenset(
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


def put(bucket: FakeBucket, value: Any) -> None:
    """Give the bucket exactly these rules.

    Raises:
        ResourceFailed: a rule says what the sandbox does not apply.
    """
    bucket.set_lifecycle([_to_s3(index, rule) for index, rule in enumerate((value or {}).get("Rules", []))])


def read(bucket: FakeBucket) -> dict[str, Any] | None:
    """The rules that the bucket has; None without any. Write-only members are left out."""
    return {"Rules": [_from_s3(rule) for rule in bucket.rules]} if bucket.rules else None


def _to_s3(index: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of the template in the shape of the S3 API."""
    unknown = sorted(set(rule) - _APPLIED)
    if unknown:
        raise ResourceFailed(f"The sandbox does not implement {unknown[0]} in a lifecycle rule")
    result: dict[str, Any] = {
        "ID": rule.get("Id", f"{_GENERATED}{index}"),
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


def _from_s3(rule: LifecycleRule) -> dict[str, Any]:
    """A rule of the bucket in the shape of the template; what says nothing is left out."""
    rule_id = str(rule.id or "")
    read: dict[str, Any] = {
        "Id": None if rule_id.startswith(_GENERATED) else rule_id,
        "Status": rule.status,
        "Prefix": rule.prefix or _prefix(rule),
        "TagFilters": _tag_filters(rule),
        "ExpirationInDays": _number(rule.expiration_days),
        "ExpirationDate": rule.expiration_date,
        "NoncurrentVersionExpiration": _days("NoncurrentDays", rule.nve_noncurrent_days),
        "AbortIncompleteMultipartUpload": _days("DaysAfterInitiation", rule.aimu_days),
        "Transitions": [
            {"StorageClass": one.storage_class, "TransitionInDays": _number(one.days)} for one in rule.transitions or ()
        ],
        "NoncurrentVersionTransitions": [
            {"StorageClass": one.storage_class, "TransitionInDays": _number(one.days)}
            for one in rule.noncurrent_version_transitions or ()
        ],
    }
    return {name: value for name, value in read.items() if value}


def _prefix(rule: LifecycleRule) -> str | None:
    if rule.filter is None:
        return None
    return rule.filter.and_filter.prefix if rule.filter.and_filter else rule.filter.prefix


def _tag_filters(rule: LifecycleRule) -> list[dict[str, str]]:
    if rule.filter is None:
        return []
    tags = dict(rule.filter.and_filter.tags) if rule.filter.and_filter else {}
    if rule.filter.tag_key:
        tags[rule.filter.tag_key] = rule.filter.tag_value or ""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _days(name: str, days: Any) -> dict[str, int] | None:
    return {name: int(days)} if days else None


def _number(days: Any) -> int | None:
    """moto keeps what came over the wire as text."""
    return None if days is None else int(days)
