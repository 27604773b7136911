"""The faults that are in force now; a reset clears them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from guardrails.sandbox.faults.rules import Fault
from guardrails.sandbox.serving import lifecycle


@dataclass
class Standing:
    """The faults in force, in the order in which they were asked for; `crashed` when nothing is answered any more."""

    faults: list[Fault] = field(default_factory=list)
    crashed: bool = False

    def clear(self) -> None:
        """Let everything go right again."""
        self.faults.clear()
        self.crashed = False

    def striking(self, kinds: frozenset[str], call: str, account: str, region: str) -> Iterator[Fault]:
        """The faults of these kinds that strike a call; asked once for each call, because asking counts."""
        for fault in self.faults:
            if fault.kind in kinds and fault.strikes(call, account, region):
                yield fault


STANDING: Final = Standing()
lifecycle.on_reset(STANDING.clear)


def instance_failure(stack_set: str, account: str, region: str) -> str | None:
    """Why the work on a stack instance is to fail; None when it is not."""
    for fault in STANDING.striking(frozenset({"stack-instance"}), stack_set, account, region):
        return fault.reason or "Internal Failure"
    return None
