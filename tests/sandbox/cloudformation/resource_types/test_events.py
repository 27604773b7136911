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


def test_a_bus_and_its_policy_come_and_go(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """A bus with a rule on it and statements in its policy: one given whole, one by principal and condition.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
    """
    whole = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": {"Fn::GetAtt": "Bus.Arn"}}
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-one"}
    parts = {"Principal": "*", "Action": "events:PutEvents", "Condition": condition}

    def statement(sid: str, **properties: Any) -> dict[str, Any]:
        properties = {"EventBusName": {"Ref": "Bus"}, "StatementId": sid, **properties}
        return {"Type": "AWS::Events::EventBusPolicy", "Properties": properties}

    resources = {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "security", "Description": "findings"}},
        "Rule": rule(EventBusName={"Ref": "Bus"}, Targets=[TARGET]),
        "Parts": statement("parts", **parts),
    }
    stack = deploy(resources, {"Policy": {"Ref": "Parts"}, "Rule": {"Ref": "Rule"}})
    assert stack["outputs"] == {"Policy": "security|parts", "Rule": "security|sign-in"}
    events = sandbox.client("events")
    (shown,) = json.loads(events.describe_event_bus(Name="security")["Policy"])["Statement"]
    assert shown["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-one"}}
    deploy({**resources, "Parts": statement("parts", Statement=whole)})
    (shown,) = json.loads(events.describe_event_bus(Name="security")["Policy"])["Statement"]
    assert (shown["Sid"], "Condition" in shown) == ("parts", False)
    delete()
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default"]
