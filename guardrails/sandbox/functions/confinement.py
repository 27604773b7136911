"""What a function may not do: reach anything but the sandbox, or start another program, which could.

An audit hook sees every attempt, from whichever library, and cannot be taken away again. It keeps honest code from
going out to the network by mistake; it is no prison for hostile code.

Source: https://docs.python.org/3/library/audit_events.html
"""

import socket
import sys
from typing import Any, Final

PROGRAMS: Final = ("os.exec", "os.posix_spawn", "os.system", "subprocess.Popen")
NAMES: Final = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex", "socket.gethostbyaddr")
ADDRESSES: Final = ("socket.connect", "socket.sendto", "socket.sendmsg")


def confine(host: str, port: int) -> None:
    """Let this process reach `host` and `port`, and nothing else."""

    def no_program(arguments: tuple[Any, ...]) -> None:
        raise PermissionError("The sandbox lets a function start no other program.")

    def name(arguments: tuple[Any, ...]) -> None:
        if arguments[0] not in {host, "localhost", None, ""}:
            raise socket.gaierror(
                socket.EAI_NONAME, f"The sandbox lets a function reach nothing but itself: {arguments[0]}"
            )

    def address(arguments: tuple[Any, ...]) -> None:
        asked = arguments[1]
        if asked is not None and tuple(asked)[:2] not in {(host, port), ("localhost", port)}:
            raise ConnectionRefusedError(f"The sandbox lets a function reach nothing but itself: {asked}")

    rules = {
        **dict.fromkeys(PROGRAMS, no_program),
        **dict.fromkeys(NAMES, name),
        **dict.fromkeys(ADDRESSES, address),
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        rule = rules.get(event)
        if rule is not None:
            rule(arguments)

    sys.addaudithook(hook)
