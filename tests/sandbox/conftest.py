"""One sandbox server per test session; every test finds the bare organization."""

from collections.abc import Iterator

import pytest

from guardrails.sandbox import in_process
from guardrails.sandbox.embedded import Embedded


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Embedded]:
    with in_process() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Embedded) -> Embedded:
    sandbox_server.reset()
    return sandbox_server
