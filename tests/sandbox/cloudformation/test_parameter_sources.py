"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded


def template(kind: str, default: str = "/source", **rule: Any) -> str:
    value: Any = {"Ref": "Given"}
    if "List" in kind:
        value = {"Fn::Join": ["+", value]}
    made = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/made", "Type": "String", "Value": value}}
    return json.dumps(
        {"Parameters": {"Given": {"Type": kind, "Default": default, **rule}}, "Resources": {"Made": made}}
    )


def looks(cloudformation: Any) -> dict[str, Any]:
    found: list[dict[str, Any]] = [cloudformation.describe_stacks(StackName="one")["Stacks"][0] for _ in range(2)]
    return found[1]


def made(sandbox: Embedded) -> str:
    return str(sandbox.client("ssm").get_parameter(Name="/made")["Parameter"]["Value"])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::SSM::Parameter::Value<String>", "a,b"),
        ("AWS::SSM::Parameter::Value<List<String>>", "a+b"),
        ("AWS::SSM::Parameter::Value<CommaDelimitedList>", "a+b"),
        ("AWS::SSM::Parameter::Name", "/source"),
    ],
)
def test_a_parameter_is_a_key_of_parameter_store(sandbox: Embedded, kind: str, value: str) -> None:
    """Ref gives what Parameter Store holds under the key, and descriptions show it as ResolvedValue.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """
    sandbox.client("ssm").put_parameter(Name="/source", Type="StringList", Value="a,b")
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template(kind))
    (shown,) = looks(cloudformation)["Parameters"]
    assert made(sandbox) == value
    assert shown["ParameterValue"] == "/source"
    assert shown.get("ResolvedValue") == (None if kind.endswith("Name") else "a,b")


def test_an_update_fetches_again(sandbox: Embedded) -> None:
    """A value that changed in Parameter Store is a change of the stack, and of its change set.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """
    ssm, cloudformation = sandbox.client("ssm"), sandbox.client("cloudformation")
    ssm.put_parameter(Name="/source", Type="String", Value="a")
    body = template("AWS::SSM::Parameter::Value<String>")
    cloudformation.create_stack(StackName="one", TemplateBody=body)
    looks(cloudformation)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName="one", UsePreviousTemplate=True)
    ssm.put_parameter(Name="/source", Type="String", Value="b", Overwrite=True)
    names = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**names, UsePreviousTemplate=True)
    for _ in range(2):
        (change,) = cloudformation.describe_change_set(**names)["Changes"] or [None]
    assert {detail["ChangeSource"] for detail in change["ResourceChange"]["Details"]} == {
        "DirectModification",
        "ParameterReference",
    }
    cloudformation.execute_change_set(**names)
    looks(cloudformation)
    assert made(sandbox) == "b"


def test_what_exists_is_accepted(sandbox: Embedded) -> None:
    """A parameter of an AWS-specific type takes the id of a resource that the account has in the region.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """
    vpc = sandbox.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template("AWS::EC2::VPC::Id", vpc))
    assert looks(cloudformation)["StackStatus"] == "CREATE_COMPLETE"
    assert made(sandbox) == vpc


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (
            "AWS::SSM::Parameter::Value<String>",
            "/absent",
            r"Unable to fetch parameters \[/absent\] from parameter store",
        ),
        ("AWS::SSM::Parameter::Name", "/absent", "Unable to fetch parameters"),
        ("AWS::EC2::VPC::Id", "vpc-0", "parameter value vpc-0 for parameter name Given does not exist"),
        ("List<AWS::EC2::AvailabilityZone::Name>", "eu-west-1a,mars-1a", "parameter value mars-1a"),
        ("AWS::EC2::Image::Id", "ami-0", "does not exist"),
        ("AWS::EC2::Instance::Id", "i-0", "does not exist"),
        ("AWS::EC2::KeyPair::KeyName", "key", "does not exist"),
        ("AWS::EC2::SecurityGroup::Id", "sg-0", "does not exist"),
        ("AWS::EC2::Subnet::Id", "subnet-0", "does not exist"),
        ("AWS::EC2::Volume::Id", "vol-0", "does not exist"),
        ("AWS::Route53::HostedZone::Id", "Z0", "does not exist"),
    ],
)
def test_what_does_not_exist_is_refused(sandbox: Embedded, kind: str, value: str, message: str) -> None:
    """Keys that Parameter Store does not have, and ids that the account does not have, are a ValidationError.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """
    with pytest.raises(ClientError, match=message) as refused:
        sandbox.client("cloudformation").create_stack(StackName="one", TemplateBody=template(kind, value))
    assert refused.value.response["Error"]["Code"] == "ValidationError"
