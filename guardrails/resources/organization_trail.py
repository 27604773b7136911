"""The organization trail: one CloudTrail trail of the management account that records every account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.tagging import declared_tags, is_ours, tag_list, tag_mapping

REQUEST_NAMES: Final[Mapping[str, str]] = {
    "organization": "IsOrganizationTrail",
    "multi_region": "IsMultiRegionTrail",
    "global_service_events": "IncludeGlobalServiceEvents",
    "log_file_validation": "EnableLogFileValidation",
    "bucket": "S3BucketName",
    "key_prefix": "S3KeyPrefix",
    "kms_key": "KmsKeyId",
    "log_group": "CloudWatchLogsLogGroupArn",
    "log_role": "CloudWatchLogsRoleArn",
}
RESPONSE_NAMES: Final = {**REQUEST_NAMES, "log_file_validation": "LogFileValidationEnabled"}
ALL_MANAGEMENT_EVENTS: Final[Mapping[str, Any]] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
BUSY: Final = ("ConflictException",)
"""CloudTrail has not loaded a new trail yet, or is still at its last change."""
NOT_YET_ALLOWED: Final = (
    *BUSY,
    "InsufficientS3BucketPolicyException",
    "InsufficientEncryptionPolicyException",
    "CloudTrailAccessNotEnabledException",
    "S3BucketDoesNotExistException",
    "InvalidCloudWatchLogsRoleArnException",
)
"""Policies of bucket and key, and trusted access, that were only just given take a moment to count everywhere."""


@dataclass(frozen=True, kw_only=True)
class OrganizationTrail(Resource):
    """One trail in the management account's home region; `kms_key` is the key's ARN, as CloudTrail itself answers.

    `key_prefix` stands before every log's key in the bucket, "" for none. `event_selectors` are all basic or all advanced, as the
    API says them, the fields of an advanced one sorted; `insights` are the types of Insights, sorted. `log_group` and `log_role` are
    the ARNs of a log group (with `:*`) and of the role that CloudTrail writes there with, "" for none.
    """

    TYPE = "AWS::CloudTrail::Trail"

    bucket: str
    kms_key: str
    key_prefix: str = ""
    organization: bool = True
    multi_region: bool = True
    global_service_events: bool = True
    log_file_validation: bool = True
    logging: bool = True
    event_selectors: tuple[Mapping[str, Any], ...] = (ALL_MANAGEMENT_EVENTS,)
    insights: tuple[str, ...] = ()
    log_group: str = ""
    log_role: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class OrganizationTrails(ObjectType[OrganizationTrail]):
    """Trails carry our tag; those of others in the home region are only listed."""

    resource = OrganizationTrail
    source = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html"

    def observe(
        self, aws: Reader, wanted: Sequence[OrganizationTrail], names: Directory
    ) -> Iterator[Live[OrganizationTrail] | BlindSpot]:
        """Two calls for all trails of the region, two more for each, one more for each that has Insights."""
        trails = aws.read("cloudtrail", "describe_trails", includeShadowTrails=False)["trailList"]
        all_tags = _tags(aws, [trail["TrailARN"] for trail in trails])
        for trail in trails:
            arn = trail["TrailARN"]
            tags = all_tags.get(arn, {})
            live = OrganizationTrail(
                name=trail["Name"],
                **{ours: trail.get(theirs, "") for ours, theirs in RESPONSE_NAMES.items()},
                logging=aws.read("cloudtrail", "get_trail_status", Name=arn)["IsLogging"],
                event_selectors=_selectors(aws, arn),
                insights=_insights(aws, arn) if trail.get("HasInsightSelectors") else (),
                tags=declared_tags(tags),
            )
            yield Live(live, {"id": arn, "arn": arn}, managed=is_ours(tags))

    def put(
        self, aws: Writer, want: OrganizationTrail, live: Live[OrganizationTrail] | None, names: Directory
    ) -> Mapping[str, str]:
        """Create or update the trail, then what has a call of its own: selectors, tags, logging."""
        settings = {theirs: getattr(want, ours) for ours, theirs in REQUEST_NAMES.items()}
        have = live.resource if live else None
        if live is None:
            tags = tag_list(want.tags)
            made = aws.write(
                "cloudtrail", "create_trail", Name=want.name, TagsList=tags, **_said(settings), retry_on=NOT_YET_ALLOWED
            )
            attributes = {"id": made["TrailARN"], "arn": made["TrailARN"]}
        else:
            attributes = dict(live.attributes)
            if any(getattr(live.resource, ours) != getattr(want, ours) for ours in REQUEST_NAMES):
                aws.write("cloudtrail", "update_trail", Name=attributes["arn"], **settings, retry_on=NOT_YET_ALLOWED)
            _put_tags(aws, attributes["arn"], want, live)
        arn = attributes["arn"]
        if (have.event_selectors if have else _selectors(aws, arn)) != want.event_selectors:
            _put_selectors(aws, arn, want.event_selectors)
        if (have.insights if have else ()) != want.insights:
            insights = [{"InsightType": kind} for kind in want.insights]
            aws.write("cloudtrail", "put_insight_selectors", TrailName=arn, InsightSelectors=insights, retry_on=BUSY)
        if (have.logging if have else False) != want.logging:
            aws.write("cloudtrail", "start_logging" if want.logging else "stop_logging", Name=arn, retry_on=BUSY)
        return attributes

    def delete(self, aws: Writer, live: Live[OrganizationTrail], names: Directory) -> None:
        """Delete the trail; the logs it wrote stay."""
        aws.write("cloudtrail", "delete_trail", Name=live.attributes["arn"], retry_on=BUSY)


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a new trail is asked to have; what is empty is not said."""
    return {key: value for key, value in settings.items() if value != ""}


