"""Whether a resource still is what its stack made it: its live properties against those it was deployed with.

What was found is remembered until the stack is updated.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    dynamic_references,
    property_differences,
    resource_schemas,
    resource_types,
    stack_resources,
)
from guardrails.sandbox.cloudformation.property_differences import Difference
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.serving import lifecycle

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """How one resource compares. `status` is IN_SYNC, MODIFIED, DELETED, NOT_CHECKED, or (with the `reason`) UNKNOWN.

    `expected` are the properties that the template sets and CloudFormation compares, resolved, with the stack's tags;
    `actual` are the live values of the same properties. Both are empty for a resource that is deleted or not checked.
    """

    status: str
    differences: tuple[Difference, ...] = ()
    expected: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    actual: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    reason: str | None = None
    time: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True, eq=False)
class StackDrift:
    """What is known of a stack's drift: `status` is DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED; `updated` tells since which update."""

    updated: datetime | None
    status: str = "NOT_CHECKED"
    time: datetime | None = None
    resources: dict[str, ResourceDrift] = field(default_factory=dict)

    @property
    def drifted(self) -> int:
        """The number of resources that have drifted."""
        return sum(one.status in {"MODIFIED", "DELETED"} for one in self.resources.values())

    @property
    def unknown(self) -> tuple[str, ...]:
        """The resources that could not be read, each with the reason."""
        return tuple(f"{name}: {one.reason}" for name, one in self.resources.items() if one.status == "UNKNOWN")


_FOUND: Final[dict[str, StackDrift]] = lifecycle.forgotten_on_reset({})


def known(stack: Stack) -> StackDrift:
    """What has been found out about a stack since its last update."""
    found = _FOUND.get(stack.id)
    return found if found is not None and found.updated == stack.updated else StackDrift(stack.updated)


def detect(stack: Stack, only: Collection[str] = ()) -> StackDrift:
    """Compare the resources of a stack, or only those with these logical ids, and remember what was found."""
    found = _FOUND[stack.id] = known(stack)
    found.time = datetime.now(UTC)
    for resource in stack.resources.values():
        if not only or resource.logical_id in only:
            found.resources[resource.logical_id] = _tried(stack, resource)
    complete = not only or found.status != "NOT_CHECKED"
    if found.drifted:
        found.status = "DRIFTED"
    elif found.unknown:
        found.status = "UNKNOWN"
    elif complete:
        found.status = "IN_SYNC"
    return found


def _tried(stack: Stack, resource: StackResource) -> ResourceDrift:
    try:
        return differences(stack, resource)
    except stack_resources.FAILURES as failure:
        return ResourceDrift("UNKNOWN", reason=stack_resources.reason_of(failure))


def differences(stack: Stack, resource: StackResource) -> ResourceDrift:
    """Read the live resource of a stack and compare it with the properties it was last deployed with; nothing is remembered.

    A type that AWS's registry gives no read handler is NOT_CHECKED, and so is a resource that does not exist yet.
    Each `Difference` has the `path` of a property (a JSON pointer), its `type` (ADD, REMOVE, NOT_EQUAL) and both values.

    Raises:
        Exception: one of `stack_resources.FAILURES`, when the service does not let the resource be read.
    """
    schema = resource_schemas.schema(resource.type)
    found = resource_types.find(resource.type)
    if resource.live is None or found is None or not schema.has_read_handler():
        return ResourceDrift("NOT_CHECKED")
    live = found.read(stack_resources.place_of(stack, resource), resource.live)
    if live is None:
        return ResourceDrift("DELETED")
    live = deepcopy({**live, **_without_attachments(stack, resource, live)})
    expected = _expected(resource)
    actual = {name: live[name] for name in expected if live.get(name) is not None}
    found_differences = property_differences.compare(expected, actual, schema)
    return ResourceDrift("MODIFIED" if found_differences else "IN_SYNC", found_differences, expected, actual)


def _expected(resource: StackResource) -> dict[str, Any]:
    schema = resource_schemas.schema(resource.type)
    hidden = {*schema.write_only(), f"/{property_differences.UNCOMPARED}"}
    declared = resource.declaration.get("Properties") or {}
    expected = {
        name: value
        for name, value in resource.properties.items()
        if f"/{name}" not in hidden and not dynamic_references.used(declared.get(name))
    }
    name = schema.tag_property()
    stack_tags = {tag["Key"]: tag["Value"] for tag in resource_types.own_tags(resource.tags)}
    if name and stack_tags:
        if schema.takes_map(name):
            expected[name] = {**stack_tags, **expected.get(name, {})}
        else:
            declared = expected.get(name, [])
            keys = {tag["Key"] for tag in declared}
            added = [{"Key": key, "Value": value} for key, value in stack_tags.items() if key not in keys]
            expected[name] = [*declared, *added]
    return expected


def _without_attachments(stack: Stack, resource: StackResource, live: Mapping[str, Any]) -> dict[str, Any]:
    """The live attachments but for those that another resource of the same stack makes: they are no drift of this one."""
    return {name: _left(stack, resource, name, live[name]) for kind, name in _ATTACHMENTS if kind == resource.type}


def _left(stack: Stack, resource: StackResource, name: str, attached: list[Any]) -> list[Any]:
    own = {_attached_name(one) for one in resource.properties.get(name, ())}
    other_type, other_name = _ATTACHMENTS[resource.type, name]
    theirs = set()
    for other in stack.resources.values():
        names_this = resource.live and resource.live.physical_id in other.properties.get(other_name, ())
        if other.type == other_type and other.live and names_this:
            theirs.add(other.properties.get("PolicyName", other.live.physical_id))
    return [one for one in attached if _attached_name(one) not in theirs - own]


def _attached_name(one: Any) -> str:
    return str(one["PolicyName"] if isinstance(one, Mapping) else one)


_PRINCIPALS: Final = {"AWS::IAM::Role": "Roles", "AWS::IAM::User": "Users", "AWS::IAM::Group": "Groups"}
_ATTACHMENTS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    **{(kind, "ManagedPolicyArns"): ("AWS::IAM::ManagedPolicy", plural) for kind, plural in _PRINCIPALS.items()},
    **{(kind, "Policies"): ("AWS::IAM::Policy", plural) for kind, plural in _PRINCIPALS.items()},
    **{("AWS::IAM::ManagedPolicy", plural): (kind, "ManagedPolicyArns") for kind, plural in _PRINCIPALS.items()},
}
"""A type and its property that holds attachments -> the type that may make them too, and that type's property."""
