"""Desired and observed -> changes, in the order in which they can be made, with a digest that ties review to apply.

An object that is wanted and absent is created (+); wanted, present and different: updated (~); wanted, present and not ours yet:
adopted (=); ours and wanted no longer: deleted (-), or released (») where its type says so. What is neither is only reported.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.observe import Observation
from guardrails.engine.order import ordered
from guardrails.engine.resource import (
    Address,
    BlindSpot,
    Directory,
    Live,
    ObjectType,
    Resource,
    ResourceType,
    addresses_in,
)
from guardrails.engine.unseen import Unseen, is_nameless, unseen_in
from guardrails.errors import ConfigError, Problem


@dataclass(frozen=True)
class Plan:
    """Everything that differs between the declared and the live organization: an ordered tuple of changes, and what was not seen.

    `unmanaged` are live objects and settings that are not declared, and not ours to delete; `strangers` what was seen of them. `caveats`
    are sentences that the reviewer should know. `subject` is the id of what the plan is about, so that it is never mistaken for a plan
    of something else.
    `deep` says that it also holds what differs beneath the definitions.
    """

    changes: tuple[Change, ...]
    blind: tuple[BlindSpot, ...] = ()
    unmanaged: tuple[Address, ...] = ()
    caveats: tuple[str, ...] = ()
    subject: str = ""
    deep: bool = False
    strangers: tuple[Live[Any], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked about could be seen."""
        return not self.blind

    def count(self, action: Action) -> int:
        """How many changes are of this action."""
        return sum(change.action is action for change in self.changes)

    @cached_property
    def digest(self) -> str:
        """A SHA-256 over every change with its observed ids and values: two plans with one digest do the same to the same."""
        facts = [
            [
                c.action.value,
                str(c.address),
                dict(c.before.attributes) if c.before else None,
                [[d.property, plain(d.live), plain(d.desired)] for d in c.differences],
            ]
            for c in self.changes
        ]
        blind = [[spot.type, spot.account, spot.region] for spot in self.blind]
        return hashlib.sha256(
            json.dumps([self.subject, facts, blind], sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()


def plain(value: Any) -> Any:
    """A property value as JSON can say it: addresses as text, absent as null."""
    if value is ABSENT:
        return None
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    return value


def diff(
    types: Mapping[str, ResourceType[Any]],
    desired: Collection[Resource],
    observed: Observation,
    names: Directory,
    *,
    exclusive: Collection[str] = (),
    caveats: Iterable[str] = (),
    subject: str = "",
) -> Plan:
    """The plan that would make the live organization what is declared; `exclusive` names untagged types to delete when undeclared.

    Of what could not be seen nothing is said, nor of the properties that name it: those of an account whose OU is out of sight.

    Raises: ConfigError, when a resource depends on something that is neither declared nor live.
    """
    resolved = {resource.address: names.resolve(resource) for resource in desired}
    _check_references(resolved, observed, names)
    unseen = unseen_in(types, resolved, observed)
    changes: dict[Address, Change] = {}
    for address, want in resolved.items():
        if not unseen(address) and (change := _wanted(types[address.type], want, observed.live.get(address), unseen)):
            changes[address] = change
    unmanaged = []
    for address, live in observed.live.items():
        if address in resolved:
            continue
        if change := _unwanted(types[address.type], live, exclusive, unseen):
            changes[address] = change
        else:
            unmanaged.append(address)
    strangers = tuple(observed.live[address] for address in sorted(unmanaged))
    addresses = tuple(live.resource.address for live in strangers)
    return Plan(tuple(ordered(changes)), observed.blind, addresses, tuple(caveats), subject, observed.deep, strangers)


def _wanted(kind: ResourceType[Any], want: Resource, live: Live[Any] | None, unseen: Unseen) -> Change | None:
    if live is None:
        differences = tuple(
            Difference(name, ABSENT, value) for name, value in want.properties().items() if value is not None
        )
        return Change(Action.CREATE, want.address, None, want, differences)
    differences = (*_differences(live.resource, want, unseen), *live.drift)
    foreign = isinstance(kind, ObjectType) and kind.tagged and not live.managed
    if not differences and not foreign:
        return None
    return Change(Action.ADOPT if foreign else Action.UPDATE, want.address, live, want, differences)


def _unwanted(kind: ResourceType[Any], live: Live[Any], exclusive: Collection[str], unseen: Unseen) -> Change | None:
    if not isinstance(kind, ObjectType):
        return None
    ours = live.managed if kind.tagged else kind.name in exclusive
    if not ours or is_nameless(kind, live.resource, unseen):
        return None
    return Change(Action(kind.removal), live.resource.address, live, None, ())


def _differences(live: Resource, want: Resource, unseen: Unseen) -> Iterator[Difference]:
    have = live.properties()
    for name, value in want.properties().items():
        if value is not None and not any(map(unseen, addresses_in([have[name], value]))):
            yield from compare(name, have[name], value)


def compare(path: str, live: Any, desired: Any) -> Iterator[Difference]:
    """The differences between two property values, as deep as both sides have the same shape."""
    if (live is ABSENT) is (desired is ABSENT) and plain(live) == plain(desired):
        return
    if isinstance(live, Mapping) and isinstance(desired, Mapping):
        for key in sorted({*live, *desired}, key=str):
            yield from compare(f"{path}.{key}", live.get(key, ABSENT), desired.get(key, ABSENT))
        return
    if (left := _keyed(live)) is not None and (right := _keyed(desired)) is not None:
        if left.keys() == right.keys() and list(left) != list(right):
            yield Difference(f"{path} (order)", list(left), list(right))
        for key in [*left, *(key for key in right if key not in left)]:
            yield from compare(f"{path}[{key}]", left.get(key, ABSENT), right.get(key, ABSENT))
        return
    yield Difference(path, live, desired)


def _keyed(value: Any) -> dict[str, Any] | None:
    """A list of mappings by what names them (Sid, Key, Name, Id), when every item has a different name."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(item, Mapping) for item in value):
        return None
    for key in ("Sid", "Key", "Name", "Id", "id", "name"):
        named = {str(item[key]): item for item in value if key in item}
        if len(named) == len(value):
            return named
    return None


def _check_references(resolved: Mapping[Address, Resource], observed: Observation, names: Directory) -> None:
    blind_types = {spot.type for spot in observed.blind}
    problems = [
        Problem("", 0, 0, f"{address} depends on {target}, which is neither declared nor live")
        for address, want in resolved.items()
        for target in want.references()
        if target not in resolved
        and target not in observed.live
        and names.get(target) is None
        and target.type not in blind_types
    ]
    if problems:
        raise ConfigError(problems)
