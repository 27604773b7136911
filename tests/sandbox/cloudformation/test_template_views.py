"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

TEMPLATE = json.dumps(
    {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Metadata": {"a": 1},
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "x", "AllowedValues": ["x", "y"]}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Group": {"Type": "AWS::Logs::LogGroup"}},
    }
)
OTHER = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


def test_templates_come_back(sandbox: Embedded) -> None:
    """GetTemplate gives the template of a stack, or of a change set, as it was given.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
    """
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)
    for _ in range(2):
        cloudformation.describe_stacks(StackName="one")
    names = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**names, TemplateBody=OTHER)
    assert cloudformation.get_template(StackName="one")["TemplateBody"] == json.loads(TEMPLATE)
    assert cloudformation.get_template(**names)["TemplateBody"] == json.loads(OTHER)


def test_a_template_is_summarized(sandbox: Embedded) -> None:
    """Parameters, types, what identifies them, version and metadata; by body, by S3 URL and by stack."""
    s3, cloudformation = sandbox.client("s3", region="us-east-1"), sandbox.client("cloudformation")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="a.json", Body=TEMPLATE)
    summary = cloudformation.get_template_summary(TemplateBody=TEMPLATE)
    assert summary["ResourceTypes"] == ["AWS::SNS::Topic", "AWS::Logs::LogGroup"]
    assert summary["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["x", "y"]}
    assert (summary["Version"], json.loads(summary["Metadata"])) == ("2010-09-09", {"a": 1})
    assert summary["ResourceIdentifierSummaries"][1] == {
        "ResourceType": "AWS::Logs::LogGroup",
        "LogicalResourceIds": ["Group"],
        "ResourceIdentifiers": ["LogGroupName"],
    }
    url = "https://templates.s3.us-east-1.amazonaws.com/a.json"
    assert cloudformation.get_template_summary(TemplateURL=url)["Parameters"] == summary["Parameters"]


def test_a_template_is_validated(sandbox: Embedded) -> None:
    """ValidateTemplate gives the parameters, or says what is wrong.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
    """
    cloudformation = sandbox.client("cloudformation")
    validated = cloudformation.validate_template(TemplateBody=TEMPLATE)
    assert validated["Parameters"] == [{"ParameterKey": "Secret", "DefaultValue": "x", "NoEcho": True}]
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        cloudformation.validate_template(TemplateBody='{"Resources": {"A": {"Type": "AWS::No::Such"}}}')


@pytest.mark.not_kept
@pytest.mark.parametrize(
    ("section", "what"),
    [
        ({"Rules": {"A": {"Assertions": []}}}, "the template section Rules"),
        ({"Transform": "AWS::LanguageExtensions"}, "the template section Transform"),
        ({"Hooks": {}}, "the template section Hooks"),
        (
            {
                "Resources": {
                    "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://a"}}
                }
            },
            "AWS::CloudFormation::Stack",
        ),
        (
            {"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}},
            "AWS::CloudFormation::WaitConditionHandle",
        ),
        ({"Resources": {"A": {"Type": "AWS::SNS::Topic", "CreationPolicy": {}}}}, "CreationPolicy"),
        ({"Outputs": {"A": {"Value": {"Fn::ToJsonString": {}}}}}, "Fn::ToJsonString"),
    ],
    ids=["rules", "transform", "hooks", "nested", "wait", "creation-policy", "language-extensions"],
)
def test_parts_of_templates_that_are_not_carried_out(sandbox: Embedded, section: dict[str, Any], what: str) -> None:
    """Rules, transforms and their functions, hooks, creation policies, nested stacks and wait conditions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
    """
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, **section})
    with pytest.raises(ClientError, match=f"The sandbox does not implement {what}"):
        sandbox.client("cloudformation").create_stack(StackName="one", TemplateBody=body)
