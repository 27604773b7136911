"""Credentials and clients: the management account's own, member accounts' by assuming a role there.

A client is made once per (service, region), whatever the number of accounts, and shared by all threads, as botocore allows: a call
signs with the credentials of the account that it is made in. All sessions of the process share one data loader. Making clients and
loading service models is what would be expensive.
"""

import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from boto3 import Session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
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


_CALLING: ContextVar[Credentials | None] = ContextVar("_CALLING", default=None)
"""The credentials that the call under way signs with; None where the environment gives none."""


class _OfTheCall(Credentials):
    """Whatever is asked of them is answered by the credentials of the call under way."""

    def __init__(self) -> None:
        self.method = "of-the-call"

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        calling = _CALLING.get()
        if calling is None:
            raise NoCredentialsError
        return calling.get_frozen_credentials()

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        return lambda: getattr(self.get_frozen_credentials(), property_name, None)


class PlacedClient:
    """A client of boto3 whose operations sign with the credentials of one account."""

    def __init__(self, client: Any, credentials: Credentials | None) -> None:
        self._client, self._credentials = client, credentials

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name not in self._client.meta.method_to_api_mapping:
            return attribute

        def call(**params: Any) -> Any:
            before = _CALLING.set(self._credentials)
            try:
                return attribute(**params)
            finally:
                _CALLING.reset(before)

        return call


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
        self._core: Any = botocore.session.Session(session_vars=FROM_NOWHERE if endpoint else None)
        self._core.register_component("data_loader", _service_models())
        self._lock = threading.Lock()
        self._entering: dict[str, threading.Lock] = {}
        self._credentials: dict[str, Credentials | None] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._placed: dict[tuple[str, str, str], PlacedClient] = {}
        attempts = EMULATOR_RETRIES if endpoint else STANDARD_RETRIES
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            user_agent_extra="guardrails",
            s3={"addressing_style": "path"} if endpoint else None,
            proxies={} if endpoint else None,
            max_pool_connections=16,
        )

    def client(self, service: str, account: str, region: str) -> PlacedClient:
        """The client of a service in a place.

        Raises: AccountAbsent, when the account has no id yet; AwsError, when its role cannot be assumed.
        """
        key = (account, service, region)
        if key not in self._placed:
            credentials = self._credentials_of(account)
            with self._lock:
                self._placed.setdefault(key, PlacedClient(self._shared_client(service, region), credentials))
        return self._placed[key]

    def _shared_client(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._clients:
            session: Any = self._session  # its overloads know only literal service names
            url = self._endpoint.url if self._endpoint else None
            made = session.client(service, region_name=region, config=self._config, endpoint_url=url)
            if url:
                made.meta.events.register("before-sign.s3-control", partial(_without_account_in_host, url))
            self._clients[key] = made
        return self._clients[key]

    @cached_property
    def _session(self) -> Session:
        self._core._credentials = _OfTheCall()
        return Session(botocore_session=self._core, region_name=self._home_region)

    def _credentials_of(self, account: str) -> Credentials | None:
        """The credentials of an account; whoever else asks for the same account waits meanwhile, and nobody for another."""
        with self._lock:
            entering = self._entering.setdefault(account, threading.Lock())
        with entering:
            if account not in self._credentials:
                self._credentials[account] = self._member_credentials(account) if account else self._own_credentials()
            return self._credentials[account]

    def _own_credentials(self) -> Credentials | None:
        if self._endpoint:
            return Credentials(
                self._endpoint.access_key_id, self._endpoint.secret_access_key, self._endpoint.session_token
            )
        with self._lock:
            own: Credentials | None = self._core.get_credentials()
        return own

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
        with self._lock:
            return str(self._core.get_partition_for_region(self._home_region))


def _without_account_in_host(url: str, request: Any, **_: Any) -> None:
    """S3 Control puts the account id before the host name, and such a name leads nowhere; the same id travels in a header."""
    request.url = urlsplit(request.url)._replace(netloc=urlsplit(url).netloc).geturl()


@cache
def _service_models() -> Loader:
    """botocore's service models, each read once."""
    return create_loader()
