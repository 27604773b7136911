"""What CloudFormation says of drifted resources in our words, and the change set that brings them back."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar

import pytest

from guardrails.cloudformation.drift import deploy_over_drift, differences, drifted_resources, stack_drift
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.resource import BlindSpot
from guardrails.errors import AwsError

T = TypeVar("T")
STACK = {
    "StackId": "arn:stack",
    "StackStatus": "UPDATE_COMPLETE",
    "Parameters": [{"ParameterKey": "Days", "ParameterValue": "7"}],
    "Capabilities": ["CAPABILITY_IAM"],
}


class Port:
    """A port to one stack whose change set ends like this and would touch these logical ids."""

    account, region = "dev", "eu-west-1"

    def __init__(
        self,
        *touched: str,
        statuses: tuple[str, ...] = ("CREATE_COMPLETE",),
        reason: str = "",
        causes: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.touched, self.statuses, self.reason = touched, list(statuses), reason
        self.causes = causes or {}
        self.writes: list[str] = []
        self.asked: dict[str, Any] = {}

    def at(self, account: str | None = None, region: str | None = None) -> Self:
        return self

    def afresh(self) -> Self:
        return self

    def read(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        if operation == "detect_stack_drift":
            return {"StackDriftDetectionId": "detection"}
        if operation == "describe_stack_drift_detection_status":
            return {"DetectionStatus": self.statuses.pop(0), "DetectionStatusReason": self.reason}
        if operation == "describe_change_set":
            return {"Status": self.statuses.pop(0), "StatusReason": self.reason}
        return {"Stacks": [STACK]}

    def items(self, service: str, operation: str, key: str, /, **params: Any) -> Iterator[Any]:
        if operation == "describe_change_set":
            return iter([{"ResourceChange": self.change(name)} for name in self.touched])
        return iter([{"LogicalResourceId": name, **GONE} for name in self.touched])

    def change(self, name: str) -> dict[str, Any]:
        return {
            "LogicalResourceId": name,
            "Details": [{"CausingEntity": cause} if cause else {} for cause in self.causes.get(name, [])],
        }

    def write(
        self, service: str, operation: str, /, *, retry_on: tuple[str, ...] = (), **params: Any
    ) -> Mapping[str, Any]:
        self.writes.append(operation)
        self.asked.setdefault(operation, params)
        return {}

    def wait_for(self, look: Callable[[], T | None], *, what: str, every: float, timeout: float) -> T:
        while (found := look()) is None:
            pass
        return found


GONE = {"ResourceType": "AWS::KMS::Key", "StackResourceDriftStatus": "DELETED"}


def changed(kind: str, expected: str, actual: str) -> dict[str, Any]:
    one = {"PropertyPath": "/Tags/0/Value", "ExpectedValue": expected, "ActualValue": actual, "DifferenceType": kind}
    return {"LogicalResourceId": "Key", "StackResourceDriftStatus": "MODIFIED", "PropertyDifferences": [one]}


@pytest.mark.parametrize(
    ("drift", "difference"),
    [
        (changed("NOT_EQUAL", "true", "false"), Difference("dev/eu-west-1 Key.Tags.0.Value", False, True)),
        (
            changed("NOT_EQUAL", '{"a":[1]}', "plain text"),
            Difference("dev/eu-west-1 Key.Tags.0.Value", "plain text", {"a": [1]}),
        ),
        (changed("REMOVE", "7", "null"), Difference("dev/eu-west-1 Key.Tags.0.Value", ABSENT, 7)),
        (changed("ADD", "null", "x"), Difference("dev/eu-west-1 Key.Tags.0.Value", "x", ABSENT)),
        ({"LogicalResourceId": "Key", **GONE}, Difference("dev/eu-west-1 Key", ABSENT, "AWS::KMS::Key")),
    ],
)
def test_differences(drift: dict[str, Any], difference: Difference) -> None:
    """Each property that drifted is told with its place, its live and its declared value; a deleted resource with its type."""
    assert list(differences([drift], "dev/eu-west-1")) == [difference]


def test_drifted_resources() -> None:
    """The differences name the resources that may be mended, by place."""
    drift = [
        *differences([changed("NOT_EQUAL", "1", "2"), {"LogicalResourceId": "Alias", **GONE}], "dev/eu-west-1"),
        *differences([changed("NOT_EQUAL", "1", "2")]),
    ]
    assert drifted_resources(drift) == {"dev/eu-west-1": {"Key", "Alias"}, "": {"Key"}}


@pytest.mark.parametrize("place", ["", "dev/eu-west-1", "Old Account/us-gov-west-1"])
def test_spaces_hide_no_resource(place: str) -> None:
    """A key or an account's name with a space in it leaves place and resource what they are."""
    drift = {**changed("NOT_EQUAL", "1", "2"), "LogicalResourceId": "Parameter"}
    drift["PropertyDifferences"] = [{**drift["PropertyDifferences"][0], "PropertyPath": "/Tags/cost center"}]
    assert drifted_resources(differences([drift], place)) == {place: {"Parameter"}}


