"""The organization trail: what is done in any account and region is recorded in the log archive."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, Shaped, wrong
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_one_account
from guardrails.engine.resource import Ref, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import log_archive_bucket, log_archive_stack, trail_name
from guardrails.resources import ORGANIZATION, stack_address, trusted_access_address
from guardrails.resources.organization_trail import ALL_MANAGEMENT_EVENTS, OrganizationTrail
from guardrails.resources.trusted_access import TrustedAccess

PRINCIPAL = "cloudtrail.amazonaws.com"
PRESETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "s3-objects": "AWS::S3::Object",
        "lambda-invocations": "AWS::Lambda::Function",
        "dynamodb-items": "AWS::DynamoDB::Table",
        "sns-messages": "AWS::SNS::Topic",
        "sqs-messages": "AWS::SQS::Queue",
        "bedrock-models": "AWS::Bedrock::Model",
    }
)
"""Data events by the names that people write, and AWS's names of their resources."""
Preset = Literal["s3-objects", "lambda-invocations", "dynamodb-items", "sns-messages", "sqs-messages", "bedrock-models"]
Retention = Literal[90, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
Email = Annotated[str, Shaped(r"[^\s@]+@[^\s@]+\.[^\s@]+", "an e-mail address")]
Insight = Literal["ApiCallRateInsight", "ApiErrorRateInsight"]
OPERATORS: Final = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")


class FieldSelector(Settings):
    """One condition on an event, in CloudTrail's own words."""

    field: str = Field(description="The field, such as resources.type, resources.ARN, eventName or readOnly.")
    equals: tuple[str, ...] = Field((), description="Any of these values.")
    starts_with: tuple[str, ...] = Field((), description="A value that begins with any of these.")
    ends_with: tuple[str, ...] = Field((), description="A value that ends with any of these.")
    not_equals: tuple[str, ...] = Field((), description="None of these values.")
    not_starts_with: tuple[str, ...] = Field((), description="A value that begins with none of these.")
    not_ends_with: tuple[str, ...] = Field((), description="A value that ends with none of these.")

    def as_request(self) -> dict[str, Any]:
        """The condition as the API takes it."""
        values = [
            self.equals,
            self.starts_with,
            self.ends_with,
            self.not_equals,
            self.not_starts_with,
            self.not_ends_with,
        ]
        given = {operator: list(value) for operator, value in zip(OPERATORS, values, strict=True) if value}
        return {"Field": self.field, **given}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if len(self.as_request()) == 1:
            raise wrong(f"the field {self.field} has no value to compare with", "give it equals, starts_with, …")
        return self


class DataEvents(Settings):
    """Data events to record: a preset with what narrows it, or field selectors of one's own."""

    name: str = Field(description="What a person calls them.", min_length=1, max_length=1000)
    preset: Preset | None = Field(None, description="Which events: of S3 objects, Lambda functions, …")
    access: Literal["all", "read", "write"] = Field("all", description="Only what reads, or only what writes.")
    excluded_arns: tuple[str, ...] = Field((), description="Not of resources whose ARN begins with one of these.")
    field_selectors: tuple[FieldSelector, ...] = Field(
        (), description="Conditions of one's own, in the place of a preset, or besides it."
    )

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        fields = {selector.field for selector in self.field_selectors}
        if self.preset is None and "resources.type" not in fields:
            raise wrong("data events need a preset, or a field selector on resources.type")
        if fields & {"eventCategory", *(("resources.type", "readOnly", "resources.ARN") if self.preset else ())}:
            raise wrong("a field selector says what the preset says already", "leave one of them out")
        return self


class CloudWatchLogs(Settings):
    """Events in CloudWatch Logs too, where metric filters see them within minutes."""

    retention_days: Retention = Field(365, description="How long events are kept there; the archive keeps them anyway.")
    cis_alarms: bool = Field(default=True, description="The alarms of CIS AWS Foundations, section Monitoring.")
    emails: tuple[Email, ...] = Field((), description="Who is told of alarms by e-mail; each confirms it once.")


class OrganizationTrailSettings(Settings):
    """What is recorded besides all management events, and where it is watched."""

    data_events: tuple[DataEvents, ...] = Field(
        (), description="Data events to record besides. Each is paid for by event, and there can be very many."
    )
    insights: tuple[Insight, ...] = Field(
        (), description="Unusual rates of calls or of errors to be found; paid for by analysed event."
    )
    cloudwatch_logs: CloudWatchLogs | None = Field(
        None, description="Deliver events to CloudWatch Logs too, which is paid for by volume, and alarm on them."
    )

    event_data_store_days: int | None = Field(
        None,
        ge=7,
        le=3653,
        description=(
            "Keep events for so many days in an event data store of CloudTrail Lake, to ask them in SQL; billed by ingested volume. "
            "AWS lets only accounts in that used CloudTrail Lake before May 31, 2026."
        ),
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [events.name for events in self.data_events]
        if len(set(names)) < len(names):
            raise wrong("two data events have the same name", "give each a name of its own")
        return self


def resources(organization: Organization, library: Library, settings: OrganizationTrailSettings) -> Iterator[Resource]:
    """CloudTrail's trusted access, the log group with its alarms, and the trail.

    The key is an output of the log archive's stack, not its alias: CloudTrail answers with the key's ARN, and what differs from the
    answer would be drift for ever. So the trail waits for the stack, and with it for the bucket.
    """
    yield TrustedAccess(name=PRINCIPAL)
    stack = stack_address(f"{organization.prefix}-trail-alarms", "", organization.home_region)
    if settings.cloudwatch_logs:
        yield _alarms(organization, library, settings.cloudwatch_logs, stack.name)
    if settings.event_data_store_days:
        yield _event_data_store(organization, library, settings.event_data_store_days)
    yield OrganizationTrail(
        name=trail_name(organization),
        bucket=log_archive_bucket(organization),
        kms_key=str(Ref(log_archive_stack(organization), "KeyArn")),
        event_selectors=_selectors(organization, settings.data_events),
        insights=tuple(sorted(settings.insights)),
        log_group=str(Ref(stack, "LogGroupArn")) if settings.cloudwatch_logs else "",
        log_role=str(Ref(stack, "RoleArn")) if settings.cloudwatch_logs else "",
        depends_on=frozenset({trusted_access_address(PRINCIPAL)}),
    )


def _alarms(organization: Organization, library: Library, settings: CloudWatchLogs, name: str) -> Resource:
    deployment = Deployment(
        name=name,
        template=library.template(
            "trail_alarms",
            prefix=organization.prefix,
            trail_name=trail_name(organization),
            retention_days=settings.retention_days,
            alarms=settings.cis_alarms,
            emails=settings.emails,
        ),
        description="Events of the organization trail in CloudWatch Logs, and alarms on them",
        parameters={"OrganizationId": str(Ref(ORGANIZATION))},
        capabilities=("CAPABILITY_IAM",),
    )
    return in_one_account(organization, organization.management_account, organization.home_region, deployment)


def _event_data_store(organization: Organization, library: Library, days: int) -> Resource:
    deployment = Deployment(
        name=f"{organization.prefix}-event-data-store",
        template=library.template("event_data_store", prefix=organization.prefix, retention_days=days),
        description="The organization's events in CloudTrail Lake",
        depends_on=frozenset({trusted_access_address(PRINCIPAL)}),
    )
    return in_one_account(organization, organization.management_account, organization.home_region, deployment)


def _selectors(organization: Organization, data_events: tuple[DataEvents, ...]) -> tuple[Mapping[str, Any], ...]:
    """All management events; and as advanced selectors the data events, but for the trail's own writing, which would never end."""
    if not data_events:
        return (ALL_MANAGEMENT_EVENTS,)
    archive = f"arn:aws:s3:::{log_archive_bucket(organization)}/"
    found: list[Mapping[str, Any]] = [
        {"Name": "Management events", "FieldSelectors": [_equals("eventCategory", "Management")]}
    ]
    for events in data_events:
        fields = [_equals("eventCategory", "Data"), *(each.as_request() for each in events.field_selectors)]
        if events.preset:
            fields.append(_equals("resources.type", PRESETS[events.preset]))
            excluded = [*events.excluded_arns, *([archive] if events.preset == "s3-objects" else [])]
            fields += [{"Field": "resources.ARN", "NotStartsWith": excluded}] if excluded else []
        if events.access != "all":
            fields.append(_equals("readOnly", "true" if events.access == "read" else "false"))
        found.append({"Name": events.name, "FieldSelectors": sorted(fields, key=lambda each: str(each["Field"]))})
    return tuple(found)


def _equals(field: str, value: str) -> dict[str, Any]:
    return {"Field": field, "Equals": [value]}


CONTROL = Control(
    id="organization-trail",
    title="Everything done in any account and region is recorded, validated and encrypted",
    behavior="detective",
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    settings=OrganizationTrailSettings,
    resources=resources,
    description=(
        "One trail of the management account records all management events of every account and region, tomorrow's too, into the "
        "log archive, with digests that prove that nothing was changed. Data events and Insights can be recorded besides; delivery "
        "to CloudWatch Logs brings the metric filters and alarms of CIS AWS Foundations, section Monitoring. Neither is on unless it is "
        "asked for: CIS 3.8 and 3.9 take `data_events` of S3 objects, CIS 4.1 to 4.15 `cloudwatch_logs`."
    ),
    makes=(
        "CloudTrail's trusted access, and AWS::CloudTrail::Trail in the management account's home region",
        (
            "With `cloudwatch_logs` a stack there: AWS::Logs::LogGroup, AWS::KMS::Key, AWS::IAM::Role, and for the alarms "
            "AWS::Logs::MetricFilter, AWS::CloudWatch::Alarm, AWS::SNS::Topic"
        ),
        "With `event_data_store_days` a stack there: AWS::CloudTrail::EventDataStore, AWS::KMS::Key",
    ),
    costs=(
        "The first copy of management events is free; data events are billed by event, Insights by analysed event",
        "CloudWatch Logs by ingested and stored volume, alarms each, one KMS key",
    ),
    stays=(
        "The trail is deleted, which a person must accept first, and the stack with log group and alarms. The logs stay in the log "
        "archive; the key of the log group, an event data store with its key, and trusted access stay too."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": (
            "3.1",
            "3.2",
            "3.5",
            "3.8",
            "3.9",
            *(f"4.{number}" for number in range(1, 16)),
        ),
        "NIST SP 800-53 Rev. 5": ("AU-2", "AU-3", "AU-6", "AU-10", "AU-12", "SI-4"),
        "PCI DSS 4.0.1": ("10.2.1", "10.3.4", "10.4.1.1"),
        "ISO/IEC 27001:2022": ("A.8.15", "A.8.16"),
        "AWS Well-Architected": ("SEC04-BP01", "SEC04-BP02"),
    },
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    ),
)
