"""The port is what the gateway really answers with."""

import inspect
from typing import Any

import pytest

from guardrails.aws.gateway import GatewayReader, GatewayWriter
from guardrails.engine.port import Reader, Writer
from tests.engine.fakes import Nowhere


def operations(protocol: type) -> dict[str, list[inspect.Parameter]]:
    """The public methods of a class, with their parameters without annotations."""
    return {
        name: [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in inspect.signature(method).parameters.values()
        ]
        for name, method in inspect.getmembers(protocol, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [(Reader, GatewayReader), (Writer, GatewayWriter), (Writer, Nowhere)],
    ids=["reader", "writer", "the tests' own port"],
)
def test_the_port_is_kept(protocol: Any, answer: Any) -> None:
    """Every operation of the port is there with the very parameters the port names."""
    assert operations(protocol).items() <= operations(answer).items()


def test_a_reader_cannot_write() -> None:
    """The reader's port has no write, and neither has what answers it."""
    assert not hasattr(Reader, "write")
    assert not hasattr(GatewayReader, "write")
