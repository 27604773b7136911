"""GuardDuty's detectors: one per account and region, with protection plans as AWS shows them; a member's are its administrator's business.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from moto.guardduty.models import Detector, GuardDutyBackend, guardduty_backends

from guardrails.sandbox.guardduty import organization_policies, protection_plans
from guardrails.sandbox.guardduty.membership import REGIONS
from guardrails.sandbox.guardduty.protection_plans import ADDITIONAL, EVERY, ON_BY_DEFAULT
from guardrails.sandbox.guardduty.refusals import PAGING, bad_request, invalid_parameter
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

FOUNDATIONAL: Final = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
PER_PAGE: Final = 50
FREQUENCIES: Final = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")
NOT_OWNED: Final = "the input detectorId is not owned by the current account."


@operation("guardduty", "CreateDetector")
def create_detector(call: Call) -> Answer:
    """Make the account's one detector of the region."""
    store = _store(call)
    if store.detectors:
        raise bad_request("a detector already exists for the current account.")
    protection_plans.wanted(call.parameters, "Status")
    made = make_detector(call.account_id, call.region, call.parameters["Enable"])
    _change(made, call.parameters)
    made.tags = dict(call.parameters.get("Tags", {}))
    return {"DetectorId": made.id}


@operation("guardduty", "GetDetector")
def get_detector(call: Call) -> Answer:
    """Describe a detector of the account."""
    return described(own(call))


@operation("guardduty", "ListDetectors")
def list_detectors(call: Call) -> Answer:
    """The account's detector of the region, if there is one."""
    return PAGING.page(call, "DetectorIds", _store(call).detectors, PER_PAGE)


@operation("guardduty", "UpdateDetector")
def update_detector(call: Call) -> Answer:
    """Change a detector; a member may not turn off what its administrator turned on."""
    found = own(call)
    managed = REGIONS.administrator_of(call.account_id, call.region) is not None
    if managed and {"Enable", "Features", "DataSources"} & set(call.parameters):
        raise bad_request("a member account cannot change what its administrator manages.")
    features = protection_plans.wanted(call.parameters, "Status")
    organization_policies.refuse_managed(call.account_id, call.region, (str(each["Name"]) for each in features))
    _change(found, call.parameters)
    return {}


@operation("guardduty", "DeleteDetector")
def delete_detector(call: Call) -> Answer:
    """Delete a detector: not a member's, and not an administrator's that still has members."""
    found = own(call)
    if REGIONS.administrator_of(call.account_id, call.region) is not None:
        raise bad_request("a member account cannot disable GuardDuty; its administrator can.")
    if REGIONS.members_of(call.account_id, call.region):
        raise bad_request("the administrator account still has member accounts.")
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
    shown += [_feature(name, features.get(name, {}), updated) for name in EVERY]
    return {
        "CreatedAt": detector.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "FindingPublishingFrequency": detector.finding_publish_freq,
        "ServiceRole": detector.service_role,
        "Status": _status(detector.enabled),
        "UpdatedAt": updated.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Tags": detector.tags,
        "Features": shown,
        "DataSources": data_sources(detector),
    }


def data_sources(detector: Detector) -> Answer:
    """The older view of a detector: its data sources, of which the foundational ones are always on."""
    statuses = {feature["name"]: feature["status"] for feature in detector.features}
    on = {"Status": "ENABLED"}
    shown = {name: {"Status": statuses.get(name, "DISABLED")} for name in protection_plans.DATA_SOURCES}
    return {"CloudTrail": on, "DNSLogs": on, "FlowLogs": on, **protection_plans.as_data_sources(shown)}


def _feature(name: str, feature: Mapping[str, Any], updated: datetime) -> Mapping[str, Any]:
    known = {each["name"]: each["status"] for each in feature.get("additionalConfiguration", [])}
    additional = [
        {"Name": each, "Status": known.get(each, "DISABLED"), "UpdatedAt": updated} for each in ADDITIONAL.get(name, ())
    ]
    shown = {"Name": name, "Status": feature.get("status", "DISABLED"), "UpdatedAt": updated}
    return {**shown, "AdditionalConfiguration": additional} if additional else shown


def switch(detector: Detector, features: Sequence[Mapping[str, Any]]) -> None:
    """Switch protection plans on and off as a request says it."""
    for feature in features:
        given = feature.get("AdditionalConfiguration") or []
        additional = {str(each["Name"]): each["Status"] == "ENABLED" for each in given}
        set_feature(detector, str(feature["Name"]), feature["Status"] == "ENABLED", additional)


def _change(detector: Detector, wanted: Mapping[str, Any]) -> None:
    frequency = wanted.get("FindingPublishingFrequency", detector.finding_publish_freq)
    if frequency not in FREQUENCIES:
        raise invalid_parameter("findingPublishingFrequency")
    features = protection_plans.wanted(wanted, "Status")
    detector.finding_publish_freq = frequency
    detector.enabled = wanted.get("Enable", detector.enabled)
    switch(detector, features)


def _status(enabled: bool) -> str:
    return "ENABLED" if enabled else "DISABLED"


def _store(call: Call) -> GuardDutyBackend:
    return guardduty_backends[call.account_id][call.region]


def own(call: Call) -> Detector:
    """The detector that a request names, of the caller's account and region.

    Raises:
        Refusal: the account has no such detector.
    """
    found = _store(call).detectors.get(call.parameters["DetectorId"])
    if found is None:
        raise bad_request(NOT_OWNED)
    return found


def _by_arn(call: Call) -> Detector:
    found = _store(call).detectors.get(str(call.parameters["ResourceArn"]).rpartition("/")[2])
    if found is None:
        raise bad_request("the resource ARN is invalid.")
    return found
