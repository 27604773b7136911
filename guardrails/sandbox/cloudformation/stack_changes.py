"""What an update would do to a stack's resources, worked out without doing it: the content of a change set.

Properties are resolved as the update will resolve them; what is only known once another resource has been made or
changed shows as `{{changeSet:KNOWN_AFTER_APPLY}}`.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-samples.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    actual_state,
    dynamic_references,
    intrinsics,
    resource_schemas,
    stack_resources,
)
from guardrails.sandbox.cloudformation.actual_state import Actual
from guardrails.sandbox.cloudformation.intrinsics import NO_VALUE, Scope
from guardrails.sandbox.cloudformation.resource_types import Resource
from guardrails.sandbox.cloudformation.stack_parameters import resolved
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.cloudformation.stack_resources import FAILURES
from guardrails.sandbox.cloudformation.stack_updates import Desired

KNOWN_AFTER_APPLY: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
_DECLARED: Final = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy")
"""The resource attributes beside its properties that a change set tells of."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a value changes: `source` and `entity` as `ResourceChangeDetail` has them; a static change is certain, with a known value."""

    source: str
    entity: str | None
    static: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One changed property (or tags, or another attribute of the resource) with its values before and after, None where absent.

    `drift`, where the live value is not the deployed one, holds both: deployed, live. `synced`: the desired value is live already.
    """

    attribute: str
    name: str | None
    recreation: str
    before: Any
    after: Any
    causes: tuple[Cause, ...]
    drift: tuple[Any, Any] | None = None
    synced: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource; `before` and `after` are its context: properties and declared attributes, None where it is not.

    In a drift-aware change set `before` is the actual state, as `actual` has it, and `deployed` the context of the last deployment.
    """

    action: str
    logical_id: str
    type: str
    physical_id: str | None
    policy_action: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    details: tuple[Detail, ...] = ()
    problems: tuple[str, ...] = ()
    deployed: Mapping[str, Any] | None = None
    actual: Actual | None = None

    @property
    def replacement(self) -> str | None:
        """True, False or Conditional for a modification: the change with the most impact decides."""
        if self.action != "Modify":
            return None
        effects = {(one.recreation, any(cause.static for cause in one.causes)) for one in self.details}
        if ("Always", True) in effects:
            return "True"
        return "False" if {recreation for recreation, _ in effects} == {"Never"} else "Conditional"


class _KnownAfterApply(Mapping[str, str]):
    """The attributes of a resource that is not there yet: any name, no value."""

    def __getitem__(self, name: str) -> str:
        return KNOWN_AFTER_APPLY

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def changes(stack: Stack, desired: Desired, *, drift_aware: bool = False) -> tuple[ResourceChange, ...]:
    """What an update to the desired template, parameters and tags would do to each resource, by logical id.

    A drift-aware one compares with the live resources too, and brings those back that drifted.
    """
    future = planned(stack, desired)
    found, wanted = [], set()
    for name in desired.template.order:
        declaration = desired.template.resources[name]
        if not stack_resources.scope(future).holds(declaration.get("Condition")):
            continue
        wanted.add(name)
        new = StackResource(name, str(declaration["Type"]), declaration)
        change = _change(stack, future, future.resources.get(name), new, drift_aware)
        future.resources[name] = new
        if change:
            found.append(change)
    found += [_removal(stack, resource) for name, resource in future.resources.items() if name not in wanted]
    return tuple(sorted(found, key=lambda change: change.logical_id))


def planned(stack: Stack, desired: Desired) -> Stack:
    """A copy of a stack as it will be told to be, with the live resources that it has."""
    return replace(
        stack,
        template=desired.template,
        parameters=desired.parameters,
        tags=desired.tags,
        fetched=desired.fetched,
        resources={name: resource for name, resource in stack.resources.items() if resource.live},
    )


def _removal(stack: Stack, old: StackResource) -> ResourceChange:
    policy = old.declaration.get("DeletionPolicy", "Delete")
    action = "Retain" if policy == "RetainExceptOnCreate" else policy
    return ResourceChange("Remove", old.logical_id, old.type, old.physical_id, action, _context(stack, old), None)


def _change(
    stack: Stack, future: Stack, old: StackResource | None, new: StackResource, drift_aware: bool
) -> ResourceChange | None:
    """The change of one resource, which also becomes in `new` what those that refer to it will see."""
    problems = _foresee(future, new)
    if old is None or old.live is None:
        return _addition(future, new, problems)
    new.live = old.live
    actual = actual_state.actual(stack, old, future, new) if drift_aware else None
    if actual and actual.resource.live is None:
        addition = replace(_addition(future, new, problems), deployed=_context(stack, old), actual=actual)
        if resource_schemas.schema(new.type).identifies(old.live.physical_id, new.properties):
            new.live = Resource(old.live.physical_id, _KnownAfterApply())
        return addition
    before = actual.resource if actual else old
    details = tuple(_details(stack, future, old, new, actual))
    if not details:
        return None
    action = "SyncWithActual" if all(detail.synced for detail in details) else "Modify"
    change = ResourceChange(
        action,
        new.logical_id,
        new.type,
        old.physical_id,
        None,
        _context(stack, before),
        _context(future, new),
        details,
        problems,
    )
    if actual:
        change = replace(change, deployed=_context(stack, old), actual=actual)
    if action == "Modify":
        replaced = change.replacement != "False"
        new.live = Resource(KNOWN_AFTER_APPLY if replaced else old.live.physical_id, _KnownAfterApply())
    if change.replacement == "True":
        policy = new.declaration.get("UpdateReplacePolicy", "Delete")
        return replace(change, policy_action=f"ReplaceAnd{policy}")
    return change


