"""The port that the engine asks for: a reader that cannot write, a writer, and a count of every call.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html (retries, rates),
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self, TypeVar

from guardrails.aws.failures import said_in_our_words
from guardrails.aws.pacing import Pacer
from guardrails.aws.sessions import Sessions
from guardrails.errors import AwsAccessDenied, AwsError

T = TypeVar("T")

READING_VERBS: Final = ("describe_", "get_", "list_", "search_", "batch_get_", "lookup_", "detect_")
"""How operations begin that change nothing. CloudFormation's drift detections are reads too, in IAM's own classification.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
"""
PASSING_ERRORS: Final = frozenset(
    {
        "ConcurrentModification",
        "ConcurrentModificationException",
        "FinalizingOrganizationException",
        "PolicyChangesInProgressException",  # effective policies follow a change of theirs after a while
        "OptInRequired",  # the services of a new account wake up one after the other
        "SubscriptionRequiredException",
    }
)
PASSING_ERROR_ATTEMPTS: Final = 12
NEW_ACCOUNT_ATTEMPTS: Final = 30
NEW_ACCOUNT_PAUSE: Final = 5.0
LONGEST_BACKOFF: Final = 20.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long to wait between looks and tries, in seconds: as asked, or never longer than `at_most` (for the sandbox)."""

    at_most: float | None = None

    def wait(self, seconds: float) -> None:
        """Wait so long."""
        time.sleep(seconds if self.at_most is None else min(seconds, self.at_most))


class Calls:
    """How often each operation was called, over all threads of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reads: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()

    def count(self, counter: Counter[str], call: str) -> None:
        """Count one call of `service:operation`."""
        with self._lock:
            counter[call] += 1


@dataclass(frozen=True)
class Gateway:
    """One connection to one organization; hands out readers and writers bound to a place.

    `after_write` is called with `service:operation` after every write that AWS confirmed: for progress, and for
    rehearsing crashes. `is_new` tells whether this run made an account: it lets nobody in for its first moments, which is waited out.
    """

    sessions: Sessions
    home_region: str
    pacer: Pacer = field(default_factory=Pacer)
    tempo: Tempo = field(default_factory=Tempo)
    calls: Calls = field(default_factory=Calls)
    after_write: Callable[[str], None] = lambda call: None
    is_new: Callable[[str], bool] = lambda account: False

    def reader(self) -> "GatewayReader":
        """A reader in the management account's home region, which asks the same question only once."""
        return GatewayReader(self, "", self.home_region, {})

    def writer(self) -> "GatewayWriter":
        """A writer in the management account's home region, which always asks afresh."""
        return GatewayWriter(self, "", self.home_region)

    def call(
        self, service: str, operation: str, account: str, region: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Send one request, paced; errors come in our words."""
        client = self._client(service, account, region)
        with said_in_our_words(f"{service}:{operation}", account, region):
            self.pacer.wait(service, operation)
            answer: Mapping[str, Any] = getattr(client, operation)(**params)
            return answer

    def pages(
        self, service: str, operation: str, account: str, region: str, params: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Every page of a list operation, whether botocore knows a paginator for it or only a NextToken."""
        token_in, token_out = _tokens(self._client(service, account, region), operation)
        more: dict[str, Any] = {}
        while True:
            self.calls.count(self.calls.reads, f"{service}:{operation}")
            page = self.call(service, operation, account, region, {**params, **more})
            yield page
            if not (token := page.get(token_out)):
                return
            more = {token_in: token}

    def _client(self, service: str, account: str, region: str) -> Any:
        """The client of a place; an account that was only just made is tried until it lets us in."""
        operation = f"{service} client"
        for _attempt in range(NEW_ACCOUNT_ATTEMPTS if self.is_new(account) else 0):
            try:
                with said_in_our_words(operation, account, region):
                    return self.sessions.client(service, account, region)
            except AwsAccessDenied:
                self.tempo.wait(NEW_ACCOUNT_PAUSE)
        with said_in_our_words(operation, account, region):
            return self.sessions.client(service, account, region)


def _tokens(client: Any, operation: str) -> tuple[str, str]:
    """The names under which an operation takes and gives the token of the next page."""
    if client.can_paginate(operation):
        paginator = client.get_paginator(operation)
        return _single(paginator._input_token), _single(paginator._output_token)
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).output_shape
    name = next((name for name in ("NextToken", "nextToken", "Marker") if shape and name in shape.members), "NextToken")
    return name, name


