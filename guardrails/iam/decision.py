"""The answer about a request, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["allowed", "explicitDeny", "implicitDeny"]
"""The three decisions, as the IAM policy simulator spells them."""


@dataclass(frozen=True, order=True, slots=True)
class Reason:
    """Why: at which level of the organization, by which policy and statement; each "" where it says nothing.

    `policy_type` is the kind of policy ("service control policy"), `places` where the statement was written ("file:line"), and
    `conditions` are its conditions in words, with the values of the request.
    """

    level: str
    policy: str = ""
    statement: str = ""
    text: str = ""
    policy_type: str = ""
    places: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = " / ".join(part for part in (self.level, self.policy, self.statement) if part)
        place = f" ({', '.join(self.places)})" if self.places else ""
        return f"{where}{place}: {self.text}" if where else self.text


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request.

    `depends` are the keys (in lower case) that were not given and that the answer hangs on; once they are given, it may hang on
    others that their values bring up. `denied_anyway` says that it is denied, explicitly or implicitly, whatever they turn out to be.
    `assumed` are the policies that were not known and were taken to allow, where an "allowed" rests on them.
    """

    outcome: Outcome
    why: Callable[[], tuple[Reason, ...]] = field(repr=False, compare=False)
    depends: frozenset[str] = frozenset()
    assumed: tuple[str, ...] = ()
    denied_anyway: bool = False

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What decided: each statement that denies; what does not allow; else each statement that allows."""
        return self.why()
