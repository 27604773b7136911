"""The instance is found or missed in words; a request that AWS carries out by and by is followed to its end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import pytest

from guardrails.engine.resource import Resource
from guardrails.errors import AwsError
from guardrails.identity_center import Instance, find_instance, follow, instance, instance_of, not_enabled

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Something(Resource):
    TYPE = "AWS::SSO::Something"


@dataclass
class Aws:
    """A writer that gives the answers it was given, in turn."""

    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    account: str = ""
    region: str = "eu-west-1"

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        return self

    def afresh(self) -> Self:
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        self.asked.append((f"{service}:{operation}", params))
        answer: Mapping[str, Any] = self.answers.pop(0)
        return answer

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        return iter(self.read(service, operation, **params)[key])

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        return self.read(service, operation, **params)

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        while (found := look()) is None:
            pass
        return found


def status(word: str, **more: str) -> Mapping[str, Any]:
    return {"Progress": {"Status": word, "RequestId": "r-1", **more}}


def test_found() -> None:
    """The instance is known by its ARN and its identity store."""
    listed = {"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1"}]}
    assert find_instance(Aws([listed])) == instance(Aws([listed])) == Instance("arn:aws:sso:::instance/ssoins-1", "d-1")


def test_missed() -> None:
    """Where there is no instance, whoever needs one is told in which region."""
    assert find_instance(Aws([{"Instances": []}])) is None
    with pytest.raises(AwsError, match="no organization instance in eu-west-1") as raised:
        instance(Aws([{"Instances": []}]))
    assert raised.value.code == "NoInstance"


def test_not_enabled() -> None:
    """A type of which something is wanted is one blind spot with a remedy, however much is wanted; else it is nothing."""
    (spot,) = not_enabled("AWS::SSO::Something", Aws(), [Something(name="a"), Something(name="b")])
    assert (spot.type, spot.account, spot.region) == ("AWS::SSO::Something", "", "")
    assert "enabled once by a person" in spot.remedy
    assert "eu-west-1" in spot.remedy
    assert not_enabled("AWS::SSO::Something", Aws(), []) == ()


def test_instance_of() -> None:
    """The ARN of a permission set names its instance, in any partition."""
    assert instance_of("arn:aws-cn:sso:::permissionSet/ssoins-1/ps-2") == "arn:aws-cn:sso:::instance/ssoins-1"


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_followed_to_its_end(looks: int) -> None:
    """A request is looked at until it is no longer under way, and not at all when it was done at once."""
    words = ["IN_PROGRESS"] * looks + ["SUCCEEDED"]
    begun, *answers = [status(word) for word in words]
    aws = Aws(list(answers))
    follow(aws, begun["Progress"], "describe_it", "Progress", Which="r-1")
    assert aws.asked == [("sso-admin:describe_it", {"Which": "r-1"})] * looks


@pytest.mark.parametrize(
    ("failed", "reason"),
    [(status("FAILED", FailureReason="Received a 404 status error"), "404"), (status("FAILED"), "gives no reason")],
    ids=["with a reason", "without"],
)
def test_a_failure_is_told(failed: Mapping[str, Any], reason: str) -> None:
    """A request that failed raises AWS's own reason."""
    aws = Aws([failed])
    with pytest.raises(AwsError, match=reason) as raised:
        follow(aws, status("IN_PROGRESS")["Progress"], "describe_it", "Progress", Which="r-1")
    assert raised.value.code == "FAILED"
