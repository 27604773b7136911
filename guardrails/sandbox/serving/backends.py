"""moto's store of an account, found in constant time: moto lists every account that a service has, on every look."""

from collections.abc import Callable
from typing import Any, Final

from moto.core.base_backend import BackendDict

_MOTOS: Final[Callable[[Any, str], None]] = BackendDict._create_account_specific_backend


def create_account_specific_backend(backends: Any, account_id: str) -> None:
    """Make a service's store for an account, unless there is one."""
    if not dict.__contains__(backends, account_id):
        _MOTOS(backends, account_id)


def install() -> None:
    """Put it in the place of moto's."""
    BackendDict._create_account_specific_backend = create_account_specific_backend  # type: ignore[assignment, method-assign]
