"""A stack is followed to the end of what is under way in it; a bad end is told with the reason of every resource that failed."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar

import pytest

from guardrails.cloudformation.stacks import ROLLED_BACK, find, followed, settled
from guardrails.errors import AwsError

T = TypeVar("T")
FAILED = {"LogicalResourceId": "Bucket", "ResourceType": "AWS::S3::Bucket", "ResourceStatus": "CREATE_FAILED"}
BEGUN = {
    "LogicalResourceId": "acme",
    "ResourceStatus": "CREATE_IN_PROGRESS",
    "ResourceStatusReason": "User Initiated",
    "PhysicalResourceId": "arn:acme",
    "StackId": "arn:acme",
}


def failed(reason: str) -> dict[str, str]:
    return {**FAILED, "ResourceStatusReason": reason, "PhysicalResourceId": "", "StackId": "arn:acme"}


class Port:
    """A port to one stack, which shows these statuses look by look; a status None is a stack that is not there."""

    account, region = "dev", "eu-west-1"

    def __init__(self, *statuses: str | None, events: tuple[Mapping[str, Any], ...] = ()) -> None:
        self.statuses, self.events = list(statuses), events

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        return self

    def afresh(self) -> Self:
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        status = self.statuses.pop(0)
        if status is None:
            raise AwsError("cloudformation:describe_stacks", "ValidationError", "Stack with id acme does not exist")
        if status == "denied":
            raise AwsError("cloudformation:describe_stacks", "ValidationError", "something else")
        return {"Stacks": [{"StackId": "arn:acme", "StackStatus": status}]}

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        return iter(self.events)

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        while (found := look()) is None:
            pass
        return found


def test_a_stack_is_found_or_not() -> None:
    """A deleted stack and one that never was are None; another refusal is an error."""
    found = find(Port("CREATE_COMPLETE"), "acme")
    assert found is not None
    assert found["StackStatus"] == "CREATE_COMPLETE"
    assert find(Port("DELETE_COMPLETE"), "acme") is None
    assert find(Port(None), "acme") is None
    with pytest.raises(AwsError, match="something else"):
        find(Port("denied"), "acme")


def test_a_stack_settles() -> None:
    """Looking ends as soon as nothing is under way; a stack in review is not under way, it waits for somebody."""
    port = Port("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")
    found = settled(port, "acme")
    assert (found and found["StackStatus"], port.statuses) == ("UPDATE_COMPLETE", [])
    assert settled(Port("DELETE_IN_PROGRESS", None), "acme") is None
    review = settled(Port("REVIEW_IN_PROGRESS"), "acme")
    assert review is not None


def test_a_good_end() -> None:
    """The end counts as good when it is one of those asked for."""
    assert followed(Port("CREATE_COMPLETE"), "acme", "create_stack")["StackId"] == "arn:acme"
    rolled_back = Port("UPDATE_ROLLBACK_COMPLETE")
    assert followed(rolled_back, "acme", "continue_update_rollback", ROLLED_BACK)["StackId"] == "arn:acme"


def test_a_bad_end_is_told_with_its_reasons() -> None:
    """The reasons come in the order in which they happened, of the last operation only, without those that were only cancelled."""
    events = (failed("no room"), failed("Resource creation cancelled"), failed("name taken"), BEGUN, failed("long ago"))
    with pytest.raises(AwsError) as raised:
        followed(Port("ROLLBACK_COMPLETE", events=events), "acme", "create_stack")
    assert raised.value.code == "ROLLBACK_COMPLETE"
    assert raised.value.message == "Bucket (AWS::S3::Bucket): name taken; Bucket (AWS::S3::Bucket): no room"


def test_a_name_that_is_taken_comes_with_advice() -> None:
    """A resource that already exists was probably retained by an earlier stack, and the error says what to do."""
    with pytest.raises(AwsError, match="import it into a new stack"):
        followed(Port("ROLLBACK_COMPLETE", events=(failed("acme-logs already exists"),)), "acme", "create_stack")


def test_a_stack_that_went_away_is_no_good_end() -> None:
    """Somebody deleted it meanwhile: the error says so, and that AWS gives no reason."""
    with pytest.raises(AwsError, match="AWS gives no reason") as raised:
        followed(Port(None), "acme", "update_stack")
    assert raised.value.code == "DELETE_COMPLETE"
