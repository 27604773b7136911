"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

import json

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.cloudformation import account_limits
from guardrails.sandbox.embedded import Embedded


def test_the_limits_of_an_account_are_told(sandbox: Embedded) -> None:
    """2,000 stacks, 200 outputs of a stack, 2,500 resources at once.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeAccountLimits.html
    """
    limits = sandbox.client("cloudformation").describe_account_limits()["AccountLimits"]
    assert {limit["Name"]: limit["Value"] for limit in limits} == {
        "StackLimit": 2000,
        "StackOutputsLimit": 200,
        "ConcurrentResourcesLimit": 2500,
    }


def test_an_account_has_so_many_stacks_and_no_more(sandbox: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack beyond the limit is refused with LimitExceededException; here with a limit of one."""
    monkeypatch.setattr(account_limits, "STACKS", 1)
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=body)
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(StackName="two", TemplateBody=body)
    assert refused.value.response["Error"]["Code"] == "LimitExceededException"