def _addition(future: Stack, new: StackResource, problems: tuple[str, ...]) -> ResourceChange:
    new.live = Resource(KNOWN_AFTER_APPLY, _KnownAfterApply())
    return ResourceChange("Add", new.logical_id, new.type, None, None, None, _context(future, new), (), problems)


def _foresee(future: Stack, new: StackResource) -> tuple[str, ...]:
    """Resolve the properties as far as they are known before; gives what is wrong with them for certain."""
    scope = stack_resources.scope(future)
    declared = {
        name: _foreseen(future, scope, value) for name, value in (new.declaration.get("Properties") or {}).items()
    }
    properties, problems = resource_schemas.schema(new.type).conform(
        {name: value for name, value in declared.items() if value is not NO_VALUE}
    )
    new.properties, new.tags = properties, stack_resources.place_of(future, new).tags
    return () if _unknown(properties) else tuple(problems)


def _foreseen(future: Stack, scope: Scope, value: Any) -> Any:
    try:
        return dynamic_references.plain(scope.resolve(value), future.account, future.region)
    except FAILURES:
        # A function that needs the value of a resource that is still to come.
        return KNOWN_AFTER_APPLY


def _unknown(value: Any) -> bool:
    return KNOWN_AFTER_APPLY in json.dumps(value)


def _details(
    stack: Stack, future: Stack, old: StackResource, new: StackResource, actual: Actual | None
) -> Iterator[Detail]:
    schema = resource_schemas.schema(new.type)
    before, after = (actual.resource if actual else old).properties, new.properties
    drifted, synced = (actual.drifted, actual.synced) if actual else ({}, frozenset())
    tags = schema.tag_property()
    for name in dict.fromkeys([*before, *after, *drifted]):
        stack_tags_changed = name == tags and new.tags != old.tags
        if before.get(name) == after.get(name) and not stack_tags_changed and name not in synced:
            continue
        causes = tuple(_causes(stack, future, _declared(old, name), _declared(new, name), after.get(name)))
        attribute, shown = ("Tags", None) if name == tags else ("Properties", name)
        recreation = schema.requires_recreation(name, before, after)
        was, will = _shown(stack, old, name, before.get(name)), _shown(future, new, name, after.get(name))
        detail = Detail(attribute, shown, recreation, was, will, causes)
        if name in drifted:
            detail = replace(detail, drift=(old.properties.get(name), drifted[name]))
        if name in synced:
            detail = replace(detail, synced=True, causes=(Cause("NoModification", None, static=True),))
        yield detail
    if new.tags != old.tags and tags not in {*before, *after}:
        yield Detail("Tags", None, "Never", None, None, (Cause("DirectModification", None, static=True),))
    for attribute in _DECLARED:
        one, other = old.declaration.get(attribute), new.declaration.get(attribute)
        if one != other:
            yield Detail(attribute, None, "Never", one, other, (Cause("DirectModification", None, static=True),))


def _declared(resource: StackResource, name: str) -> Any:
    return (resource.declaration.get("Properties") or {}).get(name)


def _causes(stack: Stack, future: Stack, before: Any, after: Any, value: Any) -> Iterator[Cause]:
    """Why a property changes, from what the two templates say of it. A changed parameter counts twice, as AWS has it."""
    known = not _unknown(value)
    uses = sorted(intrinsics.uses(after))
    was, will = _parameters(stack), _parameters(future)
    parameters = [use for use in uses if use in will and was.get(use) != will[use]]
    elsewhere = [use for use in uses if not known and use.partition(".")[0] in future.template.resources]
    if before != after or not (parameters or elsewhere):
        yield Cause("DirectModification", None, static=known)
    elif parameters:
        yield Cause("DirectModification", None, static=False)
    yield from (Cause("ParameterReference", name, static=known) for name in parameters)
    for use in elsewhere:
        yield Cause("ResourceAttribute" if "." in use else "ResourceReference", use, static=False)


def _parameters(stack: Stack) -> Mapping[str, Any]:
    return resolved(stack.template.parameters, stack.parameters | stack.fetched)


def _context(stack: Stack, resource: StackResource) -> Mapping[str, Any]:
    declared = {name: resource.declaration[name] for name in _DECLARED if name in resource.declaration}
    properties = {name: _shown(stack, resource, name, value) for name, value in resource.properties.items()}
    return {"Properties": properties, **declared}


def _shown(stack: Stack, resource: StackResource, name: str, value: Any) -> Any:
    """The value of a property as a change set shows it: masked where it is made with a NoEcho parameter."""
    parameters = stack.template.parameters
    secret = any(
        parameters[use].get("NoEcho") in {True, "true"}
        for use in intrinsics.uses(_declared(resource, name))
        if use in parameters
    )
    return "****" if secret and value is not None else value
