"""Source: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html"""

from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.conftest import Refused


def default_vpc(ec2: Any) -> str:
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    return str(vpc["VpcId"])


def within(vpc: str, name: str = "vpc-id") -> dict[str, Any]:
    return {"Filters": [{"Name": name, "Values": [vpc]}]}


def emptied(ec2: Any) -> str:
    """The default VPC once its gateway and its subnets are gone."""
    vpc = default_vpc(ec2)
    for gateway in ec2.describe_internet_gateways(**within(vpc, "attachment.vpc-id"))["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    for subnet in ec2.describe_subnets(**within(vpc))["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    return vpc


def test_every_region_has_one(sandbox: Embedded) -> None:
    """The default VPC of a Region has a subnet in each zone, and a gateway to which the main route table sends all other traffic."""
    ec2 = sandbox.client("ec2", "eu-west-1")
    vpc = default_vpc(ec2)
    (gateway,) = ec2.describe_internet_gateways(**within(vpc, "attachment.vpc-id"))["InternetGateways"]
    (table,) = ec2.describe_route_tables(**within(vpc))["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert routes["0.0.0.0/0"] == gateway["InternetGatewayId"]
    assert all(subnet["DefaultForAz"] for subnet in ec2.describe_subnets(**within(vpc))["Subnets"])


def test_deleted_and_made_anew(sandbox: Embedded, refused: Refused) -> None:
    """A default VPC is deleted once gateway and subnets are gone, not before; it can be made anew, which has all of them again.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/deleting-default-vpc.html
    """
    ec2 = sandbox.client("ec2", "eu-west-1")
    assert refused(ec2.delete_vpc, VpcId=default_vpc(ec2)) == "DependencyViolation"
    ec2.delete_vpc(VpcId=emptied(ec2))
    assert ec2.describe_vpcs()["Vpcs"] == []
    ec2.create_default_vpc()
    assert ec2.describe_internet_gateways(**within(default_vpc(ec2), "attachment.vpc-id"))["InternetGateways"]


def test_a_subnet_in_use_stays(sandbox: Embedded, refused: Refused) -> None:
    """A subnet in which an interface is cannot be deleted.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
    """
    ec2 = sandbox.client("ec2", "eu-west-1")
    subnet = ec2.describe_subnets(**within(default_vpc(ec2)))["Subnets"][0]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    assert refused(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_subnet(SubnetId=subnet)


@pytest.mark.parametrize(
    ("create", "parameters"),
    [
        ("attach_internet_gateway", {}),
        ("create_vpc_endpoint", {"ServiceName": "com.amazonaws.eu-west-1.s3"}),
        ("create_security_group", {"GroupName": "own", "Description": "own"}),
        ("create_network_acl", {}),
        ("create_route_table", {}),
    ],
)
def test_a_vpc_in_use_stays(sandbox: Embedded, refused: Refused, create: str, parameters: dict[str, str]) -> None:
    """A VPC in which somebody has made a gateway, an endpoint, a group, a network ACL or a route table cannot be deleted.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
    """
    ec2 = sandbox.client("ec2", "eu-west-1")
    vpc = emptied(ec2)
    if create == "attach_internet_gateway":
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        parameters = {"InternetGatewayId": gateway}
    getattr(ec2, create)(VpcId=vpc, **parameters)
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
