"""A custom resource and its provider, as a template holds them: role, inline function, resource."""

from typing import Any

ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    },
}

RECORDING = """
import json
import boto3
import cfnresponse

def handler(event, context):
    asked = event["ResourceProperties"]
    topic = boto3.client("sns").create_topic(Name="requests")["TopicArn"]
    boto3.client("ssm").put_parameter(
        Name="/requests/" + event["RequestId"], Type="String", Value=json.dumps({**event, "topic": topic})
    )
    failing = asked.get("Fail") == event["RequestType"]
    cfnresponse.send(
        event,
        context,
        cfnresponse.FAILED if failing else cfnresponse.SUCCESS,
        {"Said": "hello " + asked.get("Name", "?"), "Number": 7, "Flag": True},
        asked.get("Id", "the-one"),
        reason="as you wished" if failing else None,
    )
"""
"""Notes every request as a parameter of Systems Manager, and answers as the properties `Fail`, `Name` and `Id` say."""


def function(source: str, **properties: Any) -> dict[str, Any]:
    """An inline function, run by the role `Role`."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Timeout": 20,
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": source},
            **properties,
        },
    }


def resources(source: str = RECORDING, others: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """The resources `Role`, `Function` and `Own`, of the type Custom::Own; `others` stand beside them."""
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    own = {"Type": "Custom::Own", "Properties": {"ServiceToken": token, **properties}}
    return {"Role": ROLE, "Function": function(source), "Own": own, **(others or {})}
