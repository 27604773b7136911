"""The resources of a stack, one at a time: what their properties say here and now, and doing what they say.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.core.exceptions import ServiceException

from guardrails.sandbox.cloudformation import (
    dynamic_references,
    resource_schemas,
    resource_types,
    stack_authorization,
    stack_parameters,
    stack_records,
)
from guardrails.sandbox.cloudformation.intrinsics import Scope
from guardrails.sandbox.cloudformation.resource_types import Place, Resource, ResourceFailed, ResourceType
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.serving.defects import DEFECTS, REFUSALS_OF_MOTO, told

FAILURES: Final = (ResourceFailed, *REFUSALS_OF_MOTO, *DEFECTS)
"""How a resource fails: our own way, moto's ways, and by a defect, which must not leave its stack in progress for ever."""


def scope(stack: Stack) -> Scope:
    """What the template's functions see now: parameters, pseudo parameters, and the resources that are live."""
    pseudo = {
        "AWS::AccountId": stack.account,
        "AWS::Region": stack.region,
        "AWS::Partition": "aws",
        "AWS::StackName": stack.name,
        "AWS::StackId": stack.id,
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::NotificationARNs": list(stack.notification_arns),
    }
    document = stack.template.document
    return Scope(
        parameters={**stack_parameters.resolved(stack.template.parameters, stack.parameters | stack.fetched), **pseudo},
        mappings=document.get("Mappings") or {},
        conditions=document.get("Conditions") or {},
        attribute_of=lambda logical_id, name: attribute(stack.resources, logical_id, name),
        imported=lambda name: _imported(stack, name),
        resources={name: resource.live for name, resource in stack.resources.items() if resource.live},
    )


def attribute(resources: Mapping[str, StackResource], logical_id: str, name: str) -> str:
    """An attribute of a live resource, as `Fn::GetAtt` gives it.

    Raises:
        ResourceFailed: the type has no such attribute, or the sandbox does not give it.
    """
    resource = resources.get(logical_id)
    if resource is None or resource.live is None:
        raise ResourceFailed(f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}")
    if name in resource.live.attributes:
        return resource.live.attributes[name]
    schema = resource_schemas.schema(resource.type)
    if schema.takes_anything:
        raise ResourceFailed(f"CustomResource attribute error: Vendor response doesn't contain {name} attribute")
    if name in schema.attributes():
        raise ResourceFailed(f"The sandbox does not implement the attribute {name} of {resource.type}")
    raise ResourceFailed(f"Template error: resource {logical_id} does not support attribute type {name} in Fn::GetAtt")


def _imported(stack: Stack, name: str) -> str:
    exporter = stack_records.exporter(stack.account, stack.region, name)
    if exporter is None:
        raise ResourceFailed(f"No export named {name} found")
    return stack_records.exported(exporter, name)


def reason_of(failure: Exception) -> str:
    """What a failure says, in one line."""
    if isinstance(failure, DEFECTS) and not isinstance(failure, REFUSALS_OF_MOTO):
        return told(failure, "a resource")
    code = getattr(failure, "error_type", None) or (failure.code if isinstance(failure, ServiceException) else None)
    message = str(getattr(failure, "message", None) or failure)
    return f"{message} (Error Code: {code})" if code and code != "ValidationError" else message


def make(stack: Stack, resource: StackResource) -> None:
    """Create the resource."""
    properties = properties_of(stack, resource)
    place = place_of(stack, resource)
    stack_authorization.require(stack, resource, "create", properties)
    resource.properties, resource.tags = properties, place.tags
    try:
        resource.live = _type(resource).create(place, _with_secrets(stack, properties))
    except ResourceFailed as failure:
        resource.live = failure.left
        raise


def properties_of(stack: Stack, resource: StackResource) -> dict[str, Any]:
    """The declared properties, resolved and checked against the registry and against what the sandbox applies."""
    resolved = scope(stack).resolve(resource.declaration.get("Properties") or {})
    resolved = dynamic_references.plain(resolved, stack.account, stack.region)
    schema = resource_schemas.schema(resource.type)
    properties, problems = schema.conform(resolved)
    if problems:
        name = resource.logical_id
        raise ResourceFailed(f"Properties validation failed for resource {name} with message:\n" + "\n".join(problems))
    dropped = sorted(set(properties) - _type(resource).applied)
    if dropped and not schema.takes_anything:
        raise ResourceFailed(f"The sandbox does not implement the property {dropped[0]} of {resource.type}")
    return properties


def _with_secrets(stack: Stack, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return dynamic_references.with_secrets(properties, stack.account, stack.region)


def _type(resource: StackResource) -> ResourceType:
    found = resource_types.find(resource.type)
    if found is None:
        raise ResourceFailed(f"The sandbox does not implement {resource.type}")
    return found


def place_of(stack: Stack, resource: StackResource) -> Place:
    """Where the resource is deployed, with the tags that CloudFormation adds to it."""
    schema = resource_schemas.schema(resource.type)
    tags: dict[str, str] = {}
    if schema.has_system_tags():
        tags = {
            "aws:cloudformation:stack-name": stack.name,
            "aws:cloudformation:logical-id": resource.logical_id,
            "aws:cloudformation:stack-id": stack.id,
        }
    if schema.tag_property():
        tags |= stack.tags
    return Place(stack.account, stack.region, stack.name, resource.logical_id, tags, stack.id)


def change(stack: Stack, resource: StackResource) -> None:
    """Bring the live resource to its properties. One that comes out with another physical id has been replaced.

    Raises:
        ResourceFailed: among other reasons, because somebody deleted it: an update brings nothing back.
    """
    assert resource.live is not None
    stack_authorization.require(stack, resource, "update", resource.properties)
    if _is_gone(stack, resource, resource.live):
        name = resource.live.physical_id
        raise ResourceFailed(f"Resource of type '{resource.type}' with identifier '{name}' was not found.")
    properties = _with_secrets(stack, resource.properties)
    try:
        resource.live = _type(resource).update(place_of(stack, resource), resource.live, properties)
    except ResourceFailed as failure:
        resource.live = failure.left or resource.live
        raise


def _is_gone(stack: Stack, resource: StackResource, live: Resource) -> bool:
    readable = resource_schemas.schema(resource.type).has_read_handler()
    return readable and _type(resource).read(place_of(stack, resource), live) is None


def remove(stack: Stack, resource: StackResource, live: Resource) -> None:
    """Delete the resource."""
    stack_authorization.require(stack, resource, "delete", resource.properties)
    _type(resource).delete(place_of(stack, resource), live, resource.properties)
