"""What one AWS object is: its address, its managed properties, and what it refers to before AWS has given it an id.

A property is JSON-shaped data, in which two more things may stand, both dependency edges (`Resource.references` finds them):

* an `Address`, where one object names another ("this policy is attached to that OU");
* the text of a `Ref`, alone or inside a longer string, where AWS will want a value that may not be known yet
  (an account id in an ARN). `Directory.resolve` puts the value in as soon as it is known.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, TypeVar
from urllib.parse import quote, unquote

from guardrails.engine.denying import Denying
from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer

OWNERSHIP_TAG: Final = "guardrails:managed"
OPENING, CLOSING = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
_TOKEN = re.compile(f"{OPENING}([^{OPENING}{CLOSING}]*){CLOSING}")


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """Where one AWS object lives and what we call it; known before the object exists.

    `type` is AWS's own type name, or "Guardrails::…" for what only an API knows. `name` is the natural key: a policy name,
    an OU path, a service principal. `account` is a logical account name, "" for the management account; `region` "" is global.
    """

    type: str
    name: str
    account: str = ""
    region: str = ""

    def __str__(self) -> str:
        place = "/".join(part for part in (self.account, self.region) if part)
        return f"{self.type} {self.name}{f' @ {place}' if place else ''}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of another resource that may be known only after apply; `str()` of it is a token to use inside any string."""

    address: Address
    attribute: str = "id"

    def __str__(self) -> str:
        a = self.address
        parts = (quote(part, safe=" :/") for part in (a.type, a.name, a.account, a.region, self.attribute))
        return f"{OPENING}{'|'.join(parts)}{CLOSING}"

    @classmethod
    def parse(cls, token: str) -> "Ref":
        """The reference that a token's inner text stands for."""
        *address, attribute = map(unquote, token.split("|"))
        return cls(Address(*address), attribute)


def refs_in(value: Any) -> Iterator[Ref]:
    """Every `Ref` whose token stands anywhere inside a JSON-shaped value."""
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            yield from map(Ref.parse, _TOKEN.findall(leaf))


def addresses_in(value: Any) -> Iterator[Address]:
    """Every address that a JSON-shaped value depends on: named outright, or through a `Ref`."""
    for leaf in _leaves(value):
        if isinstance(leaf, Address):
            yield leaf
        else:
            yield from (ref.address for ref in refs_in(leaf))


def _leaves(value: Any) -> Iterator[Any]:
    """Everything in a JSON-shaped value that holds nothing further: keys, texts, numbers, addresses."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key)
            yield from _leaves(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def substitute(value: Any, known: Callable[[Ref], str | None]) -> Any:
    """A copy of a JSON-shaped value in which the token of every `Ref` that `known` answers is replaced by its answer."""
    if isinstance(value, str):
        return _TOKEN.sub(lambda match: _replacement(match, known), value) if OPENING in value else value
    if isinstance(value, Mapping):
        return {substitute(key, known): substitute(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(substitute(item, known) for item in value)
    return value


def _replacement(match: re.Match[str], known: Callable[[Ref], str | None]) -> str:
    answer = known(Ref.parse(match[1]))
    return match[0] if answer is None else answer


IDENTITY_FIELDS: Final = frozenset({"name", "account", "region", "depends_on"})


@dataclass(frozen=True, kw_only=True)
class Resource(Denying):
    """One AWS object, desired or live, reduced to the properties that we manage.

    Subclasses are frozen, keyword-only dataclasses; every field they add is a managed property. A desired property that is `None`
    is not managed: whatever is live stands. Lists whose order means nothing are kept sorted. A field made with
    `field(metadata={"immutable": "declare what is live"})` cannot be changed once the object exists: a plan that would need to is
    refused, with these words of what a person can do. One made with `metadata={"managed": False}` only helps to observe or to put.
    """

    TYPE: ClassVar[str]

    name: str
    account: str = ""
    region: str = ""
    depends_on: frozenset[Address] = field(default=frozenset(), compare=False)

    @property
    def address(self) -> Address:
        """Where this object lives and what we call it."""
        return Address(self.TYPE, self.name, self.account, self.region)

    def properties(self) -> dict[str, Any]:
        """The managed properties, by name."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name not in IDENTITY_FIELDS and f.metadata.get("managed", True)
        }

    def immutable(self) -> dict[str, str]:
        """The properties that AWS cannot change on an existing object, by name, and what a person can do about each."""
        return {f.name: f.metadata["immutable"] for f in fields(self) if "immutable" in f.metadata}

    def succeeds(self, gone: "Resource") -> bool:
        """Whether this does from now on what an object did that goes: it goes only once this stands."""
        return False

    def references(self) -> frozenset[Address]:
        """The addresses that must exist before this object can: declared, named in a property, or inside a late value."""
        return (self.depends_on | frozenset(addresses_in(self.properties()))) - {self.address}


R = TypeVar("R", bound=Resource)


