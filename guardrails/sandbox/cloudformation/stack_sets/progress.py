"""How a stack set's operations go on: begun, carried out batch by batch within the failure tolerance, stopped, ended.

An operation does its work after the request that asked for it. Whoever looks at the set first is shown what is true
then: a first batch of accounts begun, the others waiting. The next request finds the operation ended; and so does any
request that is not about the set, so that nobody sees a member account before the operation has reached it. Between the two it can
be stopped. While a stack's work waits for another process, other requests see the operation exactly as far as it is.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
"""

from collections import deque
from typing import Final

from guardrails.sandbox.cloudformation.stack_sets import administration, records, targeting
from guardrails.sandbox.cloudformation.stack_sets.records import Course, Operation, Result, StackInstance, StackSet
from guardrails.sandbox.serving import ongoing
from guardrails.sandbox.serving.calls import Call

EXCEEDED: Final = "Cancelled since failure tolerance has exceeded"
STOPPED: Final = "Cancelled since the operation was stopped by the user"


class InstanceFailed(Exception):
    """An operation failed for one instance; the message is its status reason."""


def enqueue(stack_set: StackSet, operation: Operation) -> None:
    """Put an operation behind those of the set that have not ended; it begins at once where there are none."""
    stack_set.operations[operation.id] = operation
    stack_set.queue.append(operation)
    records.note_queue(stack_set)
    _begin_queued(stack_set)


def stop(stack_set: StackSet, operation: Operation) -> None:
    """Cancel what an operation has not begun with; what it has begun with is brought to its end."""
    if operation.status == "QUEUED":
        operation.end("STOPPED")
        _forget_ended(stack_set)
        return
    operation.status, operation.seen = "STOPPING", False
    for course in operation.courses.values():
        _cancel(operation, course, STOPPED)


def go_on(call: Call | None) -> None:
    """Before each request: carry out everything there is to do; of a set that the request is about, only what has been seen."""
    while any(_advance(stack_set, call) for stack_set in records.busy()):
        pass


def install() -> None:
    """Go on before each request."""
    ongoing.before_each_request(go_on)


def _advance(stack_set: StackSet, call: Call | None) -> bool:
    """Do what is due in a set; True when something was. Nothing is due while another request is at work on it."""
    watched = administration.is_about(call, stack_set)
    if stack_set.at_work or (watched and call is not None and call.operation == "StopStackSetOperation"):
        return False
    due = [operation for operation in stack_set.running() if operation.seen or not watched]
    stack_set.at_work = True
    try:
        for operation in due:
            _carry_out(stack_set, operation)
    finally:
        stack_set.at_work = False
    return _begin_queued(stack_set) or bool(due)


def _begin_queued(stack_set: StackSet) -> bool:
    """Begin, in the order of the requests, with what conflicts with nothing before it; True when something began or fell away."""
    if stack_set.running() or stack_set.at_work:
        return False
    begun: list[Operation] = []
    fallen = False
    for operation in list(stack_set.queue):
        if any(other.status in {"FAILED", "STOPPED"} for other in operation.after):
            operation.end("FAILED", "A stack set that this one depends on was not deployed successfully")
            fallen = True
        elif any(other.ended is None for other in operation.after) or any(map(operation.conflicts_with, begun)):
            break
        else:
            _begin(stack_set, operation)
            begun.append(operation)
            if not stack_set.managed_execution:
                break
    _forget_ended(stack_set)
    return bool(begun) or fallen


def _begin(stack_set: StackSet, operation: Operation) -> None:
    operation.status = "RUNNING"
    instances = operation.prepare()
    for instance in instances:
        instance.operation = operation
        operation.results[instance.target] = Result(instance.account, instance.region, instance.unit_id)
        _enter(operation, instance, "PENDING")
    regions = dict.fromkeys(instance.region for instance in instances)
    order = [region for region in operation.preferences.get("RegionOrder", ()) if region in regions]
    for region in dict.fromkeys([*order, *regions]):
        waiting = deque(instance for instance in instances if instance.region == region)
        operation.courses[region] = Course(len(waiting), waiting)
    _begin_batches(operation)


