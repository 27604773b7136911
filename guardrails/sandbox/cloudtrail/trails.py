"""Trails, refused where AWS refuses: no access for the organization, no bucket, a bucket or key that does not let CloudTrail in.

A delegated administrator's organization trail belongs to the management account. Member accounts see the
organization's trails and cannot change them.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends

from guardrails.sandbox.cloudtrail import destinations
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "cloudtrail.amazonaws.com"
MAX_TRAILS: Final = 5
ATTRIBUTES: Final[Mapping[str, str]] = {
    "S3BucketName": "bucket_name",
    "S3KeyPrefix": "s3_key_prefix",
    "SnsTopicName": "sns_topic_name",
    "IncludeGlobalServiceEvents": "include_global_service_events",
    "IsMultiRegionTrail": "is_multi_region",
    "EnableLogFileValidation": "log_validation",
    "IsOrganizationTrail": "is_org_trail",
    "CloudWatchLogsLogGroupArn": "cw_log_group_arn",
    "CloudWatchLogsRoleArn": "cw_role_arn",
    "KmsKeyId": "kms_key_id",
}


@operation("cloudtrail", "CreateTrail")
def create_trail(call: Call) -> Answer:
    """Make a trail under a name that the account has not used in the region; it does not log yet."""
    wanted = call.parameters
    for_organization = bool(wanted.get("IsOrganizationTrail", False))
    if for_organization:
        require_organization(call)
    store = _store(call, for_organization)
    if wanted["Name"] in store.trails:
        raise Refusal(
            "TrailAlreadyExistsException", f"Trail {wanted['Name']} already exists for customer: {store.account_id}"
        )
    if len(store.trails) >= MAX_TRAILS:
        raise Refusal(
            "MaximumNumberOfTrailsExceededException",
            f"User: {store.account_id} already has {MAX_TRAILS} trails in {call.region}.",
        )
    made = _made(store, wanted)
    _check(made)
    store.trails[made.trail_name] = made
    store.tagging_service.tag_resource(made.arn, list(wanted.get("TagsList", [])))
    return _described(made)


@operation("cloudtrail", "UpdateTrail")
def update_trail(call: Call) -> Answer:
    """Change a trail in its home region; what is not named stays."""
    found = own(call)
    wanted = {name: value for name, value in call.parameters.items() if name in ATTRIBUTES}
    if wanted.get("IsOrganizationTrail"):
        require_organization(call)
    before = {attribute: getattr(found, attribute) for attribute in ATTRIBUTES.values()}
    _set(found, wanted)
    try:
        _check(found)
    except Refusal:
        for attribute, value in before.items():
            setattr(found, attribute, value)
        raise
    return _described(found)


@operation("cloudtrail", "DeleteTrail")
def delete_trail(call: Call) -> Answer:
    """Delete a trail in its home region, by name or ARN."""
    found = own(call)
    del cloudtrail_backends[found.account_id][found.region_name].trails[found.trail_name]
    return {}


@operation("cloudtrail", "StartLogging", "StopLogging")
def switch_logging(call: Call) -> Answer:
    """Start or stop a trail's logging."""
    found = own(call)
    if call.operation == "StartLogging":
        found.start_logging()
    else:
        found.stop_logging()
    return {}


@operation("cloudtrail", "GetTrail")
def get_trail(call: Call) -> Answer:
    """Describe one trail that the account can see from the region."""
    found = visible_trail(call, call.parameters["Name"])
    return {"Trail": {**_described(found), **_selector_flags(found), "HomeRegion": found.region_name}}


@operation("cloudtrail", "DescribeTrails")
def describe_trails(call: Call) -> Answer:
    """Describe the trails of the region, and with them (unless told otherwise) multi-region and organization trails from elsewhere."""
    names = call.parameters.get("trailNameList") or []
    shadows = call.parameters.get("includeShadowTrails", True)
    found = [
        trail
        for trail in _visible(call)
        if shadows or (trail.region_name, trail.account_id) == (call.region, call.account_id)
    ]
    wanted = [trail for trail in found if not names or trail.arn in names or trail.trail_name in names]
    return {
        "trailList": [{**_described(each), **_selector_flags(each), "HomeRegion": each.region_name} for each in wanted]
    }


@operation("cloudtrail", "ListTrails")
def list_trails(call: Call) -> Answer:
    """Name the trails that the account can see."""
    shown = [{"Name": each.trail_name, "TrailARN": each.arn, "HomeRegion": each.region_name} for each in _visible(call)]
    return {"Trails": shown}


@operation("cloudtrail", "GetTrailStatus")
def get_trail_status(call: Call) -> Answer:
    """Whether a trail logs, and since when."""
    status = visible_trail(call, call.parameters["Name"]).status
    shown = {"IsLogging": status.is_logging, "StartLoggingTime": status.started, "StopLoggingTime": status.stopped}
    return {name: value for name, value in shown.items() if value is not None}


