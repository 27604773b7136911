"""What every test may ask for: the options of the command line, and the tree under test."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

REPOSITORY = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crash-every",
        type=int,
        default=10,
        metavar="N",
        help="crash the demo's apply after every Nth write (1: after each write in turn; the default, 10, is for every day)",
    )
    parser.addoption(
        "--write-docs",
        action="store_true",
        help="write what the program says into the generated blocks of README.md, instead of comparing",
    )


@pytest.fixture(scope="session")
def crash_every(request: pytest.FixtureRequest) -> int:
    """The step between the writes after which the crash test crashes."""
    step: int = request.config.getoption("--crash-every")
    return step


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the tree under test."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sandbox_server() -> "Iterator[Embedded]":
    """One sandbox server for the whole session: there is one state per process."""
    from guardrails.sandbox import in_process

    with in_process() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: "Embedded") -> "Embedded":
    """The bare organization, as on the first day."""
    sandbox_server.reset()
    return sandbox_server
