"""What the sandbox remembers of stack sets: the set, its instances, its operations and how far each of them is."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving import lifecycle

Target = tuple[str, str]
"""(account, region)"""


@dataclass(slots=True, eq=False)
class StackInstance:
    """A set's stack in one account and region; `unit_id` is the target OU it came with, `operation` the last one that reached it."""

    account: str
    region: str
    unit_id: str
    overrides: dict[str, str] = field(default_factory=dict)
    stack: Stack | None = None
    status: str = "OUTDATED"
    detailed_status: str = "PENDING"
    reason: str | None = None
    operation: "Operation | None" = None

    @property
    def target(self) -> Target:
        """Where it is."""
        return self.account, self.region

    def enter(self, status: str, detailed_status: str, reason: str | None = None) -> None:
        """Note how far an operation is with the instance, or how it ended for it."""
        self.status, self.detailed_status, self.reason = status, detailed_status, reason


@dataclass(slots=True)
class Result:
    """How far an operation is in one account and region: PENDING, RUNNING, SUCCEEDED, FAILED or CANCELLED, with the reason."""

    account: str
    region: str
    unit_id: str
    status: str = "PENDING"
    reason: str | None = None


@dataclass(slots=True)
class Course:
    """How far an operation is in one region: the instances that it has begun with, those that wait, and how many failed."""

    size: int
    waiting: deque[StackInstance]
    begun: deque[StackInstance] = field(default_factory=deque)
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What an operation does to one instance: `perform`, and the instance's status and detailed status where that fails.

    Work that only looks (`failed` is None) leaves the status of the instance alone. A suspended account is passed over, unless
    nothing is done within the account anyway.
    """

    perform: "Callable[[StackSet, StackInstance], None]"
    failed: tuple[str, str] | None = ("OUTDATED", "FAILED")
    within_account: bool = True


@dataclass(slots=True, eq=False)
class Operation:
    """One operation on a stack set: QUEUED until it begins with the instances that `prepare` gives, then RUNNING, then how it ended.

    `seen` once somebody has been shown that it is running; the next request finds it ended. `reach` are the places that it works in,
    None for all of the set. `after` are operations of other sets that must have succeeded first.
    """

    id: str
    action: str
    asked: Mapping[str, Any]
    prepare: Callable[[], Sequence[StackInstance]]
    work: Work
    reach: frozenset[Target] | None = None
    after: "tuple[Operation, ...]" = ()
    status: str = "QUEUED"
    reason: str | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    seen: bool = False
    courses: dict[str, Course] = field(default_factory=dict)
    results: dict[Target, Result] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """The number of instances for which it failed."""
        return sum(result.status == "FAILED" for result in self.results.values())

    @property
    def preferences(self) -> Mapping[str, Any]:
        """The operation preferences that were asked for."""
        preferences: Mapping[str, Any] = self.asked.get("OperationPreferences") or {}
        return preferences

    def conflicts_with(self, other: "Operation") -> bool:
        """Whether both work in the same place, or one of them in the whole set."""
        return self.reach is None or other.reach is None or not self.reach.isdisjoint(other.reach)

    def end(self, status: str, reason: str | None = None) -> None:
        """Note how it ended."""
        self.status, self.reason, self.ended = status, reason, datetime.now(UTC)


@dataclass(slots=True, eq=False)
class StackSet:
    """A service-managed stack set; `targets` are the OUs it deploys to by itself, each with its regions.

    `queue` are the operations that have not ended, in the order in which they were asked for; `at_work` while a request carries
    one of them out.
    """

    id: str
    name: str
    arn: str
    template: Template
    parameters: dict[str, str]
    capabilities: list[str]
    tags: dict[str, str]
    description: str | None
    auto_deployment: dict[str, Any]
    managed_execution: bool
    asked: Mapping[str, Any]
    status: str = "ACTIVE"
    instances: dict[Target, StackInstance] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    queue: list[Operation] = field(default_factory=list)
    at_work: bool = False
    targets: dict[str, list[str]] = field(default_factory=dict)
    unit_ids: list[str] = field(default_factory=list)

    def running(self) -> list[Operation]:
        """The operations that have begun and not ended."""
        return [operation for operation in self.queue if operation.status != "QUEUED"]

    def note_seen(self) -> None:
        """Somebody has been shown what is running: time passes until the next request."""
        for operation in self.running():
            operation.seen = True


_SETS: Final[dict[tuple[str, str], dict[str, StackSet]]] = lifecycle.forgotten_on_reset({})
_BUSY: Final[dict[str, StackSet]] = lifecycle.forgotten_on_reset({})


def keep(account: str, region: str, stack_set: StackSet) -> None:
    """Remember a stack set; deleted ones are kept, as AWS lists them."""
    _SETS.setdefault((account, region), {})[stack_set.id] = stack_set


def stack_sets(account: str, region: str) -> Iterator[StackSet]:
    """Every stack set of an administrator account and region, oldest first, deleted ones included."""
    yield from _SETS.get((account, region), {}).values()


def every_stack_set() -> Iterator[StackSet]:
    """Every active stack set there is."""
    for of_region in _SETS.values():
        yield from (stack_set for stack_set in of_region.values() if stack_set.status == "ACTIVE")


def find(account: str, region: str, name_or_id: str) -> StackSet | None:
    """An active stack set by name or id."""
    return next(
        (
            one
            for one in stack_sets(account, region)
            if one.status == "ACTIVE" and name_or_id in {one.name, one.id, one.arn}
        ),
        None,
    )


def note_queue(stack_set: StackSet) -> None:
    """Remember whether the set has operations that have not ended."""
    if stack_set.queue:
        _BUSY[stack_set.id] = stack_set
    else:
        _BUSY.pop(stack_set.id, None)


def busy() -> list[StackSet]:
    """The sets with operations that have not ended."""
    return list(_BUSY.values())


def new_operation_id() -> str:
    """An operation's id, where the caller gives none."""
    return str(mock_random.uuid4())
