"""Where the sandbox answers: known once its server is bound, and needed by what calls it back."""

from typing import Final

_ADDRESSES: Final[list[str]] = []


def announce(url: str) -> None:
    """Note the address of the server that has just been bound."""
    _ADDRESSES.append(url)


def current() -> str:
    """The address of the server bound last, as `http://127.0.0.1:PORT`."""
    return _ADDRESSES[-1]
