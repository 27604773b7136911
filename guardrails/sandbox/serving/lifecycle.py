"""What happens when the sandbox is reset: every module that keeps state of its own empties it here."""

from collections.abc import Callable
from typing import Final, TypeVar

from moto.core.base_backend import BackendDict

Key = TypeVar("Key")
Value = TypeVar("Value")

_ON_RESET: Final[list[Callable[[], None]]] = []


def on_reset(callback: Callable[[], None]) -> None:
    """Call `callback` at every reset, after moto's own state is gone and before the seed is laid."""
    _ON_RESET.append(callback)


def forgotten_on_reset(mapping: dict[Key, Value]) -> dict[Key, Value]:
    """Return `mapping`, which every reset empties."""
    on_reset(mapping.clear)
    return mapping


def reset() -> None:
    """Forget everything in every account: moto's state and ours."""
    from moto.organizations.models import organizations_backends

    BackendDict.reset()
    organizations_backends.master_accounts.clear()
    for callback in _ON_RESET:
        callback()