def test_a_detection_is_followed_to_its_end() -> None:
    """The drifts are read once the detection is complete."""
    port = Port("Key", statuses=("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"))
    assert list(stack_drift(port, "acme", "AWS::CloudFormation::Stack")) == [Difference("Key", ABSENT, "AWS::KMS::Key")]


def test_a_failed_detection_is_a_blind_spot() -> None:
    """What it found is told all the same, and that it is not everything."""
    port = Port("Key", statuses=("DETECTION_FAILED",), reason="no permission for kms")
    spot, difference = stack_drift(port, "acme", "AWS::CloudFormation::Stack")
    assert isinstance(spot, BlindSpot)
    assert (spot.type, spot.account, spot.region) == ("AWS::CloudFormation::Stack acme", "dev", "eu-west-1")
    assert "no permission for kms" in spot.reason
    assert isinstance(difference, Difference)


def test_drift_is_reverted_by_a_change_set() -> None:
    """The stack keeps its template and parameters; the change set is drift-aware, and executed when it holds what was shown."""
    port = Port("Key", statuses=("CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"))
    deploy_over_drift(port, "acme", {"Key", "Alias"})
    assert port.writes == ["create_change_set", "execute_change_set"]
    asked = port.asked["create_change_set"]
    assert (asked["DeploymentMode"], asked["UsePreviousTemplate"]) == ("REVERT_DRIFT", True)
    assert asked["Parameters"] == [{"ParameterKey": "Days", "UsePreviousValue": True}]
    assert asked["Capabilities"] == ["CAPABILITY_IAM"]


def test_nothing_is_reverted_that_was_not_shown() -> None:
    """A change set that would touch another resource as well is discarded, and the error names that resource."""
    port = Port("Key", "Policy")
    with pytest.raises(AwsError, match="Policy, which was not shown"):
        deploy_over_drift(port, "acme", {"Key"})
    assert port.writes == ["create_change_set", "delete_change_set"]


def test_what_follows_from_what_was_shown_may_change_too() -> None:
    """A key that is made again gives its alias, and what names the alias, another target: that is no surprise."""
    port = Port("Key", "Alias", "User", causes={"Alias": ["Key.Arn"], "User": ["Alias", "Key"]})
    deploy_over_drift(port, "acme", {"Key"})
    assert port.writes == ["create_change_set", "execute_change_set"]


@pytest.mark.parametrize("causes", [["Key", ""], ["Other.Arn"], ["Alias"], []])
def test_what_has_another_cause_is_not_explained(causes: list[str]) -> None:
    """A change with any cause besides, in itself, or without one, is refused."""
    port = Port("Key", "Alias", causes={"Alias": causes})
    with pytest.raises(AwsError, match="change Alias, which was not shown"):
        deploy_over_drift(port, "acme", {"Key"})
    assert port.writes == ["create_change_set", "delete_change_set"]


def test_a_new_definition_may_touch_what_it_changes() -> None:
    """With a changed template the plan shows the template, and the change set may touch whatever follows from it."""
    port = Port("Key", "Policy")
    deploy_over_drift(port, "acme", {"Key"}, {"TemplateBody": "{}"})
    assert port.asked["create_change_set"]["TemplateBody"] == "{}"
    assert port.writes == ["create_change_set", "execute_change_set"]


def test_nothing_to_revert_is_no_failure() -> None:
    """Where somebody mended it meanwhile, the empty change set is discarded and nothing else happens."""
    reason = "The submitted information didn't contain changes. Submit different information to create a change set."
    port = Port(statuses=("FAILED",), reason=reason)
    deploy_over_drift(port, "acme", {"Key"})
    assert port.writes == ["create_change_set", "delete_change_set"]


def test_a_change_set_that_cannot_be_made_is_an_error() -> None:
    """AWS's reason is told, and nothing is left behind."""
    port = Port(statuses=("FAILED",), reason="Requires capabilities")
    with pytest.raises(AwsError, match="Requires capabilities"):
        deploy_over_drift(port, "acme", {"Key"})
    assert port.writes == ["create_change_set", "delete_change_set"]
