"""Work that goes on after the request that asked for it was answered.

There are no threads and no clock: what is left to do is done before the next request is answered, so that nobody ever
sees less than was promised. A subject that has such work says here what it does before each request.
"""

from collections.abc import Callable
from typing import Final

from guardrails.sandbox.serving.calls import Call

GoOn = Callable[[Call | None], None]
"""Called with the request that is about to be answered; None when it is none to an operation of the sandbox's own services."""

_CALLBACKS: Final[list[GoOn]] = []


def before_each_request(callback: GoOn) -> None:
    """Call `callback` before every request is answered; registering twice is once."""
    if callback not in _CALLBACKS:
        _CALLBACKS.append(callback)


def go_on(call: Call | None) -> None:
    """Do what is left to do, in the order in which the subjects registered."""
    for callback in _CALLBACKS:
        callback(call)
