"""GuardDuty's detectors: one per account and region, with protection plans as AWS shows them; a member's are its administrator's business.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from moto.guardduty.models import Detector, GuardDutyBackend, guardduty_backends

from guardrails.sandbox.guardduty import membership
from guardrails.sandbox.guardduty.membership import bad_request
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

FOUNDATIONAL: Final = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
ON_BY_DEFAULT: Final = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
)
OFF_BY_DEFAULT: Final = ("RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING", "AI_PROTECTION")
ADDITIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
    "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
}
FREQUENCIES: Final = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")
NOT_OWNED: Final = "The request is rejected because the input detectorId is not owned by the current account."


@operation("guardduty", "CreateDetector")
def create_detector(call: Call) -> Answer:
    """Make the account's one detector of the region."""
    store = _store(call)
    if store.detectors:
        raise bad_request("The request is rejected because a detector already exists for the current account.")
    made = make_detector(call.account_id, call.region, call.parameters["Enable"])
    _change(made, call.parameters)
    made.tags = dict(call.parameters.get("Tags", {}))
    return {"DetectorId": made.id}


@operation("guardduty", "GetDetector")
def get_detector(call: Call) -> Answer:
    """Describe a detector of the account."""
    return described(_own(call))


@operation("guardduty", "ListDetectors")
def list_detectors(call: Call) -> Answer:
    """The account's detector of the region, if there is one."""
    return {"DetectorIds": list(_store(call).detectors)}


@operation("guardduty", "UpdateDetector")
def update_detector(call: Call) -> Answer:
    """Change a detector; a member may not turn off what its administrator turned on."""
    found = _own(call)
    managed = membership.administrator_of(call.account_id, call.region) is not None
    if managed and {"Enable", "Features", "DataSources"} & set(call.parameters):
        raise bad_request(
            "The request is rejected because a member account cannot change what its administrator manages."
        )
    _change(found, call.parameters)
    return {}


@operation("guardduty", "DeleteDetector")
def delete_detector(call: Call) -> Answer:
    """Delete a detector: not a member's, and not an administrator's that still has members."""
    found = _own(call)
    if membership.administrator_of(call.account_id, call.region) is not None:
        raise bad_request(
            "The request is rejected because a member account cannot disable GuardDuty; its administrator can."
        )
    if membership.members_of(call.account_id, call.region):
        raise bad_request("The request is rejected because the administrator account still has member accounts.")
    del _store(call).detectors[found.id]
    return {}


@operation("guardduty", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag a detector, named by its ARN."""
    _by_arn(call).tags.update(call.parameters["Tags"])
    return {}


@operation("guardduty", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from a detector."""
    tags = _by_arn(call).tags
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("guardduty", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a detector."""
    return {"Tags": _by_arn(call).tags}


def make_detector(account_id: str, region: str, enabled: bool) -> Detector:
    """Make a detector with the protection plans that a new detector has."""
    store = guardduty_backends[account_id][region]
    features = [{"name": name, "status": "ENABLED"} for name in ON_BY_DEFAULT]
    identifier = store.create_detector(enabled, "SIX_HOURS", {}, {}, features)
    return store.detectors[identifier]


def set_feature(detector: Detector, name: str, enabled: bool, additional: Mapping[str, bool]) -> None:
    """Switch a protection plan and its additional configurations; those not named stay as they are."""
    features = {feature["name"]: dict(feature) for feature in detector.features}
    known = {each["name"]: each["status"] for each in features.get(name, {}).get("additionalConfiguration", [])}
    known.update({each: _status(on) for each, on in additional.items()})
    features[name] = {
        "name": name,
        "status": _status(enabled),
        "additionalConfiguration": [{"name": each, "status": status} for each, status in known.items()],
    }
    detector.features = list(features.values())
    detector.updated_at = datetime.now(UTC)


def described(detector: Detector) -> Answer:
    """A detector as GetDetector shows it: every protection plan by name, the foundational sources always on."""
    features = {feature["name"]: feature for feature in detector.features}
    updated = detector.updated_at
    shown: list[Mapping[str, Any]] = [
        {"Name": name, "Status": "ENABLED", "UpdatedAt": updated} for name in FOUNDATIONAL
    ]
    shown += [_feature(name, features.get(name, {}), updated) for name in (*ON_BY_DEFAULT, *OFF_BY_DEFAULT)]
    return {
        "CreatedAt": detector.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "FindingPublishingFrequency": detector.finding_publish_freq,
        "ServiceRole": detector.service_role,
        "Status": _status(detector.enabled),
        "UpdatedAt": updated.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Tags": detector.tags,
        "Features": shown,
    }


def _feature(name: str, feature: Mapping[str, Any], updated: datetime) -> Mapping[str, Any]:
    known = {each["name"]: each["status"] for each in feature.get("additionalConfiguration", [])}
    additional = [
        {"Name": each, "Status": known.get(each, "DISABLED"), "UpdatedAt": updated} for each in ADDITIONAL.get(name, ())
    ]
    shown = {"Name": name, "Status": feature.get("status", "DISABLED"), "UpdatedAt": updated}
    return {**shown, "AdditionalConfiguration": additional} if additional else shown


def _change(detector: Detector, wanted: Mapping[str, Any]) -> None:
    frequency = wanted.get("FindingPublishingFrequency", detector.finding_publish_freq)
    if frequency not in FREQUENCIES:
        raise bad_request(
            "The request is rejected because the parameter findingPublishingFrequency has an invalid value."
        )
    check_features(wanted.get("Features", []))
    detector.finding_publish_freq = frequency
    detector.enabled = wanted.get("Enable", detector.enabled)
    for feature in wanted.get("Features", []):
        additional = {each["Name"]: each["Status"] == "ENABLED" for each in feature.get("AdditionalConfiguration", [])}
        set_feature(detector, feature["Name"], feature["Status"] == "ENABLED", additional)


def check_features(features: Sequence[Mapping[str, Any]]) -> None:
    """Whether GuardDuty takes these protection plans together.

    Raises:
        Refusal: an unknown name, or Runtime Monitoring next to the EKS Runtime Monitoring that it contains.
    """
    names = [str(feature["Name"]) for feature in features]
    if not set(names) <= {*ON_BY_DEFAULT, *OFF_BY_DEFAULT} or len(set(names)) != len(names):
        raise bad_request("The request is rejected because the parameter features has an invalid value.")
    if {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"} <= set(names):
        raise bad_request(
            "The request is rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING are both specified."
        )


def _status(enabled: bool) -> str:
    return "ENABLED" if enabled else "DISABLED"


def _store(call: Call) -> GuardDutyBackend:
    return guardduty_backends[call.account_id][call.region]


def _own(call: Call) -> Detector:
    found = _store(call).detectors.get(call.parameters["DetectorId"])
    if found is None:
        raise bad_request(NOT_OWNED)
    return found


def _by_arn(call: Call) -> Detector:
    found = _store(call).detectors.get(str(call.parameters["ResourceArn"]).rpartition("/")[2])
    if found is None:
        raise bad_request("The request is rejected because the resource ARN is invalid.")
    return found
