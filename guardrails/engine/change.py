"""What happens to one object: the word, the symbol, and what stood before and stands after."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from guardrails.engine.difference import Difference
from guardrails.engine.resource import Address, Live, Resource


class Action(Enum):
    """What happens to one object; the value is the word that JSON shows, the symbol what a person sees."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    RELEASE = "release"

    @property
    def symbol(self) -> str:
        """One character: + ~ - = »."""
        return _SYMBOLS[self]


_SYMBOLS: Final = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.ADOPT: "=", Action.RELEASE: "»"}


@dataclass(frozen=True)
class Change:
    """One object that does not stand as declared, and what would be done about it."""

    action: Action
    address: Address
    before: Live[Any] | None
    after: Resource | None
    differences: tuple[Difference, ...]

    def lets_go(self, before: Collection[Resource], after: Collection[Resource]) -> bool:
        """Whether something it changes or takes away was denied, and is no longer, by all there is before and after; a new object never."""
        if self.before is None:
            return False
        return self.before.resource.denies_beyond(after) or (
            self.after is not None and self.after.allows_beyond(before)
        )

    def binds(self, before: Collection[Resource], after: Collection[Resource]) -> bool:
        """Whether it changes an object so that something is denied that was not, by all there is before and after."""
        if self.before is None or self.after is None:
            return False
        return self.after.denies_beyond(before) or self.before.resource.allows_beyond(after)

    @property
    def says_less(self) -> bool:
        """Whether the object no longer says something that it said, be it that another one does."""
        return self.before is not None and _says_beyond(self.before.resource, self.after)

    @property
    def says_more(self) -> bool:
        """Whether the object says something that it did not say, be it that another one did."""
        return self.after is not None and _says_beyond(self.after, self.before.resource if self.before else None)

    @property
    def newly_refers_to(self) -> frozenset[Address]:
        """What the object refers to after it and did not before."""
        kept = self.before.resource.references() if self.before is not None else frozenset[Address]()
        return self.after.references() - kept if self.after is not None else frozenset()


def _says_beyond(one: Resource, other: Resource | None) -> bool:
    others = () if other is None else (other,)
    return one.denies_beyond(others) or one.allows_beyond(others)
