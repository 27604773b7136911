"""A plan -> outcomes: changes are made in dependency order, side by side where nothing forbids it.

A change that fails stops what depends on it and nothing else. Outcomes come as a stream, each as soon as it is known.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import Enum
from graphlib import TopologicalSorter
from typing import Any, Final

from guardrails.engine.change import Change
from guardrails.engine.order import dependencies, precedence
from guardrails.engine.plan import Plan
from guardrails.engine.port import Writer
from guardrails.engine.resource import Address, Directory, ObjectType, ResourceType, refs_in
from guardrails.errors import AwsError

WORKERS: Final = 8
THREADS: Final = "guardrails-apply"


class Result(Enum):
    """What became of one change."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: how long it took in seconds, and why it failed or was skipped."""

    change: Change
    result: Result
    seconds: float = 0.0
    reason: str = ""


def apply(
    types: Mapping[str, ResourceType[Any]],
    plan: Plan,
    aws: Writer,
    names: Directory,
    *,
    started: Callable[[Change], None] = lambda change: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Make every change of a plan, at most eight at a time; `started` is told of each as it begins.

    Once `stopped` says so it begins nothing new, lets what is under way finish, yields those outcomes, and ends; after an error
    that nobody foresaw the same, and then it raises that error. Interrupted, it leaves what is under way behind: its threads (whose
    names begin with THREADS) may run on.
    """
    changes = {change.address: change for change in plan.changes}
    needs = dependencies(changes)
    order = TopologicalSorter(precedence(changes, needs))
    order.prepare()
    failed: dict[Address, Address] = {}
    defect: BaseException | None = None
    threads, patient = ThreadPoolExecutor(WORKERS, thread_name_prefix=THREADS), True
    try:
        under_way: dict[Future[Outcome], Address] = {}
        while order.is_active() and (under_way or not (defect or stopped())):
            for address in () if defect or stopped() else order.get_ready():
                blocker = next((failed[needed] for needed in sorted(needs[address]) if needed in failed), None)
                if blocker is not None:
                    failed[address] = blocker
                    order.done(address)
                    yield Outcome(changes[address], Result.SKIPPED, reason=f"waits for {blocker}, which failed")
                    continue
                started(changes[address])
                under_way[threads.submit(_make, types[address.type], changes[address], aws, names)] = address
            for future in wait(under_way, return_when="FIRST_COMPLETED").done if under_way else ():
                address = under_way.pop(future)
                if (unforeseen := future.exception()) is not None:
                    defect = defect or unforeseen
                    continue
                outcome = future.result()
                if outcome.result is Result.FAILED:
                    failed[address] = address
                order.done(address)
                yield outcome
        if defect is not None:
            raise defect
    except (KeyboardInterrupt, GeneratorExit):
        patient = False
        raise
    finally:
        threads.shutdown(wait=patient, cancel_futures=True)


def _make(kind: ResourceType[Any], change: Change, aws: Writer, names: Directory) -> Outcome:
    begun = time.monotonic()
    place = aws.at(change.address.account, change.address.region)
    try:
        if change.after is not None:
            want = names.resolve(change.after)
            if unknown := next(refs_in(want.properties()), None):
                return Outcome(change, Result.FAILED, 0.0, f"{unknown.address} has no {unknown.attribute}")
            names.learn(change.address, kind.put(place, want, change.before, names))
        elif isinstance(kind, ObjectType) and change.before is not None:
            kind.delete(place, change.before, names)
    except AwsError as error:
        return Outcome(change, Result.FAILED, time.monotonic() - begun, str(error))
    return Outcome(change, Result.DONE, time.monotonic() - begun)
