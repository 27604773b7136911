import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.provider import ROLE, function
from tests.sandbox.cloudformation.resource_types.conftest import Deploy

ARN = "arn:aws:lambda:eu-west-1:111111111111:function:watch"


def declared(said: str = "first", **others: dict[str, Any]) -> dict[str, Any]:
    source = f"def handler(event, context):\n    return {said!r}"
    return {"Role": ROLE, "Function": function(source, FunctionName="watch"), **others}


def version(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}, **properties}}


def alias(number: Any, **properties: Any) -> dict[str, Any]:
    named = {"FunctionName": {"Ref": "Function"}, "FunctionVersion": number, "Name": "live", **properties}
    return {"Type": "AWS::Lambda::Alias", "Properties": named}


def permission(**properties: Any) -> dict[str, Any]:
    granted = {"FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", **properties}
    return {"Type": "AWS::Lambda::Permission", "Properties": granted}


def said(sandbox: Embedded, qualifier: str) -> bytes:
    answer = sandbox.client("lambda").invoke(FunctionName="watch", Qualifier=qualifier)
    payload: bytes = answer["Payload"].read()
    return payload


def test_a_version_keeps_what_the_function_was(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """A version has an ARN and a number, and runs the code it was published with; an alias names one of them.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    """
    number = {"Fn::GetAtt": ["One", "Version"]}
    outputs = {"Ref": {"Ref": "One"}, "Number": number, "Alias": {"Ref": "Live"}}
    stack = deploy(declared(One=version(), Live=alias(number)), outputs)
    assert stack["outputs"] == {"Ref": f"{ARN}:1", "Number": "1", "Alias": f"{ARN}:live"}
    later = alias({"Fn::GetAtt": ["Two", "Version"]})
    deploy(declared("second", One=version(), Live=alias(number)))
    assert [said(sandbox, name) for name in ("$LATEST", "1", "live")] == [b'"second"', b'"first"', b'"first"']
    deploy(declared("second", One=version(), Two=version(Description="two"), Live=later))
    assert said(sandbox, "live") == b'"second"'
    delete()
    assert sandbox.client("lambda").list_functions()["Functions"] == []


def test_a_version_needs_a_change(deploy: Deploy) -> None:
    """A second version of an unchanged function is refused, and one whose code is not the named one.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
    """
    deploy(declared(One=version()))
    again = deploy(declared(One=version(), Two=version(Description="two")))
    assert "A version for this Lambda function exists ( 1 )" in again["reasons"][0]
    other = deploy(declared(One=version(), Two=version(CodeSha256="x")))
    assert "is different from current CodeSHA256 in $LATEST" in other["reasons"][0]


@pytest.mark.parametrize(
    ("granted", "principal", "condition"),
    [
        ({"Principal": "222222222222"}, {"AWS": "arn:aws:iam::222222222222:root"}, None),
        (
            {"Principal": "events.amazonaws.com", "SourceAccount": "111111111111"},
            {"Service": "events.amazonaws.com"},
            {"StringEquals": {"AWS:SourceAccount": "111111111111"}},
        ),
        (
            {"Principal": "*", "PrincipalOrgID": "o-abcdefghij"},
            "*",
            {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        ),
    ],
)
def test_a_permission_is_a_statement_of_the_functions_policy(
    sandbox: Embedded, deploy: Deploy, granted: dict[str, Any], principal: Any, condition: Any
) -> None:
    """Principal and conditions are written as Lambda writes them; without the permission there is no policy.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    deploy(declared(Granted=permission(**granted)))
    client = sandbox.client("lambda")
    (statement,) = json.loads(client.get_policy(FunctionName="watch")["Policy"])["Statement"]
    assert statement["Sid"].startswith("one-Granted-")
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "lambda:InvokeFunction", ARN)
    assert (statement["Principal"], statement.get("Condition")) == (principal, condition)
    deploy(declared())
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName="watch")
