"""AWS::Logs::LogGroup."""

from typing import Final

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


TYPES: Final[tuple[ResourceType, ...]] = (LogsLogGroup(),)
