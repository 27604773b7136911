"""AWS::Config::ConfigurationRecorder and AWS::Config::DeliveryChannel."""

from collections.abc import Callable
from typing import Any, Final

from moto.config.models import ConfigBackend, config_backends

from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed, ResourceType

SERVICE: Final = "config"


def _backend(place: Place) -> ConfigBackend:
    return config_backends[place.account][place.region]


class ConfigConfigurationRecorder:
    """The recorder of an account and region. CloudFormation starts it as soon as there is a delivery channel.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html
    """

    name = "AWS::Config::ConfigurationRecorder"
    applied = frozenset({"Name", "RecordingGroup", "RecordingMode", "RoleARN"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the recorder, and start it when there is a delivery channel."""
        name = properties.get("Name") or place.generated_name(256)
        if name in _backend(place).recorders:
            raise ResourceFailed(f"{name} already exists")
        made = self.update(place, Resource(name), properties)
        _start(place)
        return made

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the recorder again; it records on as it did."""
        recorder = {**_cased(dict(properties), str.lower), "name": resource.physical_id}
        service_calls.ask(place, SERVICE, "PutConfigurationRecorder", ConfigurationRecorder=recorder)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Stop the recorder and delete it."""
        name = resource.physical_id
        if name in _backend(place).recorders:
            _backend(place).stop_configuration_recorder(name)
            service_calls.ask(place, SERVICE, "DeleteConfigurationRecorder", ConfigurationRecorderName=name)
            _backend(place).delete_configuration_recorder(name)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The recorder with what it records and how."""
        name = resource.physical_id
        if name not in _backend(place).recorders:
            return None
        found = service_calls.ask(place, SERVICE, "DescribeConfigurationRecorders", ConfigurationRecorderNames=[name])
        recorder: dict[str, Any] = _cased(dict(found["ConfigurationRecorders"][0]), str.upper)
        return {key: recorder.get(key) for key in self.applied}


class ConfigDeliveryChannel:
    """Where AWS Config delivers to. Deleting it stops the recorder, which cannot do without.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-deliverychannel.html
    """

    name = "AWS::Config::DeliveryChannel"
    applied = frozenset(
        {"ConfigSnapshotDeliveryProperties", "Name", "S3BucketName", "S3KeyPrefix", "S3KmsKeyArn", "SnsTopicARN"}
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the delivery channel and start the recorder."""
        name = properties.get("Name") or place.generated_name(256)
        if name in _backend(place).delivery_channels:
            raise ResourceFailed(f"{name} already exists")
        made = self.update(place, Resource(name), properties)
        _start(place)
        return made

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the delivery channel, when AWS Config can deliver there."""
        channel = {**_cased(dict(properties), str.lower), "name": resource.physical_id}
        service_calls.ask(place, SERVICE, "PutDeliveryChannel", DeliveryChannel=channel)
        _backend(place).put_delivery_channel(channel)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Stop the recorder and delete the delivery channel."""
        backend = _backend(place)
        if resource.physical_id in backend.delivery_channels:
            for name, recorder in backend.recorders.items():
                if recorder.status.recording:
                    backend.stop_configuration_recorder(name)
            backend.delete_delivery_channel(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The delivery channel."""
        found = _backend(place).delivery_channels.get(resource.physical_id)
        return None if found is None else _cased(found.to_dict(), str.upper)


def _start(place: Place) -> None:
    """Start the recorder where it does not record yet and has where to deliver to."""
    backend = _backend(place)
    for name, recorder in backend.recorders.items():
        if backend.delivery_channels and not recorder.status.recording:
            backend.start_configuration_recorder(name)


def _cased(value: Any, case: Callable[[str], str]) -> Any:
    """Members with their first letter in another case: the service's names begin in lower case, the template's in upper case."""
    if isinstance(value, dict):
        return {case(name[0]) + name[1:]: _cased(item, case) for name, item in value.items()}
    return [_cased(item, case) for item in value] if isinstance(value, list) else value


TYPES: Final[tuple[ResourceType, ...]] = (ConfigConfigurationRecorder(), ConfigDeliveryChannel())
