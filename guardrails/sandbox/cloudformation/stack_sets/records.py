"""What the sandbox remembers of stack sets: the set, its instances, its operations.

Time passes when somebody looks. An operation's work is done within the request that asks for it; the first look at the set's
operations or instances still shows it RUNNING (or QUEUED behind another), later ones show how it ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving import lifecycle

Target = tuple[str, str]
"""(account, region)"""


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended for one account and region: SUCCEEDED, FAILED or CANCELLED, with the reason."""

    account: str
    region: str
    unit_id: str
    status: str
    reason: str | None = None


@dataclass(slots=True, eq=False)
class Operation:
    """One operation on a stack set; `status` is how it ended, which is shown once `looks_left` is used up."""

    id: str
    action: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "SUCCEEDED"
    results: list[Result] = field(default_factory=list)
    looks_left: int = 1

    @property
    def under_way(self) -> bool:
        """Whether it has not been seen to its end yet."""
        return self.looks_left > 0

    @property
    def failures(self) -> int:
        """The number of instances for which it failed."""
        return sum(result.status == "FAILED" for result in self.results)


@dataclass(slots=True, eq=False)
class StackInstance:
    """A set's stack in one account and region; `unit_id` is the target OU it came with. `gone` once an operation has removed it."""

    account: str
    region: str
    unit_id: str
    overrides: dict[str, str] = field(default_factory=dict)
    stack: Stack | None = None
    status: str = "OUTDATED"
    detailed_status: str = "PENDING"
    reason: str | None = None
    operation: Operation | None = None
    gone: bool = False

    def end(self, status: str, detailed_status: str, reason: str | None = None) -> None:
        """Note how an operation ended for the instance."""
        self.status, self.detailed_status, self.reason = status, detailed_status, reason


@dataclass(slots=True, eq=False)
class StackSet:
    """A service-managed stack set; `targets` are the OUs it deploys to by itself, each with its regions."""

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
    status: str = "ACTIVE"
    instances: dict[Target, StackInstance] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    unit_ids: list[str] = field(default_factory=list)

    def running(self) -> Operation | None:
        """The oldest operation that has not been seen to its end."""
        return next((operation for operation in self.operations.values() if operation.under_way), None)

    def shown_status(self, operation: Operation) -> str:
        """QUEUED, RUNNING, or how the operation ended."""
        if not operation.under_way:
            return operation.status
        return "RUNNING" if operation is self.running() else "QUEUED"

    def tick(self) -> None:
        """Let time pass: the running operation comes nearer to its end, and what it removed disappears."""
        running = self.running()
        if running is not None:
            running.looks_left -= 1
        for key, instance in list(self.instances.items()):
            if instance.gone and not (instance.operation and instance.operation.under_way):
                del self.instances[key]

    def living(self) -> Iterator[StackInstance]:
        """The instances that no operation has removed."""
        return (instance for instance in self.instances.values() if not instance.gone)


_SETS: Final[dict[tuple[str, str], dict[str, StackSet]]] = lifecycle.forgotten_on_reset({})


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


def new_operation_id() -> str:
    """An operation's id, where the caller gives none."""
    return str(mock_random.uuid4())
