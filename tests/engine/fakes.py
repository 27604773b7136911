"""A resource type of our own over a dictionary, and a port that touches nothing: what the engine's tests run on."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from guardrails.engine.observe import Observation
from guardrails.engine.plan import Plan, diff
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource, ResourceType
from guardrails.errors import AwsAccessDenied, AwsError

T = TypeVar("T")
THING = "Test::Thing"


@dataclass(frozen=True, kw_only=True)
class Thing(Resource):
    """An object with a value, things it needs, and a kind that cannot change."""

    TYPE = THING

    value: Any = None
    needs: tuple[Address, ...] = ()
    kind: str = field(default="plain", metadata={"immutable": "declare what is live"})
    hint: str = field(default="", compare=False, metadata={"managed": False})


@dataclass(frozen=True, kw_only=True)
class Switch(Resource):
    """A setting with a state."""

    TYPE = "Test::Switch"

    state: str | None = "on"


class Things(ObjectType[Thing]):
    """Things in a dictionary; those named in `failing` fail, and every begin and end is noted in `events`."""

    resource = Thing
    source = "https://docs.aws.amazon.com/"

    def __init__(self, live: Sequence[Live[Thing]] = (), failing: frozenset[str] = frozenset()) -> None:
        self.live = {item.resource.name: item for item in live}
        self.failing = failing
        self.events: list[tuple[str, str]] = []
        self.put_values: dict[str, Any] = {}
        self._lock = threading.Lock()

    def note(self, event: str, name: str) -> None:
        with self._lock:
            self.events.append((event, name))

    def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
        yield from self.live.values()

    def put(self, aws: Writer, want: Thing, live: Live[Thing] | None, names: Directory) -> Mapping[str, str]:
        self.note("begin", want.name)
        if want.name in self.failing:
            raise AwsError("test:put", "Broken", f"{want.name} cannot be made")
        self.put_values[want.name] = want.value
        self.note("end", want.name)
        return {"id": f"id-of-{want.name}"}

    def delete(self, aws: Writer, live: Live[Thing], names: Directory) -> None:
        self.note("begin", live.resource.name)
        if live.resource.name in self.failing:
            raise AwsError("test:delete", "Broken", f"{live.resource.name} cannot be deleted")
        self.note("end", live.resource.name)


class Switches(ResourceType[Switch]):
    """Settings: always there."""

    resource = Switch
    source = "https://docs.aws.amazon.com/"

    def observe(self, aws: Reader, wanted: Sequence[Switch], names: Directory) -> Iterator[Live[Switch] | BlindSpot]:
        yield from ()

    def put(self, aws: Writer, want: Switch, live: Live[Switch] | None, names: Directory) -> Mapping[str, str]:
        return {"id": want.name}


class ClosedThings(Things):
    """Things that nobody may see."""

    def observe(self, aws: Reader, wanted: Sequence[Thing], names: Directory) -> Iterator[Live[Thing] | BlindSpot]:
        yield from self.live.values()
        raise AwsAccessDenied("test:list_things", "AccessDenied", "no", account=aws.account, region=aws.region)


@dataclass(frozen=True)
class Nowhere:
    """A port bound to a place, behind which there is no AWS: every call is a failure of the test."""

    account: str = ""
    region: str = "eu-west-1"

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        return replace(self, account=self.account if account is None else account, region=region or self.region)

    def afresh(self) -> Self:
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        raise AssertionError(operation)

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        raise AssertionError(operation)

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        raise AssertionError(operation)

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        raise AssertionError(what)


def address(name: str) -> Address:
    return Address(THING, name)


def needing(name: str, *needs: str, value: Any = None) -> Thing:
    return Thing(name=name, value=value, needs=tuple(map(address, needs)))


def live(thing: Thing, *, managed: bool = True) -> Live[Thing]:
    return Live(thing, {"id": f"id-of-{thing.name}"}, managed)


def planned(
    desired: Collection[Any], seen: Collection[Live[Any]], *, things: type[Things] = Things, **more: Any
) -> Plan:
    types: Mapping[str, ResourceType[Any]] = {THING: things(), "Test::Switch": Switches()}
    observation = Observation({item.resource.address: item for item in seen}, more.pop("blind", ()))
    return diff(types, desired, observation, more.pop("names", Directory()), **more)


def actions(plan: Plan) -> list[str]:
    return [f"{change.action.symbol}{change.address.name}" for change in plan.changes]
