import json
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.provider import ROLE, function, resources
from tests.sandbox.conftest import NewAccount

ANSWERS = """
import json
from urllib.request import Request, urlopen
def handler(event, context):
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "x", "Reason": "because"}
    answer |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    %s
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    urlopen(Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT"))
"""
SILENT = "CloudFormation did not receive a response from your Custom Resource"


def reasons(sandbox: Embedded, declared: dict[str, Any]) -> list[str]:
    """Why a stack of these resources was rolled back, first things first."""
    cloudformation = sandbox.client("cloudformation")
    body = json.dumps({"Resources": declared})
    cloudformation.create_stack(StackName="one", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    cloudformation.describe_stacks(StackName="one")
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    return [one["ResourceStatusReason"] for one in reversed(events) if one["ResourceStatus"] == "CREATE_FAILED"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("answer['Data'] = {'a': 'x' * 4096}", "Response object is too long."),
        ("answer['PhysicalResourceId'] = ''", "Invalid PhysicalResourceId"),
        ("del answer['PhysicalResourceId']", "Invalid PhysicalResourceId"),
        ("answer['PhysicalResourceId'] = 'x' * 1025", "Invalid PhysicalResourceId"),
        ("answer['Status'] = 'OK'", "Status must be SUCCESS or FAILED"),
        ("answer['RequestId'] = 'x'", "RequestId must be the request's"),
        ("answer['Data'] = ['x']", "Value of Data must be an object"),
        ("answer.update(Status='FAILED', Reason='')", "Reason is required if Status is FAILED"),
        ("answer = b'{'", "it is not JSON"),
    ],
)
def test_a_response_that_breaks_the_rules_fails_the_resource(sandbox: Embedded, change: str, reason: str) -> None:
    """At most 4,096 bytes, a physical id within 1,024, the request's ids repeated, Data an object, a reason for a failure.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    (failed,) = reasons(sandbox, resources(ANSWERS % change))
    assert reason in failed


@pytest.mark.not_kept
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def handler(event, context): pass", "The function ended without one."),
        ("def handler(event, context): raise ValueError('no')", "The function failed: no"),
    ],
)
def test_nobody_waits_for_a_response_that_will_not_come(sandbox: Embedded, source: str, why: str) -> None:
    """CloudFormation waits an hour, or as long as ServiceTimeout says, for a response; Lambda tries a failed call twice more.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
    """
    (reason,) = reasons(sandbox, resources(source))
    assert reason.startswith(SILENT)
    assert reason.endswith(why)


def test_a_response_after_the_service_timeout_is_none(sandbox: Embedded) -> None:
    """ServiceTimeout is the time within which the response must have come.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
    """
    late = "import time\n    event['RequestType'] == 'Create' and time.sleep(1.05)"
    (reason,) = reasons(sandbox, resources(ANSWERS % late, ServiceTimeout=1))
    assert "after the service timeout of 1 seconds" in reason


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("not an arn", "Invalid service token."),
        ("arn:aws:lambda:us-east-1:111111111111:function:x", "Invalid service token."),
        (
            "arn:aws:lambda:eu-west-1:111111111111:function:x",
            "Function not found: arn:aws:lambda:eu-west-1:111111111111",
        ),
        ("arn:aws:lambda:eu-west-1:222222222222:function:x", "is not authorized to perform: lambda:InvokeFunction"),
    ],
)
def test_the_service_token_names_a_function_of_the_region(sandbox: Embedded, token: str, reason: str) -> None:
    """The provider must exist, in the stack's region, and let the account invoke it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    (failed,) = reasons(sandbox, {"Own": {"Type": "Custom::Own", "Properties": {"ServiceToken": token}}})
    assert reason in failed


@pytest.mark.not_kept
def test_a_topic_cannot_be_a_provider(sandbox: Embedded) -> None:
    """The service token may name an SNS topic.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    topic = "arn:aws:sns:eu-west-1:111111111111:x"
    (reason,) = reasons(sandbox, {"Own": {"Type": "Custom::Own", "Properties": {"ServiceToken": topic}}})
    assert reason.startswith("The sandbox does not implement custom resources behind an SNS topic")


def test_a_function_of_another_account_may_be_the_provider(sandbox: Embedded, new_account: NewAccount) -> None:
    """A function whose policy lets the organization invoke it serves stacks of a member account.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    organization = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    permission = {"FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": "*"}
    central = {
        "Role": ROLE,
        "Function": function(ANSWERS % "pass", FunctionName="central"),
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {**permission, "PrincipalOrgID": organization}},
    }
    assert reasons(sandbox, central) == []
    member = sandbox.client("cloudformation", account=new_account("one"))
    token = "arn:aws:lambda:eu-west-1:111111111111:function:central"
    own = {"Own": {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": token}}}
    member.create_stack(StackName="two", TemplateBody=json.dumps({"Resources": own}))
    statuses = [member.describe_stacks(StackName="two")["Stacks"][0]["StackStatus"] for _ in range(2)]
    assert statuses == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
