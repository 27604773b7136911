"""Where a call meets the faults: refused before its work is done, or never answered after it was."""

from typing import Final

from guardrails.sandbox.faults import errors
from guardrails.sandbox.faults.rules import Fault
from guardrails.sandbox.faults.standing import STANDING
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

BEFORE: Final = frozenset({"throttling", "conflict", "server-error", "denied"})
AFTER: Final = frozenset({"lost-response", "crash"})


def before(call: Call) -> None:
    """Let a call pass to its work, or refuse it.

    Raises:
        Refusal: a fault strikes.
    """
    for fault in STANDING.striking(BEFORE, f"{call.service}:{call.operation}", call.account_id, call.region):
        refusal = _refusal(fault, call)
        if refusal is not None:
            raise refusal
        fault.struck -= 1  # the operation has no such error


def is_lost(call: Call) -> bool:
    """Whether the answer to a call whose work is done is lost; after a crash, every further one is."""
    name = f"{call.service}:{call.operation}"
    kinds = {fault.kind for fault in STANDING.striking(AFTER, name, call.account_id, call.region)}
    STANDING.crashed |= "crash" in kinds
    return bool(kinds)


def _refusal(fault: Fault, call: Call) -> Refusal | None:
    if fault.kind == "throttling":
        return errors.throttled(call, fault.reason)
    if fault.kind == "conflict":
        return errors.conflicting(call, fault.reason)
    if fault.kind == "server-error":
        return errors.failed(call, fault.reason)
    return errors.denied(call, fault.reason)