def _carry_out(stack_set: StackSet, operation: Operation) -> None:
    """Bring an operation to its end."""
    while any(course.begun for course in operation.courses.values()):
        for course in operation.courses.values():
            while course.begun:
                course.failures += not _succeeds(stack_set, operation, course.begun.popleft())
        _begin_batches(operation)
    if operation.status == "STOPPING":
        operation.end("STOPPED")
    elif any(_exceeded(operation, course) for course in operation.courses.values()):
        reason = f"{operation.failures} stack instance(s) failed: the failure tolerance has been exceeded"
        operation.end("FAILED", reason)
    else:
        operation.end("SUCCEEDED")
    _forget_ended(stack_set)


def _begin_batches(operation: Operation) -> None:
    """Begin with the next accounts of each region, or of the first that is not done; cancel the rest of what failed too often."""
    parallel = operation.preferences.get("RegionConcurrencyType") == "PARALLEL"
    stopped = False
    for course in operation.courses.values():
        stopped = _exceeded(operation, course) or (stopped and not parallel)
        if stopped:
            _cancel(operation, course, EXCEEDED)
        for _ in range(min(_concurrency(operation, course), len(course.waiting))):
            course.begun.append(course.waiting.popleft())
            _enter(operation, course.begun[-1], "RUNNING")
        if course.begun and not parallel:
            return


def _succeeds(stack_set: StackSet, operation: Operation, instance: StackInstance) -> bool:
    """Do the work for one instance, and note how it ended; False when it failed."""
    if operation.work.within_account and targeting.is_suspended(instance.account):
        _enter(operation, instance, "SUCCEEDED", f"Account {instance.account} is suspended")
        instance.enter("OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT", f"Account {instance.account} is suspended")
        return True
    try:
        operation.work.perform(stack_set, instance)
    except InstanceFailed as failure:
        _enter(operation, instance, "FAILED", str(failure))
        return False
    _enter(operation, instance, "SUCCEEDED")
    return True


def _enter(operation: Operation, instance: StackInstance, status: str, reason: str | None = None) -> None:
    """Note how far the operation is with an instance."""
    result = operation.results[instance.target]
    result.status, result.reason = status, reason
    if operation.work.failed is None:
        return
    if status == "FAILED":
        instance.enter(*operation.work.failed, reason)
    else:
        instance.enter("CURRENT" if status == "SUCCEEDED" else "OUTDATED", status, reason)


def _cancel(operation: Operation, course: Course, reason: str) -> None:
    while course.waiting:
        _enter(operation, course.waiting.popleft(), "CANCELLED", reason)


def _forget_ended(stack_set: StackSet) -> None:
    stack_set.queue[:] = [operation for operation in stack_set.queue if operation.ended is None]
    records.note_queue(stack_set)


def _exceeded(operation: Operation, course: Course) -> bool:
    return course.failures > _tolerance(operation, course)


def _tolerance(operation: Operation, course: Course) -> int:
    """How many accounts of a region may fail; percentages are rounded down."""
    preferences = operation.preferences
    if "FailureTolerancePercentage" in preferences:
        return course.size * int(preferences["FailureTolerancePercentage"]) // 100
    return int(preferences.get("FailureToleranceCount", 0))


def _concurrency(operation: Operation, course: Course) -> int:
    """How many accounts of a region are worked on at once; strict tolerance takes no more than may still fail, and one.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/concurrency-mode.html
    """
    preferences = operation.preferences
    if "MaxConcurrentPercentage" in preferences:
        wanted = max(1, course.size * int(preferences["MaxConcurrentPercentage"]) // 100)
    else:
        wanted = int(preferences.get("MaxConcurrentCount", 1))
    if preferences.get("ConcurrencyMode") == "SOFT_FAILURE_TOLERANCE":
        return wanted
    return min(wanted, _tolerance(operation, course) + 1 - course.failures)
