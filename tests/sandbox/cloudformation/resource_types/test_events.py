import json
from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
PATTERN = {"source": ["aws.signin"]}
TARGET = {"Id": "one", "Arn": "arn:aws:sns:eu-west-1:111111111111:alerts"}


def rule(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Events::Rule", "Properties": {"Name": "sign-in", "EventPattern": PATTERN, **properties}}


def test_a_rule_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Pattern, state and targets are what plain EventBridge calls show, after an update too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    """
    deploy({"Rule": rule(Targets=[TARGET], Description="who signs in")}, {"Arn": {"Fn::GetAtt": "Rule.Arn"}})
    events = sandbox.client("events")
    found = events.describe_rule(Name="sign-in")
    assert (json.loads(found["EventPattern"]), found["State"]) == (PATTERN, "ENABLED")
    assert events.list_targets_by_rule(Rule="sign-in")["Targets"] == [TARGET]
    deploy({"Rule": rule(Targets=[{**TARGET, "Id": "two"}], State="DISABLED")})
    assert events.describe_rule(Name="sign-in")["State"] == "DISABLED"
    assert [target["Id"] for target in events.list_targets_by_rule(Rule="sign-in")["Targets"]] == ["two"]
    delete()
    assert events.list_rules()["Rules"] == []
