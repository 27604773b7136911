"""What happens when the sandbox is reset or ends: every module that keeps state of its own empties it here."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from moto.core.base_backend import BackendDict

Key = TypeVar("Key")
Value = TypeVar("Value")

_ON_RESET: Final[list[Callable[[], None]]] = []
_ON_END: Final[list[Callable[[], None]]] = []


class ResetMeanwhile(Exception):
    """The sandbox was reset while a request had given its turn away: what the request was about is gone."""


def on_reset(callback: Callable[[], None]) -> None:
    """Call `callback` at every reset, after moto's own state is gone and before the seed is laid."""
    _ON_RESET.append(callback)


def on_end(callback: Callable[[], None]) -> None:
    """Call `callback` when the sandbox ends."""
    _ON_END.append(callback)


def forgotten_on_reset(mapping: dict[Key, Value]) -> dict[Key, Value]:
    """Return `mapping`, which every reset empties."""
    on_reset(mapping.clear)
    return mapping


def reset() -> None:
    """Forget everything in every account: moto's state and ours."""
    from moto.organizations.models import organizations_backends

    instances: list[BackendDict[Any]] = BackendDict._instances  # type: ignore[misc]
    while instances:
        # A store may ask for another's while it is reset (Security Hub's asks for Organizations'): that one's turn comes again.
        stores = instances.pop()
        for store in list(stores.values()):
            store.reset()
        stores.clear()
    organizations_backends.master_accounts.clear()
    for callback in _ON_RESET:
        callback()


def end() -> None:
    """Leave nothing running."""
    for callback in _ON_END:
        callback()
