"""How the end of a stack set operation is told: which instances failed, and what is no failure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar

import pytest

from guardrails.cloudformation.operations import PREFERENCES, operate, wait_until_idle
from guardrails.errors import AwsError

T = TypeVar("T")
OK = {"Account": "111111111111", "Region": "eu-west-1", "Status": "SUCCEEDED"}
BAD = {"Account": "222222222222", "Region": "eu-west-1", "Status": "FAILED", "StatusReason": "alias exists"}
CANCELLED = {"Account": "333333333333", "Region": "eu-west-1", "Status": "CANCELLED"}
SUSPENDED = {**BAD, "StatusReason": "Account 222222222222 is SUSPENDED"}


class Operation:
    """A port to one operation, which shows these statuses look by look, and then these results."""

    account, region = "", "eu-west-1"

    def __init__(self, statuses: list[str], results: list[Mapping[str, Any]], reason: str = "") -> None:
        self.statuses, self.results, self.reason = statuses, results, reason
        self.written: list[tuple[str, Mapping[str, Any]]] = []

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        return self

    def afresh(self) -> Self:
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        assert (operation, params["OperationId"]) == ("describe_stack_set_operation", "op")
        reason = {"StatusReason": self.reason} if self.reason else {}
        return {"StackSetOperation": {"Status": self.statuses.pop(0), **reason}}

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        if operation == "list_stack_set_operations":
            return iter([{"Status": "SUCCEEDED"}, {"Status": self.statuses.pop(0)}])
        return iter(self.results)

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        assert "OperationInProgressException" in retry_on
        self.written.append((operation, params))
        return {"OperationId": "op"}

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        while (found := look()) is None:
            pass
        return found


def operated(port: Operation) -> list[str]:
    return operate(
        port, "acme", "update_stack_set", {"Regions": ["eu-west-1"]}, lambda identity: f"account {identity[0]}"
    )


@pytest.mark.parametrize(
    ("statuses", "results", "failures"),
    [
        (["SUCCEEDED"], [OK], []),
        (["QUEUED", "RUNNING", "SUCCEEDED"], [OK], []),
        (["SUCCEEDED"], [OK, BAD], ["account 2/eu-west-1: alias exists"]),
        (["FAILED"], [CANCELLED, BAD], ["account 2/eu-west-1: alias exists", "account 3/eu-west-1: CANCELLED"]),
        (["SUCCEEDED"], [SUSPENDED], []),
        (["SUCCEEDED"], [], []),
    ],
)
def test_failures(statuses: list[str], results: list[Mapping[str, Any]], failures: list[str]) -> None:
    """Within the tolerance AWS calls an operation a success although instances failed: each is told, suspended accounts are not."""
    port = Operation(statuses, results)
    assert operated(port) == failures
    assert port.statuses == []


def test_preferences() -> None:
    """Every operation runs everywhere at once and goes on past failures."""
    port = Operation(["SUCCEEDED"], [])
    operated(port)
    expected = {"StackSetName": "acme", "Regions": ["eu-west-1"], "OperationPreferences": PREFERENCES}
    assert port.written == [("update_stack_set", expected)]


@pytest.mark.parametrize(
    ("status", "reason", "told"), [("FAILED", "no role", "no role"), ("STOPPED", "", "AWS gives no reason")]
)
def test_an_operation_that_failed_as_a_whole(status: str, reason: str, told: str) -> None:
    """An operation that ended badly without a failed instance is an error with AWS's own reason."""
    with pytest.raises(AwsError, match=told) as raised:
        operated(Operation([status], [OK], reason))
    assert raised.value.code == status


def test_idle() -> None:
    """Waiting ends as soon as no operation is under way."""
    port = Operation(["RUNNING", "STOPPING", "STOPPED"], [])
    wait_until_idle(port, "acme")
    assert port.statuses == []
