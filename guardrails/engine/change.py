"""What happens to one object: the word, the symbol, and what stood before and stands after."""

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

    @property
    def lets_go(self) -> bool:
        """Whether it changes an object so that it denies less than before."""
        return self.before is not None and self.after is not None and self.before.resource.denies_beyond(self.after)

    @property
    def only_binds(self) -> bool:
        """Whether it changes an object so that it denies more than before, and nothing less."""
        if self.before is None or self.after is None or self.lets_go:
            return False
        return self.after.denies_beyond(self.before.resource)
