"""Creating and deleting what a stack holds, in order; a creation that fails is rolled back.

The work is done at once. Statuses, events and reasons are CloudFormation's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from guardrails.sandbox.cloudformation import stack_outputs, stack_resources
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.cloudformation.stack_resources import FAILURES


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
        roll_back_creation(stack)


def roll_back_creation(stack: Stack) -> None:
    """Delete what a failed creation made: ROLLBACK_COMPLETE, or ROLLBACK_FAILED when something could not be deleted."""
    left = _delete_all(stack, created_just_now=True)
    stack.enter("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _left(left))


def delete(stack: Stack, retained: Iterable[str] = (), *, forced: bool = False) -> None:
    """Delete a stack's resources in reverse order, but for those retained by their DeletionPolicy or by name.

    When it is forced, what cannot be deleted is left behind. A stack whose exports are in use stays as it was.
    """
    in_use = stack_outputs.exports_in_use(stack)
    if in_use:
        before = [event.status for event in stack.events if event.physical_id == stack.id][-2]
        stack.enter(before, f"Delete canceled. {in_use}")
        return
    for name in retained:
        if name in stack.resources:
            stack.note(stack.resources.pop(name), "DELETE_SKIPPED")
    _delete_all(stack, created_just_now=False)
    for replaced in stack.unfinished.cleanup if stack.unfinished else ():
        delete_one(stack, replaced)
    while forced and (failed := [one for one in stack.resources.values() if one.status == "DELETE_FAILED"]):
        for resource in failed:
            stack.note(stack.resources.pop(resource.logical_id), "DELETE_SKIPPED")
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
    missing = stack_outputs.missing_import(stack)
    if missing:
        return f"{missing}."
    for name in stack.template.order:
        declaration = stack.template.resources[name]
        if not stack_resources.scope(stack).holds(declaration.get("Condition")):
            continue
        resource = StackResource(name, str(declaration["Type"]), declaration)
        stack.resources[name] = resource
        if not attempt(stack, resource, "CREATE", partial(stack_resources.make, stack, resource)):
            return f"The following resource(s) failed to create: [{name}]."
    return failed_output(stack)


def failed_output(stack: Stack) -> str | None:
    """Work the outputs out; gives why that failed."""
    try:
        stack_outputs.resolve(stack)
    except FAILURES as failure:
        return f"{stack_resources.reason_of(failure)}."
    return None


def attempt(stack: Stack, resource: StackResource, action: str, work: Callable[[], None]) -> bool:
    """Do one thing to one resource, with its events; False when it failed."""
    stack.note(resource, f"{action}_IN_PROGRESS")
    try:
        work()
    except FAILURES as failure:
        stack.note(resource, f"{action}_FAILED", stack_resources.reason_of(failure))
        return False
    stack.note(resource, f"{action}_COMPLETE")
    return True


def _delete_all(stack: Stack, *, created_just_now: bool) -> list[str]:
    """Delete what may be deleted, in reverse order; gives the names that could not be. What those depend on stays."""
    left: list[str] = []
    needed: set[str] = set()
    for name in reversed(list(stack.resources)):
        if name in needed:
            needed |= _dependencies(stack, name)
        elif delete_one(stack, stack.resources[name], created_just_now=created_just_now):
            # A rolled back stack still lists its resources; a deleted one is read from its events.
            stack.resources[name].live = None
        else:
            left.append(name)
            needed |= _dependencies(stack, name)
    return left


def _dependencies(stack: Stack, name: str) -> frozenset[str]:
    return stack.template.dependencies(name) if name in stack.template.resources else frozenset()


def delete_one(stack: Stack, resource: StackResource, *, created_just_now: bool = False) -> bool:
    """Delete a resource unless its DeletionPolicy spares it; False when that failed."""
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
    return attempt(stack, resource, "DELETE", lambda: stack_resources.remove(stack, resource, live))


def _end_deletion(stack: Stack) -> None:
    left = [name for name, resource in stack.resources.items() if resource.status == "DELETE_FAILED"]
    if left:
        stack.enter("DELETE_FAILED", _left(left))
        return
    stack.deleted = datetime.now(UTC)
    stack.enter("DELETE_COMPLETE")


def _left(names: list[str]) -> str | None:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. " if names else None
