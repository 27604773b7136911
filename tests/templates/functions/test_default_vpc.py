"""The settings' function removes a default VPC on the sandbox: whole if it is empty, and not in part if it is in use."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def function(repository: Path) -> dict[str, Any]:
    """The function's module, by name."""
    return runpy.run_path(str(repository / "templates" / "functions" / "account_settings.py"))


def remains(ec2: Any) -> tuple[int, int, int]:
    """How many VPCs, subnets and internet gateways there are."""
    gateways = ec2.describe_internet_gateways()["InternetGateways"]
    return len(ec2.describe_vpcs()["Vpcs"]), len(ec2.describe_subnets()["Subnets"]), len(gateways)


def test_an_empty_one_goes(sandbox: "Embedded", function: dict[str, Any]) -> None:
    """Gateway, subnets and VPC go, also where an earlier run was cut off after the gateway; where none is, nothing is done."""
    ec2 = sandbox.client("ec2", REGION)
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    ec2.detach_internet_gateway(
        InternetGatewayId=gateway["InternetGatewayId"], VpcId=gateway["Attachments"][0]["VpcId"]
    )
    ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    function["remove_default_vpc"](ec2)
    assert remains(ec2) == (0, 0, 0)
    function["remove_default_vpc"](ec2)


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (lambda ec2, vpc, subnet: ec2.create_network_interface(SubnetId=subnet), "network interfaces"),
        (lambda ec2, vpc, subnet: ec2.create_route_table(VpcId=vpc), "route tables"),
        (lambda ec2, vpc, subnet: ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.240.0/24"), "further subnets"),
        (
            lambda ec2, vpc, subnet: ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3"),
            "vpc endpoints",
        ),
        (
            lambda ec2, vpc, subnet: ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True),
            "IPv6 addresses",
        ),
    ],
)
def test_one_in_use_stays_whole(
    sandbox: "Embedded", function: dict[str, Any], use: Callable[[Any, str, str], object], what: str
) -> None:
    """With anything in it but what AWS put there, it keeps gateway and subnets, and what is in it is told."""
    ec2 = sandbox.client("ec2", REGION)
    subnet = ec2.describe_subnets()["Subnets"][0]
    use(ec2, subnet["VpcId"], subnet["SubnetId"])
    before = remains(ec2)
    with pytest.raises(function["Left"], match=f"it is in use: {what}"):
        function["remove_default_vpc"](ec2)
    assert remains(ec2) == before
