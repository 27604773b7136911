"""moto as it comes, in a process of its own, behind the same face as the sandbox: for `--plain-moto`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_server
from typing import Final
from urllib.request import Request, urlopen

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

ORGANIZATIONS: Final = {
    "bare": "ALL",
    "no-identity-center": "ALL",
    "consolidated-billing": "CONSOLIDATED_BILLING",
}
"""Seed -> the features of the organization that it begins with."""


@contextmanager
def served() -> Iterator[Embedded]:
    """Serve plain moto for the length of the block; each reset makes an organization, as moto makes one."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "MOTO_ACCOUNT_ID": MANAGEMENT_ACCOUNT_ID}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield _client_of(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _client_of(endpoint: str) -> Embedded:
    def lay(seed: str, accounts: int = 0) -> None:
        with urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")):
            if seed in ORGANIZATIONS:
                embedded.client("organizations").create_organization(FeatureSet=ORGANIZATIONS[seed])

    embedded = Embedded(endpoint, lay)
    return embedded


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/moto-api/data.json"):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
