"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
SMALL = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
SET = {"StackSetName": "set", "PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}


@pytest.fixture
def cloudformation(sandbox: Embedded) -> Any:
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    return client


def put(sandbox: Embedded, text: str) -> None:
    """Keep a text as `a template.json` in the bucket `templates`."""
    s3 = sandbox.client("s3", region="eu-west-1")
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="templates", Key="a template.json", Body=text.encode())


@pytest.mark.parametrize(
    "url",
    [
        "https://templates.s3.eu-west-1.amazonaws.com/a%20template.json",
        "https://templates.s3.amazonaws.com/a%20template.json",
        "https://s3.eu-west-1.amazonaws.com/templates/a%20template.json",
        "https://s3-eu-west-1.amazonaws.com/templates/a%20template.json",
        "https://s3.amazonaws.com/templates/a%20template.json",
    ],
)
def test_a_template_is_read_from_s3(sandbox: Embedded, cloudformation: Any, url: str) -> None:
    """TemplateURL points to an object in S3, in virtual-host or path style; the stack set has the object's text."""
    put(sandbox, SMALL)
    cloudformation.create_stack_set(**SET, TemplateURL=url)
    assert cloudformation.describe_stack_set(StackSetName="set")["StackSet"]["TemplateBody"] == SMALL


def test_a_template_in_s3_may_have_a_megabyte(sandbox: Embedded, cloudformation: Any, refused: Refused) -> None:
    """An inline template is refused over 51,200 bytes, one in S3 over 1 MB.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    long = SMALL + " " * 60_000
    put(sandbox, long)
    assert refused(cloudformation.create_stack_set, **SET, TemplateBody=long) == "ValidationError"
    url = "https://templates.s3.amazonaws.com/a%20template.json"
    cloudformation.create_stack_set(**SET, TemplateURL=url)
    sandbox.client("s3").put_object(Bucket="templates", Key="a template.json", Body=b" " * 1_000_001)
    assert refused(cloudformation.update_stack_set, StackSetName="set", TemplateURL=url) == "ValidationError"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"TemplateURL": "https://example.com/templates/t.json"}, "TemplateURL must be a supported URL"),
        ({"TemplateURL": "http://templates.s3.amazonaws.com/t.json"}, "TemplateURL must be a supported URL"),
        ({"TemplateURL": "https://absent.s3.amazonaws.com/t.json"}, "S3 error: The specified bucket does not exist"),
        ({"TemplateURL": "https://templates.s3.amazonaws.com/t.json"}, "S3 error: The specified key does not exist"),
        ({"TemplateURL": "https://s3.amazonaws.com/templates/t", "TemplateBody": SMALL}, "Only one of"),
        ({}, "Either Template URL or Template Body must be specified"),
        ({"TemplateURL": "ssm-doc://arn:aws:ssm:eu-west-1:111111111111:document/t"}, "does not implement"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(
    sandbox: Embedded, cloudformation: Any, request_: dict[str, str], message: str
) -> None:
    """Only HTTPS addresses of S3 are followed, and the object must exist; nothing is fetched from anywhere else."""
    put(sandbox, SMALL)
    with pytest.raises(cloudformation.exceptions.ClientError, match=message):
        cloudformation.create_stack_set(**SET, **request_)
    assert cloudformation.list_stack_sets()["Summaries"] == []
