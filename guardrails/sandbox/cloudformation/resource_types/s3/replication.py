"""The replication configuration of a bucket, in the template's shape and in S3's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-replicationconfiguration.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.s3.models import FakeBucket

from guardrails.sandbox.account_services import bucket_replication
from guardrails.sandbox.cloudformation.resource_types import ResourceFailed

_GENERATED: Final = "generated-rule-"
"""How the id of a rule begins to which the template gives none."""


def put(bucket: FakeBucket, value: Any) -> None:
    """Give the bucket exactly this configuration.

    Raises:
        ResourceFailed: S3 refuses it, or the sandbox does not apply all of it.
    """
    if not value:
        bucket_replication.put(bucket, None)
        return
    wanted = {"Role": value["Role"], "Rules": [_to_s3(index, rule) for index, rule in enumerate(value["Rules"])]}
    if found := bucket_replication.problem(bucket, wanted):
        raise ResourceFailed(f"{found} (Service: S3, Status Code: 400)")
    bucket_replication.put(bucket, wanted)


def read(bucket: FakeBucket) -> dict[str, Any] | None:
    """The configuration that the bucket has; None without one."""
    found = bucket_replication.configuration(bucket)
    return {"Role": found["Role"], "Rules": [_from_s3(rule) for rule in found["Rules"]]} if found else None


def _to_s3(index: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(rule.get("Filter", {})) - {"Prefix"})
    if unknown:
        raise ResourceFailed(f"The sandbox does not implement {unknown[0]} in the filter of a replication rule")
    named = {"ID": rule.get("Id", f"{_GENERATED}{index}")}
    return {**named, **{name: value for name, value in rule.items() if name != "Id"}}


def _from_s3(rule: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in rule.items() if name != "ID"}
    return shown if str(rule["ID"]).startswith(_GENERATED) else {"Id": rule["ID"], **shown}
