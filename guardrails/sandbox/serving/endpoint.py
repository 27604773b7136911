"""Where the sandbox answers: learnt from the requests that reach it, and needed by what calls it back."""

from collections.abc import Mapping
from typing import Any, Final

_ADDRESS: Final[dict[str, str]] = {}


def note(environ: Mapping[str, Any]) -> None:
    """Remember the address of the server that this request, whose turn it is, has reached."""
    _ADDRESS["now"] = f"http://{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"


def current() -> str:
    """The address of the server that is at work, as `http://127.0.0.1:PORT`."""
    return _ADDRESS["now"]
