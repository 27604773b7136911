import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}],
}


def topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts", **properties}}


def test_a_topic_and_its_policy(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Display name, key, tags and policy are what plain SNS calls show; deleting the stack deletes the topic.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
    """
    policy = {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": POLICY, "Topics": [{"Ref": "Topic"}]}}
    properties = {"DisplayName": "Alerts", "KmsMasterKeyId": "alias/one", "Tags": [{"Key": "team", "Value": "ops"}]}
    arn = deploy({"Topic": topic(**properties), "Policy": policy}, {"Arn": {"Ref": "Topic"}})["outputs"]["Arn"]
    sns = sandbox.client("sns")
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (attributes["DisplayName"], attributes["KmsMasterKeyId"]) == ("Alerts", "alias/one")
    assert json.loads(attributes["Policy"]) == POLICY
    assert {"Key": "team", "Value": "ops"} in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
    deploy({"Topic": topic()})
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert json.loads(attributes["Policy"])["Id"] == "__default_policy_ID"
    delete()
    with pytest.raises(ClientError, match="NotFound"):
        sns.get_topic_attributes(TopicArn=arn)


def test_a_topic_policy_moves(sandbox: Embedded, deploy: Deploy) -> None:
    """A policy that names another topic is put there, and the topic it was on gets the default policy back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
    """
    topics = {name: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}} for name in ("One", "Two")}
    sns = sandbox.client("sns")

    def statements(on: str) -> list[bool]:
        properties = {"PolicyDocument": POLICY, "Topics": [{"Ref": on}]}
        deploy({**topics, "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": properties}})
        arns = [f"arn:aws:sns:eu-west-1:111111111111:{name}" for name in topics]
        return [json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == POLICY for arn in arns]

    assert statements("One") == [True, False]
    assert statements("Two") == [False, True]


def test_a_taken_name_fails_the_stack(sandbox: Embedded, deploy: Deploy) -> None:
    """CloudFormation does not adopt a topic that exists."""
    sandbox.client("sns").create_topic(Name="alerts")
    stack = deploy({"Topic": topic()})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert "alerts already exists" in stack["reasons"][0]


def test_a_subscription_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy) -> None:
    """Its attributes are what plain SNS calls show; one that leaves the template goes away.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
    """
    topic = {"Type": "AWS::SNS::Topic"}
    endpoint = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:111111111111:one"}
    sns = sandbox.client("sns")

    def subscription(**properties: Any) -> dict[str, Any]:
        return {"Type": "AWS::SNS::Subscription", "Properties": {**endpoint, **properties}}

    first = subscription(FilterPolicy={"severity": ["high"]}, RawMessageDelivery=True)
    arn = deploy({"Topic": topic, "One": first}, {"Arn": {"Ref": "One"}})["outputs"]["Arn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (json.loads(attributes["FilterPolicy"]), attributes["RawMessageDelivery"]) == (
        {"severity": ["high"]},
        "true",
    )
    deploy({"Topic": topic, "One": subscription()})
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert ("FilterPolicy" in attributes, attributes["RawMessageDelivery"]) == (False, "false")
    deploy({"Topic": topic})
    assert sns.list_subscriptions()["Subscriptions"] == []
