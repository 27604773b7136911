"""Source: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_a_mode_takes_effect_after_a_while(sandbox: Embedded, refused: Refused) -> None:
    """A region is in the default state until a mode is chosen, whose update is first in progress and then complete."""
    ec2 = sandbox.client("ec2")
    describe = ec2.describe_vpc_block_public_access_options
    options = describe()["VpcBlockPublicAccessOptions"]
    assert (options["InternetGatewayBlockMode"], options["State"]) == ("off", "default-state")
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-ingress")
    looks = [describe()["VpcBlockPublicAccessOptions"] for _ in range(2)]
    assert [each["State"] for each in looks] == ["update-in-progress", "update-complete"]
    assert looks[1]["InternetGatewayBlockMode"] == "block-ingress"
    modify = ec2.modify_vpc_block_public_access_options
    assert refused(modify, InternetGatewayBlockMode="on") == "InvalidParameterValue"


def test_the_organization_declares_it(sandbox: Embedded, declare: Callable[..., str], refused: Refused) -> None:
    """The mode of an EC2 policy holds, says whether exclusions are allowed, and cannot be changed in the account.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
    """
    block = {"mode": {"@@assign": "block_bidirectional"}, "exclusions_allowed": {"@@assign": "disabled"}}
    declare({"vpc_block_public_access": {"internet_gateway_block": block}})
    ec2 = sandbox.client("ec2")
    options = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (options["InternetGatewayBlockMode"], options["ManagedBy"]) == ("block-bidirectional", "declarative-policy")
    assert options["ExclusionsAllowed"] == "not-allowed"
    modify = ec2.modify_vpc_block_public_access_options
    assert refused(modify, InternetGatewayBlockMode="off") == "OperationNotPermitted"


@pytest.mark.not_kept
def test_exclusions_are_not_in_the_sandbox(sandbox: Embedded, refused: Refused) -> None:
    """A VPC or subnet can be excluded from the block."""
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    exclude = ec2.create_vpc_block_public_access_exclusion
    assert refused(exclude, VpcId=vpc, InternetGatewayExclusionMode="allow-egress") == "NotImplemented"