def _single(token: Any) -> str:
    """The one name in what a paginator knows of a token: a name or a parsed expression, alone or in a list."""
    first = token[0] if isinstance(token, list) else token
    return str(getattr(first, "expression", first))


@dataclass(frozen=True)
class _Port:
    gateway: Gateway
    account: str
    region: str

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        """The same port, bound to another place."""
        return replace(self, account=self.account if account is None else account, region=region or self.region)

    def _read(self, service: str, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        _refuse_unless_reading(operation)
        self.gateway.calls.count(self.gateway.calls.reads, f"{service}:{operation}")
        return self.gateway.call(service, operation, self.account, self.region, params)

    def _items(self, service: str, operation: str, key: str, params: Mapping[str, Any]) -> Iterator[Any]:
        _refuse_unless_reading(operation)
        for page in self.gateway.pages(service, operation, self.account, self.region, params):
            yield from page.get(key, ())

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        """Call `look` every so many seconds until it returns something.

        Raises: AwsError with code "Timeout".
        """
        deadline = time.monotonic() + timeout
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise AwsError(
                    what, "Timeout", f"not finished after {timeout:.0f} s", account=self.account, region=self.region
                )
            self.gateway.tempo.wait(every)
        return found


def _refuse_unless_reading(operation: str) -> None:
    if not operation.startswith(READING_VERBS):
        raise PermissionError(f"{operation} is not a reading operation, and this port cannot write")


@dataclass(frozen=True)
class GatewayReader(_Port):
    """Looks, cannot write, and remembers the answers: one observation asks the same question once."""

    memory: dict[Any, Any] = field(default_factory=dict)

    def afresh(self) -> Self:
        """The same reader with nothing in memory."""
        return replace(self, memory={})

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """The response of one reading operation."""
        answer: Mapping[str, Any] = self._remembered(
            "read", (service, operation), params, lambda: self._read(service, operation, params)
        )
        return answer

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        """Every item of a list operation, over all pages."""
        return iter(
            self._remembered(
                "items", (service, operation, key), params, lambda: list(self._items(service, operation, key, params))
            )
        )

    def _remembered(self, kind: str, question: tuple[str, ...], params: Mapping[str, Any], ask: Callable[[], T]) -> T:
        key = (kind, self.account, self.region, *question, repr(sorted(params.items())))
        if key not in self.memory:
            self.memory[key] = ask()
        answer: T = self.memory[key]
        return answer


@dataclass(frozen=True)
class GatewayWriter(_Port):
    """Looks and changes; every read is fresh."""

    def afresh(self) -> Self:
        """This writer."""
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """The response of one reading operation."""
        return self._read(service, operation, params)

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        """Every item of a list operation, over all pages."""
        return self._items(service, operation, key, params)

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        """The response of one operation that changes something; errors that pass by themselves are waited out."""
        gateway, call = self.gateway, f"{service}:{operation}"
        for attempt in range(1, PASSING_ERROR_ATTEMPTS + 1):
            gateway.calls.count(gateway.calls.writes, call)
            try:
                answer = gateway.call(service, operation, self.account, self.region, params)
            except AwsError as error:
                if attempt == PASSING_ERROR_ATTEMPTS or error.code not in PASSING_ERRORS.union(retry_on):
                    raise
                gateway.tempo.wait(random.uniform(0.5, 1) * min(2.0**attempt / 2, LONGEST_BACKOFF))
            else:
                gateway.after_write(call)
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")
