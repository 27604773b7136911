"""What was done, by whom, when: one JSON object a line, appended and never read back to decide anything."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guardrails.engine.plan import Plan, plain
from guardrails.engine.run import Outcome
from guardrails.errors import LockHeld


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """Appends to one file; each line is flushed before the next thing is done."""

    def __init__(self, file: Path, caller: str, plan: Plan, now: Callable[[], datetime] = _utc_now) -> None:
        self._file, self._caller, self._digest, self._now = file, caller, plan.digest, now
        file.parent.mkdir(parents=True, exist_ok=True)

    def begin(self, changes: int) -> None:
        """Record that an apply of so many changes begins."""
        self._append({"event": "begin", "changes": changes})

    def record(self, outcome: Outcome) -> None:
        """Record what became of one change, with the differences it was to mend."""
        change = outcome.change
        self._append(
            {
                "event": "change",
                "address": str(change.address),
                "action": change.action.value,
                "differences": {
                    d.property: {"live": plain(d.live), "desired": plain(d.desired)} for d in change.differences
                },
                "result": outcome.result.value,
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 3),
            }
        )

    def end(self, result: str) -> None:
        """Record that the apply ended, and how: "done", "in part", or "cut off" (interrupted, or by an unforeseen error)."""
        self._append({"event": "end", "result": result})

    def _append(self, what: dict[str, Any]) -> None:
        line = {
            "time": self._now().isoformat(timespec="milliseconds"),
            "caller": self._caller,
            "plan": self._digest,
            **what,
        }
        with self._file.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line, ensure_ascii=False) + "\n")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of this working directory while the block runs, so that two applies never interleave.

    Raises: LockHeld.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(f"another apply is under way here (it holds {file}): wait for it to end") from None
        yield