def _tags(aws: Reader, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of the trails of a region (AWS allows five), by ARN."""
    if not arns:
        return {}
    listed = aws.items("cloudtrail", "list_tags", "ResourceTagList", ResourceIdList=list(arns))
    return {entry["ResourceId"]: tag_mapping(entry["TagsList"]) for entry in listed}


def _selectors(aws: Reader, arn: str) -> tuple[Mapping[str, Any], ...]:
    """The selectors of a trail, basic or advanced; AWS leaves out what is empty."""
    answer = aws.read("cloudtrail", "get_event_selectors", TrailName=arn)
    basic = tuple({**ALL_MANAGEMENT_EVENTS, **selector} for selector in answer.get("EventSelectors", ()))
    return basic + tuple(
        {**selector, "FieldSelectors": sorted(selector["FieldSelectors"], key=lambda each: str(each["Field"]))}
        for selector in answer.get("AdvancedEventSelectors", ())
    )


def _put_selectors(aws: Writer, arn: str, wanted: Sequence[Mapping[str, Any]]) -> None:
    selectors = [dict(selector) for selector in wanted]
    if any("FieldSelectors" in selector for selector in selectors):
        aws.write("cloudtrail", "put_event_selectors", TrailName=arn, AdvancedEventSelectors=selectors, retry_on=BUSY)
    else:
        aws.write("cloudtrail", "put_event_selectors", TrailName=arn, EventSelectors=selectors, retry_on=BUSY)


def _insights(aws: Reader, arn: str) -> tuple[str, ...]:
    answer = aws.read("cloudtrail", "get_insight_selectors", TrailName=arn)
    return tuple(sorted(selector["InsightType"] for selector in answer.get("InsightSelectors", ())))


def _put_tags(aws: Writer, arn: str, want: OrganizationTrail, live: Live[OrganizationTrail]) -> None:
    if not live.managed or dict(live.resource.tags) != dict(want.tags):
        aws.write("cloudtrail", "add_tags", ResourceId=arn, TagsList=tag_list(want.tags), retry_on=BUSY)
    surplus = [{"Key": key} for key in live.resource.tags if key not in want.tags]
    if surplus:
        aws.write("cloudtrail", "remove_tags", ResourceId=arn, TagsList=surplus, retry_on=BUSY)


TYPE = OrganizationTrails()
