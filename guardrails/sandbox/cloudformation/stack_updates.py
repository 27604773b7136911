"""Updating a stack: resources created, changed and replaced in order; what a failure leaves, and the way back from it.

The work is done at once. Statuses, events and reasons are CloudFormation's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from guardrails.sandbox.cloudformation import resource_schemas, stack_resources
from guardrails.sandbox.cloudformation.stack_deployment import attempt, delete_one, failed_output
from guardrails.sandbox.cloudformation.stack_records import Change, Stack, StackResource, Unfinished
from guardrails.sandbox.cloudformation.stack_resources import FAILURES
from guardrails.sandbox.cloudformation.templates import Template


@dataclass(frozen=True, slots=True)
class Desired:
    """What an update is to make of a stack."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]


def update(stack: Stack, desired: Desired, *, disable_rollback: bool = False) -> None:
    """Bring a stack to another template, parameters or tags.

    On a failure everything is put back (UPDATE_ROLLBACK_COMPLETE), or stays as far as it came (UPDATE_FAILED) when
    rollback is disabled; then the next update goes on from there.
    """
    unfinished = stack.unfinished or Unfinished(
        stack.template, stack.parameters, stack.tags, dict(stack.resources), [], []
    )
    stack.unfinished = unfinished
    stack.template, stack.parameters, stack.tags = desired.template, desired.parameters, desired.tags
    stack.updated = datetime.now(UTC)
    failed = _update_all(stack, unfinished)
    if failed is None:
        stack.unfinished = None
        stack.enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(unfinished.cleanup):
            delete_one(stack, resource)
        stack.enter("UPDATE_COMPLETE")
    elif disable_rollback:
        stack.enter("UPDATE_FAILED", failed)
    else:
        stack.enter("UPDATE_ROLLBACK_IN_PROGRESS", failed)
        roll_back(stack)


def roll_back(stack: Stack, skipped: Collection[str] = ()) -> None:
    """Put back what an unfinished update did, the last change first; `skipped` resources are left as they are.

    What cannot be put back stays to be tried again: UPDATE_ROLLBACK_FAILED.
    """
    unfinished = stack.unfinished
    assert unfinished is not None
    left = [change for change in reversed(unfinished.done) if not _put_back(stack, change, skipped)]
    stack.template, stack.parameters, stack.tags = unfinished.template, unfinished.parameters, unfinished.tags
    if left:
        unfinished.done = [change for change in unfinished.done if change.made or change in left]
        names = ", ".join(dict.fromkeys(change.new.logical_id for change in left))
        stack.enter("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{names}].")
        return
    stack.unfinished = None
    stack.resources = unfinished.resources
    stack.enter("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for change in reversed(unfinished.done):
        if change.made and change.new.live is not None and change.new.logical_id not in skipped:
            delete_one(stack, replace(change.new, declaration={}))
    stack.enter("UPDATE_ROLLBACK_COMPLETE")


def _put_back(stack: Stack, change: Change, skipped: Collection[str]) -> bool:
    """Undo one change; what was made for the update is only deleted in the clean-up afterwards."""
    old = change.old
    if old is None:
        return True
    if old.logical_id in skipped:
        stack.note(old, "UPDATE_COMPLETE")
        return True
    if change.made:
        stack.note(old, "UPDATE_COMPLETE")
        return True
    stack.resources[old.logical_id] = old
    return attempt(stack, old, "UPDATE", lambda: stack_resources.change(stack, old))


def _update_all(stack: Stack, unfinished: Unfinished) -> str | None:
    """Do everything in order; gives what failed."""
    wanted = []
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if stack_resources.scope(stack).holds(declaration.get("Condition")):
            wanted.append(name)
            if not _update_one(stack, StackResource(name, str(declaration["Type"]), declaration), unfinished):
                return f"The following resource(s) failed to update: [{name}]."
    failed = failed_output(stack)
    if failed is None:
        gone = [name for name in stack.resources if name not in wanted]
        unfinished.cleanup.extend(stack.resources.pop(name) for name in gone)
    return failed


def _update_one(stack: Stack, new: StackResource, unfinished: Unfinished) -> bool:
    old = stack.resources.get(new.logical_id)
    if old is None or old.live is None:
        return _make(stack, new, None, unfinished)
    new.live, new.status = old.live, old.status
    try:
        new.properties, new.tags = stack_resources.properties_of(stack, new), stack_resources.place_of(stack, new).tags
    except FAILURES as failure:
        stack.note(new, "UPDATE_FAILED", stack_resources.reason_of(failure))
        return False
    if _same(new, old) and not old.status.endswith("_FAILED"):
        stack.resources[new.logical_id] = new
        return True
    if resource_schemas.schema(new.type).replacing(old.properties, new.properties):
        new.live = None
        unfinished.cleanup.append(_discarded(old))
        return _make(stack, new, old, unfinished)
    stack.resources[new.logical_id] = new
    unfinished.done.append(Change(old, new, made=False))
    return attempt(stack, new, "UPDATE", lambda: stack_resources.change(stack, new))


def _make(stack: Stack, new: StackResource, old: StackResource | None, unfinished: Unfinished) -> bool:
    stack.resources[new.logical_id] = new
    unfinished.done.append(Change(old, new, made=True))
    return attempt(stack, new, "UPDATE" if old else "CREATE", lambda: stack_resources.make(stack, new))


def _same(one: StackResource, other: StackResource) -> bool:
    def deployed(resource: StackResource) -> tuple[Any, ...]:
        return resource.properties, resource.tags

    return deployed(one) == deployed(other)


def _discarded(resource: StackResource) -> StackResource:
    """The old half of a replacement; UpdateReplacePolicy says whether it stays."""
    policy = resource.declaration.get("UpdateReplacePolicy", "Delete")
    return replace(resource, declaration={**resource.declaration, "DeletionPolicy": policy})
