"""What the engine asks of AWS: a reader that cannot write, and a writer. `guardrails.aws` answers it.

Operations are spelled as boto3 methods ("list_policies"), services as boto3 clients ("sso-admin"), parameters as the AWS API does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")


class Reader(Protocol):
    """Looks at AWS from one place, an (account, region) pair, and can change nothing.

    `account` is a logical account name, "" for the management account; `region` is never "".
    Every call raises `AwsAccessDenied` or another `AwsError`; `AccountAbsent` when the account does not exist yet,
    `RegionDisabled` when it has not enabled the region.
    """

    @property
    def account(self) -> str:
        """The logical name of the account that is looked at; "" is the management account."""

    @property
    def region(self) -> str:
        """The region that is looked at."""

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        """The same port, bound to another place; what is None (or, for the region, "") stays as it is."""

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """The response of one describe, get, list (search, detect) operation."""

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        """Every item of a list operation, over all of its pages; `key` names the list in the response."""

    def afresh(self) -> Self:
        """The same port, which has nothing in memory: what was asked before is asked again."""

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        """Call `look` every so many seconds until it returns something.

        Raises: `AwsError` with code "Timeout", naming `what`, after `timeout` seconds.
        """


class Writer(Reader, Protocol):
    """Looks at and changes AWS; its reads are never remembered from an earlier call."""

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        """The response of one operation that changes something; `retry_on` adds error codes that pass by themselves."""