@dataclass(frozen=True)
class Live(Generic[R]):
    """One object as it really is: its properties in our words, its AWS ids, and whether it is ours.

    `attributes` are what other resources may ask of it through a `Ref`: always "id", often "arn". `managed` says that it carries
    our ownership tag; what cannot be tagged is owned by declaration. `drift` is what differs beside the properties: its name, or what a
    deeper look finds beneath the definition.
    """

    resource: R
    attributes: Mapping[str, str]
    managed: bool = False
    drift: tuple[Difference, ...] = ()


@dataclass(frozen=True, order=True, slots=True)
class BlindSpot:
    """A part of the live organization that could not be seen, which is never the same as "nothing there"."""

    type: str
    account: str
    region: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Caveat:
    """Something a reviewer should know that no change shows, as one sentence; a control yields it beside its resources."""

    sentence: str


class Directory:
    """Which AWS ids the addresses have, filled by observe and by apply; answers in both directions."""

    def __init__(self) -> None:
        self._attributes: dict[Address, Mapping[str, str]] = {}
        self._addresses: dict[tuple[str, str], Address] = {}

    def learn(self, address: Address, attributes: Mapping[str, str]) -> None:
        """Remember what AWS calls an object, adding to what was known of it."""
        self._attributes[address] = MappingProxyType(merged := {**self._attributes.get(address, {}), **attributes})
        if "id" in merged:
            self._addresses[address.type, merged["id"]] = address

    def get(self, address: Address, attribute: str = "id") -> str | None:
        """An attribute of an object, or None as long as it is not known."""
        return self._attributes.get(address, {}).get(attribute)

    def id(self, address: Address) -> str:
        """The AWS id of an object that must be known by now.

        Raises: KeyError, when it is not: apply ran before what it depends on, which is a defect.
        """
        return self._attributes[address]["id"]

    def address_of(self, type_name: str, physical_id: str) -> Address | None:
        """The address of the object of this type with this AWS id, or None when it is a stranger."""
        return self._addresses.get((type_name, physical_id))

    def of_type(self, type_name: str) -> list[Address]:
        """The addresses of this type that are known, sorted."""
        return sorted(address for address in list(self._attributes) if address.type == type_name)

    def known(self, ref: Ref) -> str | None:
        """The value of a reference, or None as long as it is not known."""
        return self.get(ref.address, ref.attribute)

    def resolve(self, resource: R) -> R:
        """The same resource with every known late value put in."""
        changed = {
            name: substituted
            for name, value in resource.properties().items()
            if (substituted := substitute(value, self.known)) != value
        }
        return replace(resource, **changed) if changed else resource


class ResourceType(ABC, Generic[R]):
    """How one kind of AWS *setting* is observed and put: something that always exists, and whose "off" is a value.

    `after` names the types that must be observed first, because this one translates their ids into addresses.
    `per_place` types are observed once per (account, region), by a reader bound to it; others in the management account's home region.
    """

    resource: ClassVar[type[Resource]]
    source: ClassVar[str]
    after: ClassVar[frozenset[str]] = frozenset()
    per_place: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The type name, as addresses bear it."""
        return self.resource.TYPE

    @abstractmethod
    def observe(self, aws: Reader, wanted: Sequence[R], names: Directory) -> Iterator[Live[R] | BlindSpot]:
        """What is live, in O(pages + objects) calls, wanted or not; a part that cannot be seen is a `BlindSpot`.

        `wanted` are the desired resources (of this place, for a per-place type): they say how to name what is found.
        An `AwsAccessDenied` that leaves this generator makes the whole type (in this place) one blind spot.
        """

    @abstractmethod
    def put(self, aws: Writer, want: R, live: Live[R] | None, names: Directory) -> Mapping[str, str]:
        """Make AWS hold `want`, by the fewest writes that mend the difference; returns the attributes ("id" among them).

        `live` is None when the object does not exist. A live object that is not ours is adopted: it gets the ownership tag.
        A put that was cut off half-way is repaired by the next put.
        """


class ObjectType(ResourceType[R]):
    """How one kind of AWS *object* is observed, put and deleted: something that comes and goes.

    `tagged` objects carry our ownership tag, and are deleted only when they do. Others are owned by declaration: absent from YAML
    means reported, and deleted only where exclusive. `removal` "release": what is dropped from YAML stays, and only loses our tag.
    """

    tagged: ClassVar[bool] = True
    removal: ClassVar[str] = "delete"

    @abstractmethod
    def delete(self, aws: Writer, live: Live[R], names: Directory) -> None:
        """Delete the object (or, for a type whose removal is "release", take our tag off it)."""


class DeepType(ResourceType[R]):
    """How one kind of AWS object is looked at beneath its definition: it made other things, which somebody may have changed.

    This takes operations that run for minutes, so it happens only when it is asked for.
    """

    @abstractmethod
    def look_deeper(self, aws: Reader, live: Live[R], names: Directory) -> Iterator[Difference | BlindSpot]:
        """What differs beneath the object's definition; a part that cannot be judged is a `BlindSpot`.

        The next `put` is given the same live object with these differences in `drift`, and mends them.
        """
