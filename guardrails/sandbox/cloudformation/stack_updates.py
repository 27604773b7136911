"""Updating a stack: resources created, changed and replaced in order; what a failure leaves, and the way back from it.

The work is done at once. Statuses, events and reasons are CloudFormation's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from guardrails.sandbox.cloudformation import resource_schemas, stack_outputs, stack_policies, stack_resources
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
    fetched: dict[str, str]


def update(
    stack: Stack,
    desired: Desired,
    *,
    disable_rollback: bool = False,
    policy: str | None = None,
    actual: Mapping[str, StackResource] | None = None,
) -> None:
    """Bring a stack to another template, parameters or tags; `policy` stands in for the stack's own this once.

    `actual` are resources that have drifted, as they really are: they are brought to the template from there, and a
    rollback brings them back there.

    On a failure everything is put back (UPDATE_ROLLBACK_COMPLETE), or stays as far as it came (UPDATE_FAILED) when
    rollback is disabled; then the next update goes on from there.
    """
    unfinished = stack.unfinished or Unfinished(
        stack.template, stack.parameters, stack.tags, stack.fetched, dict(stack.resources)
    )
    unfinished.policy, unfinished.actual = policy or stack.policy, actual or {}
    stack.unfinished = unfinished
    stack.template, stack.parameters, stack.tags = desired.template, desired.parameters, desired.tags
    stack.fetched, stack.updated = desired.fetched, datetime.now(UTC)
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
    stack.fetched = unfinished.fetched
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
    old.live = change.new.live
    return attempt(stack, old, "UPDATE", lambda: stack_resources.change(stack, old))


def _update_all(stack: Stack, unfinished: Unfinished) -> str | None:
    """Do everything in order; gives what failed."""
    missing = stack_outputs.missing_import(stack)
    if missing:
        return f"{missing}."
    wanted = []
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if stack_resources.scope(stack).holds(declaration.get("Condition")):
            wanted.append(name)
            if not _update_one(stack, StackResource(name, str(declaration["Type"]), declaration), unfinished):
                return f"The following resource(s) failed to update: [{name}]."
    gone = [name for name in stack.resources if name not in wanted]
    for name in gone:
        if _denied(stack, stack.resources[name], "Delete", unfinished.policy):
            return f"The following resource(s) failed to update: [{name}]."
    failed = failed_output(stack)
    if failed is None:
        unfinished.cleanup.extend(stack.resources.pop(name) for name in gone)
    return failed


def _denied(stack: Stack, resource: StackResource, action: str, policy: str | None) -> bool:
    reason = stack_policies.denial(policy, action, resource.logical_id, resource.type)
    if reason:
        stack.note(resource, "UPDATE_FAILED", reason)
    return reason is not None


def _update_one(stack: Stack, new: StackResource, unfinished: Unfinished) -> bool:
    old = unfinished.actual.get(new.logical_id) or stack.resources.get(new.logical_id)
    if old is None or old.live is None:
        return _make(stack, new, None, unfinished)
    if old.status == "CREATE_FAILED":
        unfinished.cleanup.append(old)
        return _make(stack, new, None, unfinished)
    new.live, new.status = old.live, old.status
    try:
        new.properties, new.tags = stack_resources.properties_of(stack, new), stack_resources.place_of(stack, new).tags
    except FAILURES as failure:
        stack.note(new, "UPDATE_FAILED", stack_resources.reason_of(failure))
        return False
    if (new.properties, new.tags) == (old.properties, old.tags):
        stack.resources[new.logical_id] = new
        return True
    return _change(stack, old, new, unfinished)


def _change(stack: Stack, old: StackResource, new: StackResource, unfinished: Unfinished) -> bool:
    """Change a resource in place, or make its replacement."""
    replaced = bool(resource_schemas.schema(new.type).replacing(old.properties, new.properties))
    if _denied(stack, new, "Replace" if replaced else "Modify", unfinished.policy):
        return False
    if replaced:
        new.live = None
        unfinished.cleanup.append(_discarded(old, new))
        return _make(stack, new, old, unfinished)
    stack.resources[new.logical_id] = new
    unfinished.done.append(Change(old, new, made=False))
    succeeded = attempt(stack, new, "UPDATE", lambda: stack_resources.change(stack, new))
    if new.physical_id != old.physical_id:
        unfinished.done[-1] = Change(old, new, made=True)
        unfinished.cleanup.append(_discarded(old, new))
    if not succeeded:
        # It still counts as deployed with the properties it had: the next try has to change it.
        new.properties, new.tags = old.properties, old.tags
    return succeeded


def _make(stack: Stack, new: StackResource, old: StackResource | None, unfinished: Unfinished) -> bool:
    stack.resources[new.logical_id] = new
    unfinished.done.append(Change(old, new, made=True))
    return attempt(stack, new, "UPDATE" if old else "CREATE", lambda: stack_resources.make(stack, new))


def _discarded(old: StackResource, new: StackResource) -> StackResource:
    """The old half of a replacement; the UpdateReplacePolicy that a change set would show says whether it stays."""
    policy = new.declaration.get("UpdateReplacePolicy", "Delete")
    return replace(old, declaration={**old.declaration, "DeletionPolicy": policy})
