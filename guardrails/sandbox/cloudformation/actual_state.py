"""What a resource of a stack really is, for drift-aware change sets: its live state, its deployed state and its desired state.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.cloudformation import drift, property_differences, resource_schemas
from guardrails.sandbox.cloudformation.drift import ResourceDrift
from guardrails.sandbox.cloudformation.property_differences import Difference
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.cloudformation.stack_resources import FAILURES, reason_of

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actual:
    """A resource as it is: `resource` has its live properties where they drifted, and `live` None when it was deleted.

    `drifted` are the live values of the properties that drifted, None where nothing is left of them. `synced` are the
    properties whose desired value is what the resource has already.
    """

    resource: StackResource
    status: str
    time: datetime
    drifted: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    synced: frozenset[str] = frozenset()


def actual(stack: Stack, old: StackResource, future: Stack, new: StackResource) -> Actual:
    """Compare a live resource with what the stack made it and with what it is to become."""
    found = _compared(stack, old)
    if found.status == "DELETED":
        return Actual(replace(old, live=None), found.status, found.time)
    if found.status not in {"IN_SYNC", "MODIFIED"}:
        status = "UNSUPPORTED" if found.status == "NOT_CHECKED" else found.status
        return Actual(old, status, found.time)
    drifted = {name: found.actual.get(name) for name in _names(found.differences)}
    synced = _synced(old, new, _compared(future, new), drifted)
    properties = {**old.properties, **drifted, **{name: new.properties[name] for name in synced}}
    live = {name: value for name, value in properties.items() if value is not None}
    return Actual(replace(old, properties=live), found.status, found.time, drifted, synced)


def _compared(stack: Stack, resource: StackResource) -> ResourceDrift:
    try:
        return drift.differences(stack, resource)
    except FAILURES as failure:
        return ResourceDrift("UNKNOWN", reason=reason_of(failure))


def _synced(
    old: StackResource, new: StackResource, desired: ResourceDrift, drifted: Mapping[str, Any]
) -> frozenset[str]:
    """The properties that the template was changed in to what the resource already is, wholly and both ways."""
    schema, unequal = resource_schemas.schema(new.type), _names(desired.differences)
    candidates = [
        name
        for name in new.properties
        if name in desired.actual and name not in unequal and (name in drifted or name not in old.properties)
    ]
    return frozenset(
        name
        for name in candidates
        if not property_differences.compare({name: desired.actual[name]}, {name: new.properties[name]}, schema)
    )


def _names(differences: Iterable[Difference]) -> frozenset[str]:
    return frozenset(one.path.split("/")[1] for one in differences)
