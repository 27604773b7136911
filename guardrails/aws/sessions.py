"""Credentials and clients: the management account's own, member accounts' by assuming a role there.

Clients are made once per (account, service, region) and shared by all threads, as botocore allows; all sessions of the
process share one data loader, because loading the service models again is what makes a client expensive.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from boto3 import Session
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.loaders import Loader, create_loader

from guardrails.aws.failures import said_in_our_words
from guardrails.errors import AccountAbsent

SESSION_NAME: Final = "guardrails"
STANDARD_RETRIES: Final = 10
EMULATOR_RETRIES: Final = 5
"""How often a call is tried: enough to get through bad weather; of a sandbox that is gone one should hear within seconds."""
FROM_NOWHERE: Final = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
"""Session variables for an endpoint of our own: whatever profile and file are set for AWS are not asked."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An AWS lookalike to speak to instead of AWS: its URL and the credentials of its management account."""

    url: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


class Sessions:
    """Makes boto3 clients for a place; `account` "" is the account whose credentials the environment gives."""

    def __init__(
        self,
        home_region: str,
        member_role: str,
        account_id: Callable[[str], str | None],
        endpoint: Endpoint | None = None,
    ) -> None:
        self._home_region, self._member_role = home_region, member_role
        self._account_id, self._endpoint = account_id, endpoint
        self._lock = threading.RLock()
        self._sessions: dict[str, Session] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        attempts = EMULATOR_RETRIES if endpoint else STANDARD_RETRIES
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            user_agent_extra="guardrails",
            s3={"addressing_style": "path"} if endpoint else None,
            proxies={} if endpoint else None,
            max_pool_connections=16,
        )

    def client(self, service: str, account: str, region: str) -> Any:
        """The client of a service in a place.

        Raises: AccountAbsent, when the account has no id yet; AwsError, when its role cannot be assumed.
        """
        key = (account, service, region)
        with self._lock:
            if key not in self._clients:
                session: Any = self._session(account)  # its overloads know only literal service names
                url = self._endpoint.url if self._endpoint else None
                made = session.client(service, region_name=region, config=self._config, endpoint_url=url)
                if url:
                    made.meta.events.register("before-sign.s3-control", partial(_without_account_in_host, url))
                self._clients[key] = made
            return self._clients[key]

    def _session(self, account: str) -> Session:
        if account not in self._sessions:
            core: Any = botocore.session.Session(session_vars=FROM_NOWHERE if self._endpoint else None)
            core.register_component("data_loader", _service_models())
            if account:
                core._credentials = self._member_credentials(account)
            elif self._endpoint:
                core.set_credentials(
                    self._endpoint.access_key_id, self._endpoint.secret_access_key, self._endpoint.session_token
                )
            self._sessions[account] = Session(botocore_session=core, region_name=self._home_region)
        return self._sessions[account]

    def _member_credentials(self, account: str) -> RefreshableCredentials:
        account_id = self._account_id(account)
        if account_id is None:
            raise AccountAbsent(
                "sts:assume_role", "AccountAbsent", f"account {account} does not exist yet", account=account
            )
        role = f"arn:{self._partition()}:iam::{account_id}:role/{self._member_role}"

        def assume() -> dict[str, Any]:
            with said_in_our_words(f"sts:assume_role of {role}", account, self._home_region):
                answer = self.client("sts", "", self._home_region).assume_role(
                    RoleArn=role, RoleSessionName=SESSION_NAME
                )
            given = answer["Credentials"]
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["SessionToken"],
                "expiry_time": given["Expiration"].isoformat(),
            }

        return RefreshableCredentials.create_from_metadata(
            metadata=assume(), refresh_using=assume, method="sts-assume-role"
        )

    def _partition(self) -> str:
        return self._session("").get_partition_for_region(self._home_region)


def _without_account_in_host(url: str, request: Any, **_: Any) -> None:
    """S3 Control puts the account id before the host name, and such a name leads nowhere; the same id travels in a header."""
    request.url = urlsplit(request.url)._replace(netloc=urlsplit(url).netloc).geturl()


@cache
def _service_models() -> Loader:
    """botocore's service models, each read once."""
    return create_loader()
