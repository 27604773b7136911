"""Carrying a template out: resources created, updated, replaced and deleted in order; on a failure everything put back.

The work is done at once. Statuses, events and reasons are CloudFormation's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from guardrails.sandbox.cloudformation import resource_schemas, stack_resources
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.cloudformation.stack_resources import FAILURES
from guardrails.sandbox.cloudformation.templates import Template

Undo = Callable[[], None]


def create(stack: Stack) -> None:
    """Create a stack's resources; end in CREATE_COMPLETE, ROLLBACK_COMPLETE, CREATE_FAILED or (on request) DELETE_COMPLETE."""
    failed = _create_all(stack)
    if failed is None:
        stack.enter("CREATE_COMPLETE")
        return
    if stack.on_failure == "DO_NOTHING":
        stack.enter("CREATE_FAILED", failed)
    elif stack.on_failure == "DELETE":
        stack.enter("DELETE_IN_PROGRESS", f"{failed} Delete requested by user.")
        _delete_all(stack, created_just_now=True)
        _end_deletion(stack)
    else:
        stack.enter("ROLLBACK_IN_PROGRESS", f"{failed} Rollback requested by user.")
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
        stack.enter("UPDATE_ROLLBACK_IN_PROGRESS", failed)
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


def _create_all(stack: Stack) -> str | None:
    """Create everything in order; gives what failed."""
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if not stack_resources.scope(stack).holds(declaration.get("Condition")):
            continue
        resource = StackResource(name, str(declaration["Type"]), declaration)
        stack.resources[name] = resource
        if not _attempt(stack, resource, "CREATE", partial(stack_resources.make, stack, resource)):
            return f"The following resource(s) failed to create: [{name}]."
    return _failed_output(stack)


def _failed_output(stack: Stack) -> str | None:
    try:
        stack_resources.resolve_outputs(stack)
    except FAILURES as failure:
        return f"{stack_resources.reason_of(failure)}."
    return None


def _attempt(stack: Stack, resource: StackResource, action: str, work: Callable[[], None]) -> bool:
    """Do one thing to one resource, with its events; False when it failed."""
    stack.note(resource, f"{action}_IN_PROGRESS")
    try:
        work()
    except FAILURES as failure:
        stack.note(resource, f"{action}_FAILED", stack_resources.reason_of(failure))
        return False
    stack.note(resource, f"{action}_COMPLETE")
    return True


def _update_all(stack: Stack, undo: list[Undo], cleanup: list[StackResource]) -> str | None:
    wanted = []
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if stack_resources.scope(stack).holds(declaration.get("Condition")):
            wanted.append(name)
            if not _update_one(stack, name, declaration, undo, cleanup):
                return f"The following resource(s) failed to update: [{name}]."
    cleanup.extend(stack.resources.pop(name) for name in [name for name in stack.resources if name not in wanted])
    return _failed_output(stack)


def _update_one(
    stack: Stack, name: str, declaration: Mapping[str, Any], undo: list[Undo], cleanup: list[StackResource]
) -> bool:
    old = stack.resources.get(name)
    new = StackResource(name, str(declaration["Type"]), declaration)
    if old is None or old.live is None:
        stack.resources[name] = new
        undo.append(lambda: _unmake(stack, new))
        return _attempt(stack, new, "CREATE", lambda: stack_resources.make(stack, new))
    new.live, new.status = old.live, old.status
    try:
        new.properties, new.tags = stack_resources.properties_of(stack, new), stack_resources.place_of(stack, new).tags
    except FAILURES as failure:
        stack.note(new, "UPDATE_FAILED", stack_resources.reason_of(failure))
        return False
    stack.resources[name] = new
    if new.properties == old.properties and new.tags == old.tags:
        return True
    if resource_schemas.schema(new.type).replacing(old.properties, new.properties):
        new.live = None
        undo.append(lambda: _unmake(stack, new))
        cleanup.append(_discarded(old))
        return _attempt(stack, new, "UPDATE", lambda: stack_resources.make(stack, new))
    undo.append(lambda: _restore(stack, old))
    return _attempt(stack, new, "UPDATE", lambda: stack_resources.change(stack, new))


def _discarded(resource: StackResource) -> StackResource:
    """The old half of a replacement; UpdateReplacePolicy says whether it stays."""
    policy = resource.declaration.get("UpdateReplacePolicy", "Delete")
    return replace(resource, declaration={**resource.declaration, "DeletionPolicy": policy})


def _unmake(stack: Stack, resource: StackResource) -> None:
    if resource.live is not None:
        stack_resources.remove(stack, resource, resource.live)
        stack.note(resource, "DELETE_COMPLETE")


def _restore(stack: Stack, resource: StackResource) -> None:
    stack_resources.change(stack, resource)
    stack.note(resource, "UPDATE_COMPLETE")


def _undo_all(undo: list[Undo]) -> list[str]:
    problems = []
    for step in reversed(undo):
        try:
            step()
        except FAILURES as failure:
            problems.append(stack_resources.reason_of(failure))
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
    return _attempt(stack, resource, "DELETE", lambda: stack_resources.remove(stack, resource, live))


def _end_deletion(stack: Stack) -> None:
    left = [name for name, resource in stack.resources.items() if resource.status == "DELETE_FAILED"]
    if left:
        stack.enter("DELETE_FAILED", _left(left))
        return
    stack.deleted = datetime.now(UTC)
    stack.enter("DELETE_COMPLETE")


def _left(names: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. " if names else None
