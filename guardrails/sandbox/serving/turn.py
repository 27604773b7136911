"""One request at a time: moto's backends are not made for threads.

A request that waits for another process, which itself calls the sandbox (a custom resource's function does), gives
its turn away meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

TURN: Final = Lock()
"""Held by the request that is being answered."""


@contextmanager
def given_away() -> Iterator[None]:
    """Let other requests be answered during the block. Only the request that holds the turn may use it."""
    TURN.release()
    try:
        yield
    finally:
        TURN.acquire()
