"""Where a detector's findings are exported to: a bucket and a key that let GuardDuty in, one destination per detector.

Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.account_services import account_regions, delivery
from guardrails.sandbox.guardduty import detectors
from guardrails.sandbox.guardduty.membership import PRINCIPAL
from guardrails.sandbox.guardduty.refusals import PAGING, bad_request, invalid_parameter
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PER_PAGE: Final = 50
BUCKET: Final = re.compile(r"arn:aws:s3:::([a-z0-9.-]+)(?:/(.*))?")
NO_PERMISSION: Final = (
    "the GuardDuty service principal does not have permission to the KMS key or the resource specified by "
    "destinationArn parameter."
)


@dataclass
class PublishingDestination:
    """A destination; the first look shows it on its way (PENDING_VERIFICATION)."""

    id: str
    properties: Mapping[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    pending: bool = True


_DESTINATIONS: Final[dict[str, dict[str, PublishingDestination]]] = lifecycle.forgotten_on_reset({})


@operation("guardduty", "CreatePublishingDestination")
def create_publishing_destination(call: Call) -> Answer:
    """Export findings to a bucket; a detector has one destination of the type."""
    detector = detectors.own(call)
    if call.parameters["DestinationType"] != "S3":
        raise invalid_parameter("destinationType")
    if _DESTINATIONS.get(detector.id):
        raise bad_request("a publishing destination already exists for the detector.")
    properties = _checked(call, detector.id, call.parameters["DestinationProperties"])
    made = PublishingDestination(mock_random.get_random_hex(32), properties, dict(call.parameters.get("Tags", {})))
    _DESTINATIONS.setdefault(detector.id, {})[made.id] = made
    return {"DestinationId": made.id}


@operation("guardduty", "DescribePublishingDestination")
def describe_publishing_destination(call: Call) -> Answer:
    """Show a destination. A look: one that was on its way publishes, as long as bucket and key let GuardDuty in."""
    found = _own(call)
    shown = {**_summary(call, found), "DestinationProperties": found.properties, "Tags": found.tags}
    found.pending = False
    return {**shown, "PublishingFailureStartTimestamp": 0}


@operation("guardduty", "ListPublishingDestinations")
def list_publishing_destinations(call: Call) -> Answer:
    """The detector's destinations."""
    found = _DESTINATIONS.get(detectors.own(call).id, {})
    return PAGING.page(call, "Destinations", [_summary(call, each) for each in found.values()], PER_PAGE)


@operation("guardduty", "UpdatePublishingDestination")
def update_publishing_destination(call: Call) -> Answer:
    """Export to another bucket, or with another key."""
    found = _own(call)
    wanted = {**found.properties, **(call.parameters.get("DestinationProperties") or {})}
    found.properties, found.pending = _checked(call, str(call.parameters["DetectorId"]), wanted), True
    return {}


@operation("guardduty", "DeletePublishingDestination")
def delete_publishing_destination(call: Call) -> Answer:
    """Export no longer."""
    found = _own(call)
    del _DESTINATIONS[str(call.parameters["DetectorId"])][found.id]
    return {}


def _own(call: Call) -> PublishingDestination:
    found = _DESTINATIONS.get(detectors.own(call).id, {}).get(str(call.parameters["DestinationId"]))
    if found is None:
        raise bad_request("the publishing destination does not exist.")
    return found


def _checked(call: Call, detector_id: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    matched = BUCKET.fullmatch(str(properties.get("DestinationArn", "")))
    bucket = delivery.bucket(matched.group(1)) if matched else None
    key = delivery.key(str(properties.get("KmsKeyArn", "")))
    if matched is None or bucket is None:
        raise invalid_parameter("destinationArn")
    if key is None or key.region != call.region:
        raise invalid_parameter("kmsKeyArn")
    owner = properties.get("ExpectedBucketOwner")
    if owner and owner != delivery.bucket_owner(str(bucket.name)):
        raise invalid_parameter("expectedBucketOwner")
    source = f"arn:aws:guardduty:{call.region}:{call.account_id}:detector/{detector_id}"
    principal = _principal(call)
    context = delivery.context(principal, source, call.account_id)
    written = {
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": key.arn,
    }
    folder = (matched.group(2) or "").strip("/")
    path = f"{folder}/" if folder else ""
    object_key = f"{path}AWSLogs/{call.account_id}/GuardDuty/{call.region}/findings.jsonl.gz"
    allowed = delivery.may_write(bucket, principal, object_key, {**context, **written})
    if not allowed or not delivery.may_encrypt(key, principal, context):
        raise bad_request(NO_PERMISSION)
    return properties


def _principal(call: Call) -> str:
    """What policies call GuardDuty in the region: in one that must be enabled it has a name of its own."""
    anywhere = account_regions.opt_in_status(call.account_id, call.region) == "opt-in-not-required"
    return PRINCIPAL if anywhere else f"guardduty.{call.region}.amazonaws.com"


def _summary(call: Call, found: PublishingDestination) -> Mapping[str, Any]:
    status = "PENDING_VERIFICATION" if found.pending else "PUBLISHING"
    try:
        _checked(call, str(call.parameters["DetectorId"]), found.properties)
    except Refusal:
        status = "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY"
    return {"DestinationId": found.id, "DestinationType": "S3", "Status": status}
