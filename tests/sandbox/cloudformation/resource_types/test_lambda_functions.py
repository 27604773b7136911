from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.provider import ROLE, function
from tests.sandbox.cloudformation.resource_types.conftest import Deploy
from tests.sandbox.functions.conftest import packed

SOURCE = "def handler(event, context):\n    return 'first'"
ARN = "arn:aws:lambda:eu-west-1:111111111111:function:watch"


def declared(source: str = SOURCE, **properties: Any) -> dict[str, Any]:
    return {"Role": ROLE, "Function": function(source, FunctionName="watch", **properties)}


def configuration(sandbox: Embedded) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.client("lambda").get_function(FunctionName="watch")
    return found


def said(sandbox: Embedded) -> bytes:
    payload: bytes = sandbox.client("lambda").invoke(FunctionName="watch")["Payload"].read()
    return payload


def test_a_function_is_created_changed_and_deleted(
    sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]
) -> None:
    """Every property arrives, an update changes code and configuration, what it leaves out goes back to its default.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """
    properties: dict[str, Any] = {
        "Architectures": ["arm64"],
        "Description": "watches",
        "Environment": {"Variables": {"LEVEL": 1}},
        "EphemeralStorage": {"Size": 1024},
        "MemorySize": 256,
        "Timeout": 60,
        "TracingConfig": {"Mode": "Active"},
    }
    tags = [{"Key": "a", "Value": "b"}]
    outputs = {"Ref": {"Ref": "Function"}, "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}
    stack = deploy(declared(**properties, ReservedConcurrentExecutions=5, Tags=tags), outputs)
    assert stack["outputs"] == {"Ref": "watch", "Arn": ARN}
    found = configuration(sandbox)
    expected = {**properties, "Environment": {"Variables": {"LEVEL": "1"}}}
    assert {name: found["Configuration"][name] for name in expected} == expected
    assert (found["Tags"]["a"], found["Concurrency"]["ReservedConcurrentExecutions"]) == ("b", 5)
    assert said(sandbox) == b'"first"'
    deploy(declared(SOURCE.replace("first", "second")))
    found = configuration(sandbox)
    assert said(sandbox) == b'"second"'
    assert (found["Configuration"]["MemorySize"], "Concurrency" in found) == (128, False)
    delete()
    assert sandbox.client("lambda").list_functions()["Functions"] == []


def test_code_may_be_a_zip_in_s3(sandbox: Embedded, deploy: Deploy) -> None:
    """A deployment package in a bucket of the region runs; without inline code there is no cfnresponse module.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
    """
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="code", Key="one.zip", Body=packed(index=f"import more\n{SOURCE}", more=""))
    s3.put_object(Bucket="code", Key="two.zip", Body=packed(index=f"import cfnresponse\n{SOURCE}"))
    deploy(declared(Code={"S3Bucket": "code", "S3Key": "one.zip"}))
    assert said(sandbox) == b'"first"'
    deploy(declared(Code={"S3Bucket": "code", "S3Key": "two.zip"}))
    assert b"No module named 'cfnresponse'" in said(sandbox)


def test_the_response_module_needs_the_exact_statement(sandbox: Embedded, deploy: Deploy) -> None:
    """Inline code that imports cfnresponse in another way than `import cfnresponse` does not find it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
    """
    deploy(declared(f"import json, cfnresponse\n{SOURCE}"))
    assert b"No module named 'cfnresponse'" in said(sandbox)
    deploy(declared(f"import cfnresponse\n{SOURCE}"))
    assert said(sandbox) == b'"first"'


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Role": "arn:aws:iam::111111111111:role/none"}, "cannot be assumed by Lambda"),
        ({"Role": "arn:aws:iam::111111111111:role/OrganizationAccountAccessRole"}, "cannot be assumed by Lambda"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved keys"),
        ({"Environment": {"Variables": {"LONG": "x" * 4096}}}, "exceeded the 4KB limit"),
        ({"Timeout": 901}, "Member must have value less than or equal to 900"),
        ({"ReservedConcurrentExecutions": 901}, "below its minimum value of [100]"),
        ({"Code": {}}, "Please provide a source for function code."),
        ({"Code": {"S3Bucket": "none", "S3Key": "x"}}, "S3 Error Code: NoSuchBucket"),
        ({"Code": {"S3Bucket": "abroad", "S3Key": "x"}}, "S3 Error Code: PermanentRedirect"),
        ({"Code": {"S3Bucket": "here", "S3Key": "x"}}, "S3 Error Code: NoSuchKey"),
        ({"Code": {"S3Bucket": "here", "S3Key": "text"}}, "Could not unzip uploaded file"),
        ({"Runtime": {"Ref": "AWS::NoValue"}}, "Runtime and Handler are mandatory"),
        ({"FunctionName": "taken"}, "already exists"),
    ],
)
def test_what_lambda_refuses_fails_the_stack(
    sandbox: Embedded, deploy: Deploy, properties: dict[str, Any], reason: str
) -> None:
    """Roles, variables, limits, code that is not there: refused with Lambda's reasons.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    sandbox.client("s3", region="us-east-1").create_bucket(Bucket="abroad")
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="here", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="here", Key="text", Body=b"no zip")
    if properties.get("FunctionName") == "taken":
        deploy(declared())
        stack = deploy({**declared(), "Another": function(SOURCE, FunctionName="watch")})
    else:
        stack = deploy(declared(**properties))
    assert stack["status"].endswith("ROLLBACK_COMPLETE")
    assert reason in stack["reasons"][0]


@pytest.mark.parametrize(("account", "status"), [("111111111111", "CREATE"), ("222222222222", "ROLLBACK")])
def test_a_role_may_trust_lambda_for_one_account(deploy: Deploy, account: str, status: str) -> None:
    """Lambda assumes a role whose trust policy wants aws:SourceAccount to be the function's account, and none that wants another.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
    """
    (trust,) = ROLE["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    only = {**trust, "Condition": {"StringEquals": {"aws:SourceAccount": account}}}
    policy = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [only]}}
    stack = deploy({**declared(), "Role": {**ROLE, "Properties": policy}})
    assert stack["status"] == f"{status}_COMPLETE"


@pytest.mark.not_kept
@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ({"Runtime": "nodejs22.x"}, "the runtime nodejs22.x"),
        ({"PackageType": "Image"}, "functions of container images"),
        (
            {"Layers": ["arn:aws:lambda:eu-west-1:111111111111:layer:x:1"]},
            "the property Layers of AWS::Lambda::Function",
        ),
        ({"VpcConfig": {"SubnetIds": []}}, "the property VpcConfig of AWS::Lambda::Function"),
        ({"LoggingConfig": {"LogGroup": "x"}}, "the property LoggingConfig of AWS::Lambda::Function"),
        (
            {"Code": {"ZipFile": "", "SourceKMSKeyArn": ""}},
            "the property Code.SourceKMSKeyArn of AWS::Lambda::Function",
        ),
    ],
)
def test_what_the_sandbox_cannot_run_is_refused(deploy: Deploy, properties: dict[str, Any], what: str) -> None:
    """Other languages, container images, layers, VPCs, own log groups.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    """
    (reason,) = deploy(declared(**properties))["reasons"]
    assert f"The sandbox does not implement {what}" in reason
