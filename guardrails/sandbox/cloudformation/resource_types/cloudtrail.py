"""AWS::CloudTrail::Trail and AWS::CloudTrail::EventDataStore."""

from contextlib import ExitStack
from typing import Any, Final

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends

from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
    tag_list,
)
from guardrails.sandbox.cloudtrail import destinations, event_data_stores

SERVICE: Final = "cloudtrail"


def _backend(place: Place) -> CloudTrailBackend:
    return cloudtrail_backends[place.account][place.region]


class CloudTrailTrail:
    """A trail of one account. Organization trails are made through CloudTrail's own API.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html
    """

    name = "AWS::CloudTrail::Trail"
    applied = frozenset(
        {
            "CloudWatchLogsLogGroupArn",
            "CloudWatchLogsRoleArn",
            "EnableLogFileValidation",
            "EventSelectors",
            "AdvancedEventSelectors",
            "IncludeGlobalServiceEvents",
            "IsLogging",
            "IsMultiRegionTrail",
            "KMSKeyId",
            "S3BucketName",
            "S3KeyPrefix",
            "SnsTopicName",
            "Tags",
            "TrailName",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the trail, then its selectors; start logging when asked to."""
        backend = _backend(place)
        name = properties.get("TrailName") or place.generated_name(128)
        if name in backend.trails:
            raise ResourceFailed(f"Trail {name} already exists for customer: {place.account}")
        with ExitStack() as undo:
            trail = backend.create_trail(*_arguments(name, properties), [])
            undo.callback(backend.delete_trail, name)
            resource = self._apply(place, trail, properties)
            undo.pop_all()
        return resource

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings; what is absent goes back to its default."""
        trail = _backend(place).get_trail(resource.physical_id)
        (
            _,
            trail.bucket_name,
            trail.s3_key_prefix,
            trail.sns_topic_name,
            trail.include_global_service_events,
            trail.is_multi_region,
            trail.log_validation,
            trail.is_org_trail,
            trail.cw_log_group_arn,
            trail.cw_role_arn,
            trail.kms_key_id,
        ) = _arguments(trail.trail_name, properties)
        trail.check_topic_exists()
        return self._apply(place, trail, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the trail."""
        _backend(place).delete_trail(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The trail's settings, selectors and tags, and whether it logs."""
        backend = _backend(place)
        trail = backend.trails.get(resource.physical_id)
        if trail is None:
            return None
        return {
            "CloudWatchLogsLogGroupArn": trail.cw_log_group_arn,
            "CloudWatchLogsRoleArn": trail.cw_role_arn,
            "EnableLogFileValidation": trail.log_validation,
            "EventSelectors": trail.event_selectors,
            "AdvancedEventSelectors": trail.advanced_event_selectors,
            "IncludeGlobalServiceEvents": trail.include_global_service_events,
            "IsLogging": trail.status.is_logging,
            "IsMultiRegionTrail": trail.is_multi_region,
            "KMSKeyId": trail.kms_key_id,
            "S3BucketName": trail.bucket_name,
            "S3KeyPrefix": trail.s3_key_prefix,
            "SnsTopicName": trail.sns_topic_name,
            "Tags": own_tags(backend.tagging_service.get_tag_dict_for_resource(trail.arn)),
            "TrailName": trail.trail_name,
        }

    def _apply(self, place: Place, trail: Trail, properties: Properties) -> Resource:
        backend = _backend(place)
        trail.kms_key_id = destinations.key_arn(trail, destinations.bucket(trail))
        trail.event_selectors = list(properties.get("EventSelectors", []))
        trail.advanced_event_selectors = list(properties.get("AdvancedEventSelectors", []))
        backend.tagging_service.delete_all_tags_for_resource(trail.arn)
        backend.tagging_service.tag_resource(trail.arn, tag_list(place.all_tags(properties.get("Tags"))))
        if properties["IsLogging"] and not trail.status.is_logging:
            trail.start_logging()
        if not properties["IsLogging"] and trail.status.is_logging:
            trail.stop_logging()
        attributes = {"Arn": trail.arn}
        if trail.topic_arn:
            attributes["SnsTopicArn"] = trail.topic_arn
        return Resource(trail.trail_name, attributes)


def _arguments(name: str, properties: Properties) -> tuple[str, Any, Any, Any, Any, Any, Any, bool, Any, Any, Any]:
    """The trail's settings in the order of moto's backend."""
    return (
        name,
        properties["S3BucketName"],
        properties.get("S3KeyPrefix"),
        properties.get("SnsTopicName"),
        properties.get("IncludeGlobalServiceEvents", True),
        properties.get("IsMultiRegionTrail", False),
        properties.get("EnableLogFileValidation", False),
        False,
        properties.get("CloudWatchLogsLogGroupArn"),
        properties.get("CloudWatchLogsRoleArn"),
        properties.get("KMSKeyId"),
    )


class CloudTrailEventDataStore:
    """An event data store, for the account or the organization; without Insights or federation.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-eventdatastore.html
    """

    name = "AWS::CloudTrail::EventDataStore"
    settings = (
        *("AdvancedEventSelectors", "BillingMode", "KmsKeyId", "MultiRegionEnabled", "Name"),
        *("OrganizationEnabled", "RetentionPeriod", "TerminationProtectionEnabled"),
    )
    applied = frozenset({*settings, "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the event data store."""
        given = {"Name": place.generated_name(128), **_given(self.settings, properties)}
        tags = tag_list(place.all_tags(properties.get("Tags")))
        made = service_calls.ask(place, SERVICE, "CreateEventDataStore", **given, TagsList=tags)
        return Resource(made["EventDataStoreArn"], {"EventDataStoreArn": made["EventDataStoreArn"]})

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings and tags."""
        given = _given(self.settings, properties)
        service_calls.ask(place, SERVICE, "UpdateEventDataStore", EventDataStore=resource.physical_id, **given)
        tagging = _backend(place).tagging_service
        tagging.delete_all_tags_for_resource(resource.physical_id)
        tagging.tag_resource(resource.physical_id, tag_list(place.all_tags(properties.get("Tags"))))
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the event data store, unless it is protected."""
        service_calls.ask(place, SERVICE, "DeleteEventDataStore", EventDataStore=resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The settings and tags; None when it is on its way out."""
        found = self._found(place, resource)
        if found.status != "ENABLED":
            return None
        tags = _backend(place).tagging_service.get_tag_dict_for_resource(found.arn)
        return {**found.settings, "Tags": own_tags(tags)}

    def _found(self, place: Place, resource: Resource) -> event_data_stores.EventDataStore:
        asked = service_calls.call(place, SERVICE, "GetEventDataStore", EventDataStore=resource.physical_id)
        return event_data_stores.find(asked)


def _given(names: tuple[str, ...], properties: Properties) -> dict[str, Any]:
    return {name: properties[name] for name in names if name in properties}


TYPES: Final[tuple[ResourceType, ...]] = (CloudTrailTrail(), CloudTrailEventDataStore())
