"""The CloudFormation resource types that the sandbox implements: one file per AWS service, each exporting `TYPES`.

The folder is the registry: a new service is a new file. A resource type is an object with

    name      "AWS::KMS::Key"
    applied   the properties it applies; any other that AWS has is refused, never silently dropped
    create    makes the resource through moto's own backend, so that plain boto3 in that account sees it
    update    makes the live resource have exactly these properties: what is absent goes back to its default
    delete    removes the resource; one that is already gone is no error
    read      the live properties, for drift detection; None when the resource is gone

A type raises `ResourceFailed`, or lets moto's exceptions through; both end as the resource's status reason.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Protocol

from moto.moto_api._internal import mock_random

Properties = Mapping[str, Any]
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class ResourceFailed(Exception):
    """A resource could not be created, updated or deleted; the message is the status reason.

    `left` is what there is now in its place and has to be deleted, or brought back, in the roll-back.
    """

    def __init__(self, message: str, left: "Resource | None" = None) -> None:
        super().__init__(message)
        self.left = left


@dataclass(frozen=True, slots=True)
class Resource:
    """A live resource as a template sees it: `physical_id` is what `Ref` gives, `attributes` what `Fn::GetAtt` gives.

    `places` are the resources that it lies in or was put on, where its type needs them to find it again.
    """

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    places: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource is deployed: account, region, and the stack and logical id that it belongs to.

    `tags` are the tags CloudFormation adds by itself: the stack's, and its own `aws:cloudformation:*` where the type takes them.
    """

    account: str
    region: str
    stack_name: str
    logical_id: str
    tags: Mapping[str, str]
    stack_id: str

    @property
    def partition(self) -> str:
        """The only partition the sandbox has."""
        return "aws"

    def generated_name(self, limit: int) -> str:
        """A physical name as CloudFormation makes one up: stack, logical id and twelve random characters, cut to `limit`."""
        suffix = "".join(mock_random.choice(_SUFFIX) for _ in range(12))
        stem = f"{self.stack_name}-{self.logical_id}"[: limit - 13]
        return f"{stem}-{suffix}"

    def all_tags(self, declared: Any) -> dict[str, str]:
        """The resource's tags: those added by CloudFormation and the declared ones ([{"Key", "Value"}] or a mapping), which win."""
        own = declared if isinstance(declared, Mapping) else {tag["Key"]: tag["Value"] for tag in declared or ()}
        return {**self.tags, **own}


class ResourceType(Protocol):
    """One CloudFormation resource type, carried out on moto's backends."""

    name: str
    applied: frozenset[str]

    def create(self, place: Place, properties: Properties) -> Resource:
        """Make the resource."""

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Make the live resource have exactly these properties; create-only ones are unchanged."""

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Remove the resource."""

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The live values of the `applied` properties in the template's shape; None when the resource is gone.

        Write-only properties are left out, and so is everything of a type that AWS's registry gives no read handler.
        """


def find(name: str) -> ResourceType | None:
    """The implementation of a resource type, or None. Every `Custom::Name` is a custom resource."""
    if name.startswith("Custom::"):
        from guardrails.sandbox.cloudformation.resource_types.custom_resources import CustomResource

        return CustomResource(name)
    return _types().get(name)


def implemented() -> frozenset[str]:
    """The names of all implemented resource types."""
    return frozenset(_types())


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags in the shape that most AWS APIs take."""
    return [{key: name, value: text} for name, text in tags.items()]


def own_tags(tags: Any) -> list[dict[str, str]]:
    """Live tags (a mapping, or pairs of `Key` and `Value`) in the template's shape, without those that only AWS may set."""
    pairs = tags.items() if isinstance(tags, Mapping) else ((tag["Key"], tag["Value"]) for tag in tags)
    return [{"Key": key, "Value": value or ""} for key, value in pairs if not key.startswith("aws:")]


@cache
def _types() -> Mapping[str, ResourceType]:
    found: dict[str, ResourceType] = {}
    for module in pkgutil.iter_modules(__path__):
        for resource_type in importlib.import_module(f"{__name__}.{module.name}").TYPES:
            if resource_type.name in found:
                raise ValueError(f"{resource_type.name} is implemented twice.")
            found[resource_type.name] = resource_type
    return MappingProxyType(found)
