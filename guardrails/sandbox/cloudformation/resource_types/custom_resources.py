"""AWS::CloudFormation::CustomResource, and every Custom::Name: what a function makes of it.

Attributes are the scalar values of the response's `Data`. `NoEcho` changes nothing that can be seen here: AWS masks the
values where it shows properties of resources, which the sandbox never does, and not in outputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.sandbox.cloudformation import custom_resources
from guardrails.sandbox.cloudformation.custom_resources import Response
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed, ResourceType


@dataclass(frozen=True, slots=True)
class _Live(Resource):
    """A custom resource, with the properties that its provider was last sent."""

    sent: Mapping[str, Any] = field(default_factory=dict)


class CustomResource:
    """A resource whose provider is a Lambda function; `name` is the type that the template gives it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
    """

    applied = frozenset({"ServiceTimeout", "ServiceToken"})

    def __init__(self, name: str = "AWS::CloudFormation::CustomResource") -> None:
        self.name = name

    def create(self, place: Place, properties: Properties) -> Resource:
        """Ask for a Create. What fails is deleted in the roll-back, under a made-up physical id if the provider gave none."""
        try:
            response = custom_resources.ask(place, self.name, "Create", properties)
        except custom_resources.Misunderstanding as failure:
            raise ResourceFailed(str(failure), _Live(place.generated_name(128), {}, properties)) from failure
        return _accepted(response, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Ask for an Update; another physical id in the response means that the provider has made another resource.

        A provider that was last sent these very properties is not asked again.
        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html
        """
        assert isinstance(resource, _Live)
        if resource.sent == properties:
            return resource
        if resource.sent["ServiceToken"] != properties["ServiceToken"]:
            raise ResourceFailed("Modifying service token is not allowed.")
        before = custom_resources.old(resource.sent)
        more = {"PhysicalResourceId": resource.physical_id, "OldResourceProperties": before}
        try:
            response = custom_resources.ask(place, self.name, "Update", properties, **more)
        except custom_resources.Misunderstanding as failure:
            raise ResourceFailed(
                str(failure), _Live(resource.physical_id, resource.attributes, properties)
            ) from failure
        return _accepted(response, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Ask for a Delete."""
        assert isinstance(resource, _Live)
        more = {"PhysicalResourceId": resource.physical_id}
        _accepted(custom_resources.ask(place, self.name, "Delete", resource.sent, **more), resource.sent)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Nothing: CloudFormation detects no drift of custom resources."""
        return {}


def _accepted(response: Response, properties: Properties) -> Resource:
    live = _Live(response.physical_id, response.attributes, properties)
    if not response.succeeded:
        raise ResourceFailed(response.reason, live)
    return live


TYPES: Final[tuple[ResourceType, ...]] = (CustomResource(),)
