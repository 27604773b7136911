"""A fault: what it strikes, how often, and for how long.

| kind | what happens |
|---|---|
| `throttling` | the call is refused as too many, nothing is done |
| `conflict` | a writing call is refused because another change is under way, nothing is done |
| `server-error` | the call fails within the service, nothing is done |
| `denied` | the caller lacks the permission, nothing is done |
| `lost-response` | a writing call is done, and the connection closes without an answer |
| `crash` | the same, and nothing at all is answered afterwards until the faults are cleared |
| `stack-instance` | a stack set operation fails in an account and region |
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Final

KINDS: Final = ("throttling", "conflict", "server-error", "denied", "lost-response", "crash", "stack-instance")
READING: Final = ("BatchGet", "Describe", "Get", "Head", "List", "Lookup", "Search", "Simulate")
ON_WRITES: Final = frozenset({"conflict", "lost-response", "crash"})


class WrongFault(ValueError):
    """A fault that makes no sense; the message says why."""


@dataclass
class Fault:
    """One fault. `calls` is a pattern of `service:Operation` ("organizations:*", "*:Create*"); of stack instances, of the set's name.

    It strikes every `every`th of the calls that match, from the `first` on, with `probability`, `times` times at most (0: for ever).
    `seen` and `struck` count.
    """

    kind: str
    calls: str = "*"
    account: str = ""
    region: str = ""
    probability: float = 1.0
    every: int = 1
    first: int = 1
    times: int = 0
    seed: int = 0
    reason: str = ""
    seen: int = 0
    struck: int = 0
    _of_call: Counter[str] = field(default_factory=Counter, repr=False)

    @classmethod
    def from_mapping(cls, asked: Mapping[str, Any]) -> "Fault":
        """The fault that is asked for.

        Raises:
            WrongFault: it has an unknown member or kind, or a number out of range.
        """
        strange = set(asked) - set(_SETTINGS)
        if strange:
            raise WrongFault(f"A fault has no {min(strange)!r}; it has {', '.join(_SETTINGS)}.")
        fault = cls(**asked)
        if fault.kind not in KINDS:
            raise WrongFault(f"There is no fault {fault.kind!r}; there are {', '.join(KINDS)}.")
        if not 0 < fault.probability <= 1:
            raise WrongFault("A probability lies above 0 and is 1 at most.")
        if fault.every < 1 or fault.first < 1 or fault.times < 0:
            raise WrongFault("every and first are 1 or more, times 0 or more.")
        return fault

    def to_mapping(self) -> dict[str, Any]:
        """What was asked for, and how often it was met and struck."""
        return {name: getattr(self, name) for name in (*_SETTINGS, "seen", "struck")}

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return bool(self.times) and self.struck >= self.times

    def strikes(self, call: str, account: str, region: str) -> bool:
        """Whether it strikes this call ("organizations:CreatePolicy"); counts it when it matches."""
        if self.spent or not self._concerns(call, account, region):
            return False
        self.seen += 1
        self._of_call[call] += 1
        due = self.seen >= self.first and (self.seen - self.first) % self.every == 0
        if not due or self._roll(call) >= self.probability:
            return False
        self.struck += 1
        return True

    def _concerns(self, call: str, account: str, region: str) -> bool:
        if self.kind in ON_WRITES and call.partition(":")[2].startswith(READING):
            return False
        place = self.account in {"", account} and self.region in {"", region}
        return place and fnmatchcase(call.lower(), self.calls.lower())

    def _roll(self, call: str) -> float:
        """A number in [0, 1) that follows from the seed, the call and how often it was met, whatever happens in between."""
        return random.Random(f"{self.seed}|{call}|{self._of_call[call]}").random()  # noqa: S311 - no secret


_SETTINGS: Final = tuple(each.name for each in fields(Fault) if each.name not in {"seen", "struck", "_of_call"})
