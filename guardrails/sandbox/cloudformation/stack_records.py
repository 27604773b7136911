"""What the sandbox remembers of stacks: the stack, its resources and its events, per account and region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation.resource_types import Resource
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.refusals import Refusal


@dataclass(slots=True)
class StackResource:
    """One resource of a stack: `live` is None until it exists; `properties` are those it was last deployed with."""

    logical_id: str
    type: str
    declaration: Mapping[str, Any]
    live: Resource | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    status: str = "CREATE_IN_PROGRESS"
    reason: str | None = None
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def physical_id(self) -> str | None:
        """What `Ref` gives, once it exists."""
        return self.live.physical_id if self.live else None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a stack's history, as DescribeStackEvents shows it."""

    id: str
    logical_id: str
    physical_id: str | None
    type: str
    status: str
    reason: str | None
    time: datetime
    operation: "Operation | None" = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a stack; `token` is the caller's ClientRequestToken."""

    type: str
    id: str
    token: str | None


_OPERATION_TYPES: Final = {
    "CREATE_IN_PROGRESS": "CREATE_STACK",
    "UPDATE_IN_PROGRESS": "UPDATE_STACK",
    "DELETE_IN_PROGRESS": "DELETE_STACK",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK",
    "UPDATE_ROLLBACK_IN_PROGRESS": "ROLLBACK",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What an update did to one resource: `old` is None for a resource that is new, `made` is False for a change in place."""

    old: StackResource | None
    new: StackResource
    made: bool


@dataclass(slots=True)
class Unfinished:
    """An update that has not come to its end: what the stack was before it, what was done so far, what is to be cleaned up.

    `policy` is the stack policy that holds, `actual` the resources that are not what the stack made them, as they really are.
    """

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    fetched: dict[str, str]
    resources: dict[str, StackResource]
    done: list[Change] = field(default_factory=list)
    cleanup: list[StackResource] = field(default_factory=list)
    policy: str | None = None
    actual: Mapping[str, StackResource] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Stack:
    """A stack. Its work is done within the request that asks for it; the first look shows it in progress, the next shows it done.

    `looks_left` counts the looks that still show `progress_status` in place of `status`; `events_before` is what they show of the history.
    `fetched` are the values that stand for parameters in Parameter Store; `exports` are names of exports with the names of their outputs.
    """

    id: str
    name: str
    account: str
    region: str
    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    capabilities: list[str]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "CREATE_IN_PROGRESS"
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    termination_protection: bool = False
    on_failure: str = "ROLLBACK"
    retain_except_on_create: bool = False
    notification_arns: list[str] = field(default_factory=list)
    role_arn: str | None = None
    timeout_in_minutes: int | None = None
    resources: dict[str, StackResource] = field(default_factory=dict)
    fetched: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    unfinished: Unfinished | None = None
    change_set_id: str | None = None
    policy: str | None = None
    deletion_mode: str | None = None
    operations: list[Operation] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    looks_left: int = 0
    progress_status: str = ""
    events_before: int = 0

    def note(self, resource: StackResource, status: str, reason: str | None = None) -> None:
        """Put a resource into a status, with an event."""
        resource.status, resource.reason, resource.changed = status, reason, datetime.now(UTC)
        self._event(resource.logical_id, resource.physical_id, resource.type, status, reason)

    def enter(self, status: str, reason: str | None = None) -> None:
        """Put the stack itself into a status, with an event."""
        self.status, self.reason = status, reason
        self._event(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)

    def start(self, status: str, token: str | None = None, *, kind: str | None = None) -> Operation:
        """Start an operation; its events bear its id and its token."""
        operation = Operation(kind or _OPERATION_TYPES[status], str(mock_random.uuid4()), token)
        self.operations.append(operation)
        self.enter(status, "User Initiated")
        return operation

    def repeated(self, token: str | None, kind: str) -> Operation | None:
        """The operation that a request with a token has started already.

        Raises:
            Refusal: the token belongs to an operation of another type.
        """
        earlier = next((one for one in self.operations if token and one.token == token), None)
        if earlier and earlier.type != kind:
            raise Refusal("TokenAlreadyExistsException", f"Token {token} already exists for a {earlier.type} operation")
        return earlier

    def begin(self, status: str, token: str | None = None, *, kind: str | None = None) -> Operation:
        """Start an operation, which the next look will show as going on."""
        operation = self.start(status, token, kind=kind)
        self.progress_status, self.looks_left, self.events_before = status, 1, len(self.events)
        return operation

    def look(self) -> str:
        """The status that a look shows; looking moves the clock."""
        if self.looks_left:
            self.looks_left -= 1
            return self.progress_status
        return self.status

    @property
    def under_way(self) -> bool:
        """Whether the last operation has not been seen to its end yet."""
        return self.looks_left > 0

    @property
    def shown_status(self) -> str:
        """The status, without moving the clock."""
        return self.progress_status if self.looks_left else self.status

    def _event(self, logical_id: str, physical_id: str | None, kind: str, status: str, reason: str | None) -> None:
        event_id = f"{logical_id}-{status}-{mock_random.uuid4()}"
        operation = self.operations[-1] if self.operations else None
        self.events.append(Event(event_id, logical_id, physical_id, kind, status, reason, datetime.now(UTC), operation))


_STACKS: Final[dict[tuple[str, str], dict[str, Stack]]] = lifecycle.forgotten_on_reset({})


def keep(stack: Stack) -> None:
    """Remember a stack; deleted ones are kept, as AWS keeps them for ninety days."""
    _STACKS.setdefault((stack.account, stack.region), {})[stack.id] = stack


def stacks(account: str, region: str) -> Iterator[Stack]:
    """Every stack of an account and region in the order of creation, deleted ones included."""
    yield from _STACKS.get((account, region), {}).values()


def find(account: str, region: str, name_or_id: str) -> Stack | None:
    """A stack by its id, or by its name unless it is deleted."""
    of_region = _STACKS.get((account, region), {})
    if name_or_id in of_region:
        return of_region[name_or_id]
    named = (stack for stack in of_region.values() if stack.name == name_or_id and exists(stack))
    return next(named, None)


def exists(stack: Stack) -> bool:
    """Whether a stack still holds its name."""
    return stack.shown_status != "DELETE_COMPLETE"


def exporter(account: str, region: str, name: str) -> Stack | None:
    """The stack that exports a value under a name."""
    return next((stack for stack in stacks(account, region) if name in stack.exports and exists(stack)), None)


def exported(stack: Stack, name: str) -> str:
    """The value that a stack exports under a name."""
    return stack.outputs[stack.exports[name]]


def new_id(name: str, account: str, region: str) -> str:
    """A stack's ARN."""
    return f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{mock_random.uuid4()}"
