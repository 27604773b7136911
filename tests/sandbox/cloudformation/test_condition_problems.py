"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

SAME = {"Fn::Equals": ["a", "a"]}
CHOICE = {"Fn::If": ["C", "yes", "no"]}


def body(conditions: dict[str, Any], name: Any = "topic") -> str:
    topic = {"Type": "AWS::SNS::Topic", "Condition": "C", "Properties": {"TopicName": name}}
    return json.dumps({"Conditions": conditions, "Resources": {"Topic": topic}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (body({"C": {"Fn::Equals": ["a"]}}), "every Fn::Equals object requires a list of 2 string parameters"),
        (body({"C": {"Fn::Not": SAME}}), "every Fn::Not object requires one boolean parameter"),
        (body({"C": {"Fn::And": [SAME]}}), "every Fn::And object requires a list of at least 2 and at most 10"),
        (body({"C": {"Fn::Or": [SAME] * 11}}), "every Fn::Or object requires a list of at least 2 and at most 10"),
        (body({"C": {"Condition": "D"}, "D": {"Condition": "C"}}), r"circular condition dependency: \[C, D\]"),
        (body({"C": {"Fn::Not": [{"Condition": "C"}]}}), r"circular condition dependency: \[C\]"),
        (body({"C": SAME}, {"Fn::Join": ["-", [{"Fn::If": ["D", 1, 2]}]]}), "unresolved condition dependency D"),
    ],
)
def test_conditions_that_cannot_be_worked_out_are_refused(sandbox: Embedded, text: str, message: str) -> None:
    """Condition functions take as many parameters as AWS says and run in no circle; Fn::If names a condition that there is.

    No stack is made.
    """
    cloudformation = sandbox.client("cloudformation")
    with pytest.raises(ClientError, match=message) as refused:
        cloudformation.create_stack(StackName="one", TemplateBody=text)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert cloudformation.describe_stacks()["Stacks"] == []


def test_conditions_that_build_on_others_are_worked_out(sandbox: Embedded) -> None:
    """A condition may refer to others, however deep; Fn::If chooses by it."""
    conditions = {"A": SAME, "B": {"Fn::Not": [{"Condition": "A"}]}, "C": {"Fn::Not": [{"Condition": "B"}]}}
    sandbox.client("cloudformation").create_stack(StackName="one", TemplateBody=body(conditions, CHOICE))
    assert [topic["TopicArn"].rpartition(":")[2] for topic in sandbox.client("sns").list_topics()["Topics"]] == ["yes"]
