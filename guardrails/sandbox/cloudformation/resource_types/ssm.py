"""AWS::SSM::Parameter."""

from typing import Final

from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)


def _backend(place: Place) -> SimpleSystemManagerBackend:
    return ssm_backends[place.account][place.region]


class SsmParameter:
    """A parameter of type String or StringList; CloudFormation makes no secure strings.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
    """

    name = "AWS::SSM::Parameter"
    applied = frozenset({"AllowedPattern", "DataType", "Description", "Name", "Tags", "Tier", "Type", "Value"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the parameter; the name must be free."""
        name = properties.get("Name") or f"CFN-{place.logical_id}-{place.generated_name(30).rpartition('-')[2]}"
        if name in _backend(place)._parameters:
            raise ResourceFailed(f"{name} already exists")
        return self._put(place, name, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Write a new version."""
        return self._put(place, resource.physical_id, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the parameter."""
        backend = _backend(place)
        if resource.physical_id in backend._parameters:
            backend.delete_parameter(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The latest version of the parameter, and its tags (a mapping here); description, pattern and tier are write-only."""
        backend = _backend(place)
        if resource.physical_id not in backend._parameters:
            return None
        parameter = backend._parameters[resource.physical_id][-1]
        tags = own_tags(backend._resource_tags["Parameter"][parameter.name])
        return {
            "DataType": parameter.data_type,
            "Name": parameter.name,
            "Tags": {tag["Key"]: tag["Value"] for tag in tags},
            "Type": parameter.parameter_type,
            "Value": parameter.value,
        }

    def _put(self, place: Place, name: str, properties: Properties) -> Resource:
        backend = _backend(place)
        parameter = backend.put_parameter(
            name=name,
            description=properties.get("Description", ""),
            value=properties["Value"],
            parameter_type=properties["Type"],
            allowed_pattern=properties.get("AllowedPattern", ""),
            keyid="",
            overwrite=name in backend._parameters,
            tags=[],
            data_type=properties.get("DataType", "text"),
            tier=properties.get("Tier"),
            policies=None,
        )
        tags = backend._resource_tags["Parameter"][parameter.name]
        tags.clear()
        tags.update(place.all_tags(properties.get("Tags")))
        return Resource(name, {"Type": properties["Type"], "Value": properties["Value"]})


TYPES: Final[tuple[ResourceType, ...]] = (SsmParameter(),)
