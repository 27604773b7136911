"""AWS::Logs::LogGroup and AWS::Logs::MetricFilter."""

from typing import Any, Final

from moto.logs.models import LogGroup, LogsBackend, logs_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)


def _backend(place: Place) -> LogsBackend:
    return logs_backends[place.account][place.region]


class LogsLogGroup:
    """A log group.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """

    name = "AWS::Logs::LogGroup"
    applied = frozenset({"KmsKeyId", "LogGroupName", "RetentionInDays", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the log group."""
        name = properties.get("LogGroupName") or place.generated_name(512)
        if name in _backend(place).groups:
            raise ResourceFailed(f"Resource of type '{self.name}' with identifier '{name}' already exists.")
        return self._apply(place, _backend(place).create_log_group(name, {}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings."""
        group = _backend(place).groups.get(resource.physical_id)
        if group is None:
            raise ResourceFailed("The specified log group does not exist.")
        return self._apply(place, group, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the log group."""
        if resource.physical_id in _backend(place).groups:
            _backend(place).delete_log_group(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The log group's settings and tags."""
        backend = _backend(place)
        group = backend.groups.get(resource.physical_id)
        if group is None:
            return None
        return {
            "KmsKeyId": group.kms_key_id,
            "LogGroupName": group.name,
            "RetentionInDays": int(group.retention_in_days) if group.retention_in_days else None,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(group.arn)),
        }

    def _apply(self, place: Place, group: LogGroup, properties: Properties) -> Resource:
        backend = _backend(place)
        group.set_retention_policy(properties.get("RetentionInDays"))
        group.kms_key_id = properties.get("KmsKeyId")
        backend.tagger.delete_all_tags_for_resource(group.arn)
        backend.tag_resource(group.arn, place.all_tags(properties.get("Tags")))
        return Resource(group.name, {"Arn": f"{group.arn}:*"})


class LogsMetricFilter:
    """A metric filter of a log group.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html
    """

    name = "AWS::Logs::MetricFilter"
    applied = frozenset({"FilterName", "FilterPattern", "LogGroupName", "MetricTransformations"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the filter on the log group, under a name that is free there."""
        group = properties["LogGroupName"]
        name = properties.get("FilterName") or place.generated_name(512)
        if group not in _backend(place).groups:
            raise ResourceFailed("The specified log group does not exist.")
        if _filter(place, group, name):
            raise ResourceFailed(f"Resource of type '{self.name}' with identifier '{group}|{name}' already exists.")
        return self.update(place, Resource(name, places=(group,)), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the filter again."""
        backend, (group,) = _backend(place), resource.places
        backend.delete_metric_filter(resource.physical_id, group)
        transformations: Any = [_to_logs(one) for one in properties["MetricTransformations"]]
        backend.put_metric_filter(resource.physical_id, properties["FilterPattern"], group, transformations)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the filter."""
        _backend(place).delete_metric_filter(resource.physical_id, *resource.places)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The filter; None when it or its log group is gone."""
        (group,) = resource.places
        found = _filter(place, group, resource.physical_id)
        if found is None or group not in _backend(place).groups:
            return None
        return {
            "FilterName": found["filterName"],
            "FilterPattern": found["filterPattern"],
            "LogGroupName": found["logGroupName"],
            "MetricTransformations": [_from_logs(one) for one in found["metricTransformations"]],
        }


def _filter(place: Place, group: str, name: str) -> dict[str, Any] | None:
    found = _backend(place).filters.metric_filters
    return next((one for one in found if (one["logGroupName"], one["filterName"]) == (group, name)), None)


def _to_logs(transformation: dict[str, Any]) -> dict[str, Any]:
    """A transformation in the shape of the service: names begin in lower case, dimensions are a mapping."""
    made = {name[0].lower() + name[1:]: value for name, value in transformation.items()}
    if "Dimensions" in transformation:
        made["dimensions"] = {one["Key"]: one["Value"] for one in transformation["Dimensions"]}
    return made


def _from_logs(transformation: dict[str, Any]) -> dict[str, Any]:
    read = {name[0].upper() + name[1:]: value for name, value in transformation.items()}
    if "Dimensions" in read:
        read["Dimensions"] = [{"Key": key, "Value": value} for key, value in read["Dimensions"].items()]
    return read


TYPES: Final[tuple[ResourceType, ...]] = (LogsLogGroup(), LogsMetricFilter())
