"""Default VPCs: each account has one in every Region, with a way to the internet; and what keeps a VPC from being deleted.

Sources: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
"""

from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import attributes
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

_OPENED: Final[dict[tuple[str, str], bool]] = lifecycle.forgotten_on_reset({})


@operation("ec2", "DeleteSubnet")
def delete_subnet(call: Call) -> Answer:
    """Let moto delete the subnet, unless something has an interface in it.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
    """
    attributes.refuse_dry_run(call)
    subnet = str(call.parameters["SubnetId"])
    if any(interface.subnet.id == subnet for interface in _backend(call).enis.values()):
        raise _in_use("subnet", subnet)
    return FORWARD


@operation("ec2", "DeleteVpc")
def delete_vpc(call: Call) -> Answer:
    """Let moto delete the VPC, unless there is a gateway, an endpoint, a group or a network ACL in it that somebody made."""
    attributes.refuse_dry_run(call)
    _open(call)
    vpc, backend = str(call.parameters["VpcId"]), _backend(call)
    dependent = (
        *(each for each in backend.internet_gateways.values() if each.vpc and each.vpc.id == vpc),
        *(each for each in backend.vpc_end_points.values() if each.vpc_id == vpc and each.state != "deleted"),
        *(each for each in backend.groups[vpc].values() if each.name != "default"),
        *(each for each in backend.network_acls.values() if each.vpc_id == vpc and not each.default),
    )
    if dependent:
        raise _in_use("vpc", vpc)
    return FORWARD


@operation("ec2", "AttachInternetGateway", "CreateRoute", "DescribeInternetGateways", "DescribeRouteTables")
def look_at_routes(call: Call) -> Answer:
    """Let moto answer, once the default VPC has its way to the internet."""
    _open(call)
    return FORWARD


@operation("ec2", "CreateDefaultVpc")
def create_default_vpc(call: Call) -> Answer:
    """Let moto make it; its way to the internet is made when somebody looks."""
    _OPENED.pop((call.account_id, call.region), None)
    return FORWARD


def _open(call: Call) -> None:
    """Give the default VPC an internet gateway and the route to it, where that was not done yet."""
    backend = _backend(call)
    vpc = backend.get_default_vpc()
    if vpc is None or _OPENED.get((call.account_id, call.region)):
        return
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc.id)
    (table,) = backend.describe_route_tables(filters={"vpc-id": [vpc.id], "association.main": ["true"]})
    backend.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)
    _OPENED[call.account_id, call.region] = True


def _backend(call: Call) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[call.account_id][call.region]


def _in_use(kind: str, name: str) -> Refusal:
    return Refusal("DependencyViolation", f"The {kind} '{name}' has dependencies and cannot be deleted.")