def _made(store: CloudTrailBackend, wanted: Mapping[str, Any]) -> Trail:
    """A trail that nobody has stored yet; moto checks its name."""
    return Trail(
        store.account_id,
        store.region_name,
        wanted["Name"],
        wanted["S3BucketName"],
        wanted.get("S3KeyPrefix", ""),
        wanted.get("SnsTopicName", ""),
        wanted.get("IncludeGlobalServiceEvents", True),
        wanted.get("IsMultiRegionTrail", False),
        wanted.get("EnableLogFileValidation", False),
        wanted.get("IsOrganizationTrail", False),
        wanted.get("CloudWatchLogsLogGroupArn", ""),
        wanted.get("CloudWatchLogsRoleArn", ""),
        wanted.get("KmsKeyId", ""),
    )


def _set(trail: Trail, wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        setattr(trail, ATTRIBUTES[name], value)


def _check(trail: Trail) -> None:
    if trail.is_multi_region and not trail.include_global_service_events:
        raise Refusal("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
    bucket = destinations.bucket(trail)
    trail.kms_key_id = destinations.key_arn(trail, bucket)
    destinations.require_log_group(trail)
    trail.check_topic_exists()


def require_organization(call: Call) -> None:
    """Let only those pass who may record events of the organization.

    Raises:
        Refusal: there is none with all features, the caller does not administer CloudTrail for it, or CloudTrail is not trusted.
    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    """
    if organization.backend().org is None or organization.find_account(call.account_id) is None:
        raise Refusal("OrganizationsNotInUseException", "Your account is not a member of an organization.")
    if organization.organization().feature_set != "ALL":
        raise Refusal(
            "OrganizationNotInAllFeaturesModeException", "Your organization does not have all features enabled."
        )
    if call.account_id != MANAGEMENT_ACCOUNT_ID and call.account_id not in organization.delegated_administrators(
        PRINCIPAL
    ):
        message = "The account is neither the management account nor a delegated administrator of the organization."
        raise Refusal("NotOrganizationMasterAccountException", message)
    if PRINCIPAL not in organization.trusted_principals():
        raise Refusal(
            "CloudTrailAccessNotEnabledException",
            "Trusted access is not enabled between CloudTrail and AWS Organizations.",
        )


def _store(call: Call, for_organization: bool) -> CloudTrailBackend:
    return cloudtrail_backends[MANAGEMENT_ACCOUNT_ID if for_organization else call.account_id][call.region]


def _administers(call: Call) -> bool:
    return call.account_id in (MANAGEMENT_ACCOUNT_ID, *organization.delegated_administrators(PRINCIPAL))


def _visible(call: Call) -> Iterator[Trail]:
    """The trails that the account sees from the region: its own there, its multi-region ones, the organization's."""
    member = organization.backend().org is not None and organization.find_account(call.account_id) is not None
    for account_id in dict.fromkeys((call.account_id, MANAGEMENT_ACCOUNT_ID)):
        for store in list(cloudtrail_backends[account_id].values()):
            for trail in store.trails.values():
                shared = account_id == call.account_id or (member and trail.is_org_trail)
                if shared and (trail.is_multi_region or trail.region_name == call.region):
                    yield trail


def visible_trail(call: Call, name_or_arn: str) -> Trail:
    """A trail that the account sees from the region.

    Raises:
        Refusal: it sees none of this name or ARN.
    """
    found = next((trail for trail in _visible(call) if name_or_arn in (trail.arn, trail.trail_name)), None)
    if found is None:
        raise _not_found(call, name_or_arn)
    return found


def own(call: Call, parameter: str = "Name") -> Trail:
    """A trail that the caller may change: its own, or the organization's for an administrator; in its home region."""
    name_or_arn = call.parameters[parameter]
    found = visible_trail(call, name_or_arn)
    if found.account_id != call.account_id and not _administers(call):
        raise Refusal(
            "InsufficientDependencyServiceAccessPermissionException",
            "Member accounts cannot change an organization trail.",
        )
    if found.region_name != call.region:
        raise Refusal(
            "InvalidHomeRegionException",
            f"Trail {name_or_arn} can only be changed in its home region {found.region_name}.",
        )
    return found


def _not_found(call: Call, name: str) -> Refusal:
    return Refusal("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account_id}")


def _described(trail: Trail) -> Answer:
    shown = {
        "Name": trail.trail_name,
        "S3BucketName": trail.bucket_name,
        "S3KeyPrefix": trail.s3_key_prefix,
        "SnsTopicName": trail.sns_topic_name,
        "SnsTopicARN": trail.topic_arn,
        "IncludeGlobalServiceEvents": trail.include_global_service_events,
        "IsMultiRegionTrail": trail.is_multi_region,
        "TrailARN": trail.arn,
        "LogFileValidationEnabled": trail.log_validation,
        "CloudWatchLogsLogGroupArn": trail.cw_log_group_arn,
        "CloudWatchLogsRoleArn": trail.cw_role_arn,
        "KmsKeyId": trail.kms_key_id,
        "IsOrganizationTrail": trail.is_org_trail,
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def _selector_flags(trail: Trail) -> Answer:
    custom = bool(trail.event_selectors or trail.advanced_event_selectors)
    return {"HasCustomEventSelectors": custom, "HasInsightSelectors": bool(trail.insight_selectors)}


def install() -> None:
    """moto looks for the bucket in the trail's own account only; `destinations` looks everywhere."""

    def checked_elsewhere(self: Trail) -> None:
        """Left to `destinations.bucket`."""

    Trail.check_bucket_exists = checked_elsewhere  # type: ignore[method-assign]
