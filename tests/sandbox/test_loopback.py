"""The sandbox's process never calls out."""

from typing import Any

import pytest

from guardrails.sandbox.loopback import refuse_to_call_out


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 443))),
        ("socket.connect", (None, ("2001:db8::1", 443, 0, 0))),
        ("socket.getaddrinfo", ("sts.amazonaws.com", 443, 0, 1, 0)),
        ("socket.getaddrinfo", (b"example.com", 443, 0, 1, 0)),
        ("socket.connect", (None, ("169.254.169.254", 80))),
    ],
)
def test_what_lies_outside_is_not_reached(event: str, arguments: tuple[Any, ...]) -> None:
    """Neither an address nor a name outside the loopback interface is connected to or looked up."""
    with pytest.raises(ConnectionRefusedError, match="never calls out"):
        refuse_to_call_out(event, arguments)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, ("::1", 80, 0, 0))),
        ("socket.connect", (None, "/run/some.socket")),
        ("socket.getaddrinfo", ("localhost", 80, 0, 1, 0)),
        ("socket.getaddrinfo", (None, 80, 0, 1, 0)),
        ("open", ("/etc/hosts", "r", 0)),
    ],
)
def test_what_lies_on_this_machine_is_free(event: str, arguments: tuple[Any, ...]) -> None:
    """Loopback addresses, files and everything else go on as ever."""
    refuse_to_call_out(event, arguments)
