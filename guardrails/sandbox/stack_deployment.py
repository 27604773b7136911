"""Carrying a template out: resources created, updated, replaced and deleted in order; on a failure everything put back.

The work is done at once. Statuses, events and reasons are CloudFormation's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from guardrails.sandbox import resource_schemas, resource_types, stack_parameters
from guardrails.sandbox.resource_types import Place, Resource, ResourceFailed, ResourceType
from guardrails.sandbox.stack_intrinsics import Scope
from guardrails.sandbox.stack_records import Stack, StackResource
from guardrails.sandbox.stack_templates import Template

Undo = Callable[[], None]
_FAILURES: Final = (ServiceException, HTTPException, ResourceFailed)


def create(stack: Stack) -> None:
    """Create a stack's resources; end in CREATE_COMPLETE, ROLLBACK_COMPLETE, CREATE_FAILED or (on request) DELETE_COMPLETE."""
    failed = _create_all(stack)
    if failed is None:
        stack.enter("CREATE_COMPLETE")
        return
    reason = f"The following resource(s) failed to create: [{failed}]. "
    if stack.on_failure == "DO_NOTHING":
        stack.enter("CREATE_FAILED", reason.strip())
    elif stack.on_failure == "DELETE":
        stack.enter("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
        _delete_all(stack, created_just_now=True)
        _end_deletion(stack)
    else:
        stack.enter("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
        left = _delete_all(stack, created_just_now=True)
        stack.enter("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _left(left))


def update(stack: Stack, template: Template, parameters: dict[str, str], tags: dict[str, str]) -> None:
    """Bring a stack to another template, parameters or tags; on a failure put everything back: UPDATE_ROLLBACK_COMPLETE."""
    before = (stack.template, stack.parameters, stack.tags)
    kept = dict(stack.resources)
    stack.template, stack.parameters, stack.tags, stack.updated = template, parameters, tags, datetime.now(UTC)
    undo: list[Undo] = []
    cleanup: list[StackResource] = []
    failed = _update_all(stack, undo, cleanup)
    if failed is not None:
        stack.enter("UPDATE_ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to update: [{failed}]. ")
        stack.template, stack.parameters, stack.tags = before
        problems = _undo_all(undo)
        stack.resources = kept
        stack.enter("UPDATE_ROLLBACK_FAILED" if problems else "UPDATE_ROLLBACK_COMPLETE", "; ".join(problems) or None)
        return
    stack.enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    for resource in reversed(cleanup):
        _delete_one(stack, resource)
    stack.enter("UPDATE_COMPLETE")


def delete(stack: Stack, retained: Iterable[str] = ()) -> None:
    """Delete a stack's resources in reverse order, but for those retained by their DeletionPolicy or by name."""
    for name in retained:
        if name in stack.resources:
            stack.note(stack.resources.pop(name), "DELETE_SKIPPED")
    _delete_all(stack, created_just_now=False)
    _end_deletion(stack)


def abandon(stack: Stack) -> None:
    """Forget a stack's resources and leave them all in place; they belong to nobody then."""
    for resource in reversed(list(stack.resources.values())):
        stack.note(resource, "DELETE_SKIPPED")
    stack.resources = {}
    _end_deletion(stack)


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
    if name in resource_schemas.schema(resource.type).attributes():
        raise ResourceFailed(f"The sandbox does not implement the attribute {name} of {resource.type}")
    raise ResourceFailed(f"Template error: resource {logical_id} does not support attribute type {name} in Fn::GetAtt")


def _scope(stack: Stack) -> Scope:
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
        parameters={**stack_parameters.resolved(stack.template.parameters, stack.parameters), **pseudo},
        mappings=document.get("Mappings") or {},
        conditions=document.get("Conditions") or {},
        attribute_of=lambda logical_id, name: attribute(stack.resources, logical_id, name),
        resources={name: resource.live for name, resource in stack.resources.items() if resource.live},
    )


def _create_all(stack: Stack) -> str | None:
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if not _scope(stack).holds(declaration.get("Condition")):
            continue
        resource = StackResource(name, str(declaration["Type"]), declaration)
        stack.resources[name] = resource
        if not _attempt(stack, resource, "CREATE", lambda r=resource: _make(stack, r)):
            return name
    return None if _resolve_outputs(stack) else "Outputs"


def _attempt(stack: Stack, resource: StackResource, action: str, work: Callable[[], None]) -> bool:
    """Do one thing to one resource, with its events; False when it failed."""
    stack.note(resource, f"{action}_IN_PROGRESS")
    try:
        work()
    except _FAILURES as failure:
        stack.note(resource, f"{action}_FAILED", reason_of(failure))
        return False
    stack.note(resource, f"{action}_COMPLETE")
    return True


def reason_of(failure: Exception) -> str:
    """What a failure says, in one line."""
    code = getattr(failure, "error_type", None) or (failure.code if isinstance(failure, ServiceException) else None)
    message = str(getattr(failure, "message", None) or failure)
    return f"{message} (Error Code: {code})" if code and code != "ValidationError" else message


def _make(stack: Stack, resource: StackResource) -> None:
    properties = _properties(stack, resource)
    place = _place(stack, resource)
    resource.live = _type(resource).create(place, properties)
    resource.properties, resource.tags = properties, place.tags


def _properties(stack: Stack, resource: StackResource) -> dict[str, Any]:
    """The declared properties, resolved and checked against the registry and against what the sandbox applies."""
    resolved = _scope(stack).resolve(resource.declaration.get("Properties") or {})
    properties, problems = resource_schemas.schema(resource.type).conform(resolved)
    if problems:
        name = resource.logical_id
        raise ResourceFailed(f"Properties validation failed for resource {name} with message:\n" + "\n".join(problems))
    dropped = sorted(set(properties) - _type(resource).applied)
    if dropped:
        raise ResourceFailed(f"The sandbox does not implement the property {dropped[0]} of {resource.type}")
    return properties


def _type(resource: StackResource) -> ResourceType:
    found = resource_types.find(resource.type)
    if found is None:
        raise ResourceFailed(f"The sandbox does not implement {resource.type}")
    return found


def _place(stack: Stack, resource: StackResource) -> Place:
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
    return Place(stack.account, stack.region, stack.name, resource.logical_id, tags)


def _resolve_outputs(stack: Stack) -> bool:
    scope = _scope(stack)
    try:
        stack.outputs = {
            name: str(scope.resolve(output["Value"]))
            for name, output in stack.template.outputs.items()
            if scope.holds(output.get("Condition"))
        }
    except _FAILURES as failure:
        stack.reason = reason_of(failure)
        return False
    return True


def _update_all(stack: Stack, undo: list[Undo], cleanup: list[StackResource]) -> str | None:
    wanted = []
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if _scope(stack).holds(declaration.get("Condition")):
            wanted.append(name)
            if not _update_one(stack, name, declaration, undo, cleanup):
                return name
    cleanup.extend(stack.resources.pop(name) for name in [name for name in stack.resources if name not in wanted])
    return None if _resolve_outputs(stack) else "Outputs"


def _update_one(
    stack: Stack, name: str, declaration: Mapping[str, Any], undo: list[Undo], cleanup: list[StackResource]
) -> bool:
    old = stack.resources.get(name)
    new = StackResource(name, str(declaration["Type"]), declaration)
    if old is None or old.live is None:
        stack.resources[name] = new
        undo.append(lambda: _unmake(stack, new))
        return _attempt(stack, new, "CREATE", lambda: _make(stack, new))
    new.live, new.status = old.live, old.status
    try:
        new.properties, new.tags = _properties(stack, new), _place(stack, new).tags
    except _FAILURES as failure:
        stack.note(new, "UPDATE_FAILED", reason_of(failure))
        return False
    stack.resources[name] = new
    if new.properties == old.properties and new.tags == old.tags:
        return True
    if resource_schemas.schema(new.type).replacing(old.properties, new.properties):
        new.live = None
        undo.append(lambda: _unmake(stack, new))
        cleanup.append(_discarded(old))
        return _attempt(stack, new, "UPDATE", lambda: _make(stack, new))
    undo.append(lambda: _restore(stack, old))
    return _attempt(stack, new, "UPDATE", lambda: _change(stack, new))


def _change(stack: Stack, resource: StackResource) -> None:
    assert resource.live is not None
    resource.live = _type(resource).update(_place(stack, resource), resource.live, resource.properties)


def _discarded(resource: StackResource) -> StackResource:
    """The old half of a replacement; UpdateReplacePolicy says whether it stays."""
    policy = resource.declaration.get("UpdateReplacePolicy", "Delete")
    return replace(resource, declaration={**resource.declaration, "DeletionPolicy": policy})


def _unmake(stack: Stack, resource: StackResource) -> None:
    if resource.live is not None:
        _remove(stack, resource, resource.live)
        stack.note(resource, "DELETE_COMPLETE")


def _restore(stack: Stack, resource: StackResource) -> None:
    _change(stack, resource)
    stack.note(resource, "UPDATE_COMPLETE")


def _undo_all(undo: list[Undo]) -> list[str]:
    problems = []
    for step in reversed(undo):
        try:
            step()
        except _FAILURES as failure:
            problems.append(reason_of(failure))
    return problems


def _delete_all(stack: Stack, *, created_just_now: bool) -> list[str]:
    """Delete what may be deleted, in reverse order; gives the names that could not be."""
    left = []
    for name in reversed(list(stack.resources)):
        if _delete_one(stack, stack.resources[name], created_just_now=created_just_now):
            # A rolled back stack still lists its resources; a deleted one is read from its events.
            stack.resources[name].live = None
        else:
            left.append(name)
    return left


def _delete_one(stack: Stack, resource: StackResource, *, created_just_now: bool = False) -> bool:
    if resource.live is None:
        if resource.status != "DELETE_COMPLETE":
            stack.note(resource, "DELETE_COMPLETE")
        return True
    policy = resource.declaration.get("DeletionPolicy", "Delete")
    spared = created_just_now and (policy == "RetainExceptOnCreate" or stack.retain_except_on_create)
    if policy in {"Retain", "RetainExceptOnCreate"} and not spared:
        stack.note(resource, "DELETE_SKIPPED")
        return True
    live = resource.live
    return _attempt(stack, resource, "DELETE", lambda: _remove(stack, resource, live))


def _remove(stack: Stack, resource: StackResource, live: Resource) -> None:
    _type(resource).delete(_place(stack, resource), live, resource.properties)


def _end_deletion(stack: Stack) -> None:
    left = [name for name, resource in stack.resources.items() if resource.status == "DELETE_FAILED"]
    if left:
        stack.enter("DELETE_FAILED", _left(left))
        return
    stack.deleted = datetime.now(UTC)
    stack.enter("DELETE_COMPLETE")


def _left(names: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. " if names else None
