import json
from typing import Any

import pytest

from guardrails.sandbox.cloudformation import templates
from guardrails.sandbox.serving.refusals import Refusal

TOPIC = {"Type": "AWS::SNS::Topic"}


def body(**sections: Any) -> str:
    return json.dumps({"Resources": {"Topic": TOPIC}, **sections})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Template format error: not well-formed"),
        ("a: [", "Template format error: not well-formed"),
        ("just text", "Template format error: unsupported structure"),
        ("{}", "At least one Resources member must be defined"),
        (body(Resources={"A": {**TOPIC, "Properties": {"B": {"Fn::GetAtt": 5}}}}), "unsupported structure"),
        (body(Resources={"A": {**TOPIC, "Properties": ["B"]}}), r"\[/Resources/A/Properties\] must be an object"),
        (body(Resources={"A": {**TOPIC, "Properties": {"B": {"Fn::Sub": ["a", {}, 1]}}}}), "unsupported structure"),
        (body(Resources={"A": {**TOPIC, "DeletionPolicy": "Keep"}}), "Unrecognized DeletionPolicy Keep for resource A"),
        (body(Resources={"A": {**TOPIC, "DeletionPolicy": {"Ref": "P"}}}), "Every DeletionPolicy member must be a"),
        (body(Resources={"A": {**TOPIC, "UpdateReplacePolicy": "Snapshot"}}), "does not support UpdateReplacePolicy"),
        ('{"Metadata": ' + "[" * 99_999, "unsupported structure"),
        ("Resources: {A: {Type: AWS::SNS::Topic, Properties: &p {Tags: *p}}}", "unsupported structure"),
        (body(Description=5), "every Description member must be a string"),
        (body(Description="x" * 1_025), "'Description' length is greater than 1024"),
        (body(Parameters={"P": {"Type": "String", "Defalut": "x"}}), "Invalid template parameter property 'Defalut'"),
        (body(Parameters={"P": {"Type": "String", "AllowedPattern": "["}}), "AllowedPattern of P is no regular expr"),
        (body(Parameters={"P": {"Type": "String", "MinLength": "a"}}), "Every MinLength member must be a number"),
        (body(Parameters={"P": {"Type": "String", "AllowedValues": "a"}}), "Every AllowedValues member must be a list"),
        (body(Parameters=["A"]), "unsupported structure"),
        (body(Outputs={"O": "x"}), "unsupported structure"),
        (body(Colour={}), r"Invalid template property or properties \[Colour\]"),
        (body(Transform="AWS::Serverless-2016-10-31"), "does not implement the template section Transform"),
        (body(Resources={"A": {}}), "Every Resources object must contain a Type member"),
        (body(Resources={"A-B": TOPIC}), "Resource name A-B is non alphanumeric"),
        (body(Resources={"A": {**TOPIC, "Colour": 1}}), "Invalid template resource property 'Colour'"),
        (body(Resources={"A": {"Type": "AWS::S3::Bukkit"}}), r"Unrecognized resource types: \[AWS::S3::Bukkit\]"),
        (body(Resources={"A": {"Type": "AWS::EC2::VPC"}}), "The sandbox does not implement AWS::EC2::VPC"),
        (
            body(Outputs={"O": {"Value": {"Ref": "Absent"}}}),
            r"Unresolved resource dependencies \[Absent\] in the Outputs",
        ),
        (body(Outputs={"O": {"Value": "x", "Export": {"As": "n"}}}), "Every Export member must contain a Name"),
        (body(Outputs={"O": {"Value": {"Fn::Length": ["x"]}}}), "does not implement Fn::Length"),
        (body(Outputs={"O": {}}), "must contain a Value"),
        (body(Outputs={"O-O": {"Value": "x"}}), "Output name O-O is non alphanumeric"),
        (body(Outputs={f"O{i}": {"Value": "x"} for i in range(201)}), "maximum allowed, 200"),
        (body(Resources={"A": {**TOPIC, "Condition": "C"}}), "Unresolved condition dependency C"),
        (body(Outputs={"O": {"Value": "x", "Condition": "C"}}), "Unresolved condition dependency C in the Outputs"),
        (body(Resources={"A": {**TOPIC, "DependsOn": "B"}}), r"Unresolved resource dependencies \[B\]"),
        (body(Conditions={"C": {"Fn::Equals": [{"Ref": "Topic"}, "x"]}}), r"Unresolved dependencies \[Topic\]"),
        (body(Conditions={"C": {"Fn::Not": [{"Condition": "D"}]}}), "Unresolved condition dependency D"),
        (body(Conditions={"C": {"Fn::Sub": "x"}}), "Fn::Sub is not a condition function"),
        (
            body(Resources={"A": {**TOPIC, "DependsOn": "B"}, "B": {**TOPIC, "DependsOn": ["A"]}}),
            "Circular dependency between resources",
        ),
    ],
)
def test_wrong_templates_are_refused(text: str, message: str) -> None:
    """What is no template, and what AWS or the sandbox does not have, is a ValidationError that says so.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
    """
    with pytest.raises(Refusal, match=message) as refused:
        templates.parse(text)
    assert refused.value.code == "ValidationError"


def test_yaml_short_forms_are_spelt_out() -> None:
    """!Ref, !GetAtt and !Sub are the functions that they abbreviate; dates stay text."""
    text = """
    Resources:
      Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${AWS::StackName}-x"}}
      Policy:
        Type: AWS::SNS::TopicPolicy
        Properties: {Topics: [!Ref Topic], PolicyDocument: {Version: 2012-10-17, Statement: []}}
    Outputs: {Name: {Value: !GetAtt Topic.TopicName}}
    """
    template = templates.parse(text)
    assert template.resources["Topic"]["Properties"]["TopicName"] == {"Fn::Sub": "${AWS::StackName}-x"}
    assert template.resources["Policy"]["Properties"]["PolicyDocument"]["Version"] == "2012-10-17"
    assert template.outputs["Name"]["Value"] == {"Fn::GetAtt": ["Topic", "TopicName"]}
    assert template.order == ("Topic", "Policy")


def test_one_body_is_read_once() -> None:
    """A stack set's template is parsed once, however many instances it has."""
    assert templates.parse(body()) is templates.parse(body())


def test_a_template_over_51200_bytes_is_refused() -> None:
    """An inline template has a limit in bytes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    templates.check_size("x" * 51_200)
    with pytest.raises(Refusal, match="less than or equal to 51200"):
        templates.check_size("é" * 25_601)


@pytest.mark.parametrize(
    ("properties", "needed"), [({}, "CAPABILITY_IAM"), ({"RoleName": "named"}, "CAPABILITY_NAMED_IAM")]
)
def test_iam_resources_need_to_be_acknowledged(properties: dict[str, str], needed: str) -> None:
    """IAM resources need a capability, those with names of their own the stronger one.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    """
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, **properties}}
    template = templates.parse(body(Resources={"Role": role}))
    with pytest.raises(Refusal, match=needed) as refused:
        template.check_capabilities([])
    assert refused.value.code == "InsufficientCapabilitiesException"
    template.check_capabilities([needed])
    template.check_capabilities(["CAPABILITY_NAMED_IAM"])
