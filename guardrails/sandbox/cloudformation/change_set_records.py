"""What is remembered of change sets: what was asked, what it will change, and how far it is.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation.stack_changes import ResourceChange
from guardrails.sandbox.cloudformation.stack_records import Stack
from guardrails.sandbox.cloudformation.stack_updates import Desired
from guardrails.sandbox.serving import lifecycle


@dataclass(frozen=True, slots=True)
class Options:
    """What a change set gives the stack beside template, parameters and tags; None leaves what the stack has."""

    capabilities: list[str]
    notification_arns: list[str] | None
    role_arn: str | None
    on_stack_failure: str | None
    description: str | None
    token: str | None
    nested_stacks: bool
    mode: str | None


@dataclass(slots=True, eq=False)
class ChangeSet:
    """A change set; the first look shows it being made, the next what it holds, or why it failed."""

    id: str
    name: str
    stack: Stack
    kind: str
    desired: Desired
    options: Options
    changes: tuple[ResourceChange, ...]
    failure: str | None
    execution: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    operation_id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    looks_left: int = 1

    def look(self) -> tuple[str, str]:
        """The status and execution status that a look shows; looking moves the clock."""
        seen = self.status, self.execution_status
        self.looks_left = max(0, self.looks_left - 1)
        return seen

    @property
    def drift_status(self) -> str | None:
        """The drift of the stack when the change set was made; None for one that is not drift-aware."""
        if self.options.mode is None:
            return None
        statuses = {change.actual.status for change in self.changes if change.actual}
        if statuses & {"MODIFIED", "DELETED"}:
            return "DRIFTED"
        return "UNKNOWN" if "UNKNOWN" in statuses else "IN_SYNC"

    @property
    def status(self) -> str:
        """The status, without moving the clock."""
        if self.looks_left:
            return "CREATE_IN_PROGRESS"
        return "FAILED" if self.failure else "CREATE_COMPLETE"

    @property
    def execution_status(self) -> str:
        """Whether it can be executed, or how its execution goes: in progress as long as its stack is."""
        if self.looks_left:
            return "UNAVAILABLE"
        executed = self.execution.startswith("EXECUTE_")
        return "EXECUTE_IN_PROGRESS" if executed and self.stack.under_way else self.execution


_CHANGE_SETS: Final[dict[str, dict[str, ChangeSet]]] = lifecycle.forgotten_on_reset({})
"""Stack id -> change set id -> change set."""


def keep(change_set: ChangeSet) -> None:
    """Remember a change set; one of the same name that has been executed gives way."""
    of_stack = _CHANGE_SETS.setdefault(change_set.stack.id, {})
    for namesake in [one for one in of_stack.values() if one.name == change_set.name]:
        del of_stack[namesake.id]
    of_stack[change_set.id] = change_set


def forget(change_set: ChangeSet) -> None:
    """Delete a change set."""
    _CHANGE_SETS.get(change_set.stack.id, {}).pop(change_set.id, None)


def forget_others(change_set: ChangeSet) -> None:
    """Delete the other change sets of the stack, as an execution does."""
    _CHANGE_SETS[change_set.stack.id] = {change_set.id: change_set}


def forget_all(stack: Stack) -> None:
    """Delete all change sets of a stack, as its deletion does."""
    _CHANGE_SETS.pop(stack.id, None)


def make_obsolete(stack: Stack) -> None:
    """Note that the stack has changed otherwise: what its change sets say is no longer true."""
    for change_set in of_stack(stack):
        if change_set.execution == "AVAILABLE":
            change_set.execution = "OBSOLETE"


def of_stack(stack: Stack) -> Iterator[ChangeSet]:
    """The change sets of a stack in the order of creation."""
    yield from _CHANGE_SETS.get(stack.id, {}).values()


def find(arn: str) -> ChangeSet | None:
    """A change set by its ARN."""
    return next((found[arn] for found in _CHANGE_SETS.values() if arn in found), None)


def new_id(name: str, stack: Stack) -> str:
    """A change set's ARN."""
    return f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet/{name}/{mock_random.uuid4()}"
