"""The sandbox inside this process: a thread serves it on a loopback port. For tests."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from guardrails.sandbox.enforcement.gate import GATE
from guardrails.sandbox.faults.rules import Fault
from guardrails.sandbox.faults.standing import STANDING
from guardrails.sandbox.running import (
    ACCESS_KEY_ID,
    HOME_REGION,
    MANAGEMENT_ACCOUNT_ID,
    SECRET_ACCESS_KEY,
    Running,
    environment,
)
from guardrails.sandbox.server import Application, bind
from guardrails.sandbox.serving import lifecycle

ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False)


class Embedded:
    """A sandbox served by this process: where it answers, and plain boto3 clients for it."""

    def __init__(self, endpoint: str, lay: Callable[[str, int], None], seed: str = "bare", accounts: int = 0) -> None:
        """Speak to what answers at `endpoint`; `lay` puts it back to a seed, `seed` is the one it begins with."""
        self.endpoint = endpoint
        self.running = Running(endpoint, pid=0, seed=seed, accounts=accounts)
        self._lay = lay
        self._enforces = GATE.enforces
        self._sessions: dict[str, Mapping[str, str]] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._session = boto3.Session()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make any AWS tool talk to it, as the management account's administrator."""
        return environment(self.running)

    def client(self, service: str, region: str = HOME_REGION, account: str | None = None) -> Any:
        """A boto3 client that never retries; `account` assumes OrganizationAccountAccessRole in that member account.

        The same client is given to everybody who asks for the same until the next reset, those of the management account for good.
        """
        key = (service, region, account or MANAGEMENT_ACCOUNT_ID)
        if key not in self._clients:
            create: Callable[..., Any] = self._session.client
            made = create(
                service, region_name=region, endpoint_url=self.endpoint, config=_CONFIG, **self._credentials(account)
            )
            made.meta.events.register("before-sign.s3-control", self._without_account_in_host)
            self._clients[key] = made
        return self._clients[key]

    def enforce(self, on: bool = True) -> None:
        """Judge every call from now on by policies, or no longer."""
        GATE.enforces = on

    def fail(self, kind: str, **settings: Any) -> Fault:
        """Let something go wrong from now on (`guardrails.sandbox.faults.rules` says what); the fault tells how often it struck."""
        fault = Fault.from_mapping({"kind": kind, **settings})
        STANDING.faults.append(fault)
        return fault

    def mend(self) -> None:
        """Let everything go right again."""
        STANDING.clear()

    def reset(self, seed: str = "bare", accounts: int = 0) -> None:
        """Back to the bare organization (or another seed, or one with that many member accounts on top), enforced as in the beginning."""
        self._sessions.clear()
        self._clients = {key: client for key, client in self._clients.items() if key[2] == MANAGEMENT_ACCOUNT_ID}
        self._lay(seed, accounts)
        GATE.enforces = self._enforces
        self.running = replace(self.running, seed=seed, accounts=accounts)

    def _without_account_in_host(self, request: Any, **_: Any) -> None:
        """S3 Control puts the account id before the host name, and such a name does not resolve; the same id travels in a header."""
        address = urlsplit(request.url)
        request.url = address._replace(netloc=urlsplit(self.endpoint).netloc).geturl()

    def _credentials(self, account: str | None) -> Mapping[str, Any]:
        if account is None or account == MANAGEMENT_ACCOUNT_ID:
            return {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        if account not in self._sessions:
            role = f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"
            issued = self.client("sts").assume_role(RoleArn=role, RoleSessionName="sandbox")["Credentials"]
            self._sessions[account] = {
                "aws_access_key_id": issued["AccessKeyId"],
                "aws_secret_access_key": issued["SecretAccessKey"],
                "aws_session_token": issued["SessionToken"],
            }
        return self._sessions[account]


@contextmanager
def serve(seed: str = "bare", accounts: int = 0, *, enforce: bool = False) -> Iterator[Embedded]:
    """Serve a fresh sandbox for the length of the block."""
    application = Application(seed, accounts)
    before, GATE.enforces = GATE.enforces, enforce
    server = bind(application)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield Embedded(f"http://127.0.0.1:{server.server_port}", application.reset, seed, accounts)
    finally:
        GATE.enforces = before
        server.shutdown()
        thread.join()
        server.server_close()
        lifecycle.end()
