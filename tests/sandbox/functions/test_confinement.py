import pytest

from tests.sandbox.functions.conftest import Invoke

CONNECT = """
import socket
def handler(event, context):
    socket.create_connection(tuple(event), timeout=1)
"""
LOOK_UP = "import socket\nhandler = lambda event, context: socket.getaddrinfo(event, 443)"
PROGRAM = "import subprocess\nhandler = lambda event, context: subprocess.run(['true'])"
DATAGRAM = """
import socket
def handler(event, context):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", tuple(event))
"""


@pytest.mark.not_kept
@pytest.mark.parametrize(
    ("source", "event"),
    [
        (CONNECT, ["192.0.2.1", 443]),
        (CONNECT, ["127.0.0.1", 1]),
        (CONNECT, ["::ffff:192.0.2.1", 443]),
        (DATAGRAM, ["192.0.2.1", 53]),
        (LOOK_UP, "example.com"),
        (PROGRAM, None),
    ],
)
def test_a_function_reaches_the_sandbox_and_nothing_else(invoke: Invoke, source: str, event: object) -> None:
    """A function outside a VPC can reach the internet and start programs.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html
    """
    answer = invoke(source, event)
    assert answer["FunctionError"] == "Unhandled"
    assert "The sandbox lets a function" in answer["Payload"]["errorMessage"]
