"""Nothing leaves this machine: the sandbox's process refuses to look up or to reach anything but the loopback interface.

Plain moto would: it posts to the HTTP subscribers of a topic, for example. Processes that are forked from this one, in which Lambda
functions run, are held to the same.
"""

import sys
from ipaddress import ip_address
from typing import Any, Final

NAMES: Final = frozenset({"", "localhost"})


def refuse_to_call_out(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's audit events `socket.connect` and `socket.getaddrinfo`, heard: sockets of files stay free.

    Raises:
        ConnectionRefusedError: an address that is not the loopback's.
    """
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _check(arguments[1][0])
    elif event == "socket.getaddrinfo":
        _check(arguments[0])


def stay_inside() -> None:
    """Refuse from now on, for as long as this process lives."""
    sys.addaudithook(refuse_to_call_out)


def _check(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name not in NAMES and not _is_loopback(name):
        raise ConnectionRefusedError(f"The sandbox never calls out: {name} is not on this machine.")


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
