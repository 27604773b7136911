"""VPC Block Public Access: internet gateways of a region that pass no traffic, or none inward.

The sandbox has no traffic; it keeps the setting. Exclusions are not in it.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
"""

from datetime import UTC, datetime
from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import attributes, declarative_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

ATTRIBUTE: Final = "vpc_block_public_access"
MODES: Final = ("off", "block-bidirectional", "block-ingress")


@operation("ec2", "ModifyVpcBlockPublicAccessOptions")
def modify_options(call: Call) -> Answer:
    """Choose a mode; it takes effect after a while: the next look says update-in-progress, the one after it update-complete."""
    name = "InternetGatewayBlockMode"
    mode = attributes.checked(name, call.parameters.get(name), MODES)
    options = {name: mode, "State": "update-in-progress", "LastUpdateTimestamp": datetime.now(UTC)}
    attributes.put(call, ATTRIBUTE, options)
    return {"VpcBlockPublicAccessOptions": _shown(call, options)}


@operation("ec2", "DescribeVpcBlockPublicAccessOptions")
def describe_options(call: Call) -> Answer:
    """The mode, whether it is in effect, and who chose it."""
    default = {"InternetGatewayBlockMode": "off", "State": "default-state"}
    options = attributes.own(call.account_id, call.region, ATTRIBUTE, default)
    shown = _shown(call, options)
    if options["State"] == "update-in-progress":
        options["State"] = "update-complete"
    return {"VpcBlockPublicAccessOptions": shown}


def _shown(call: Call, options: dict[str, Any]) -> Answer:
    found = declarative_policies.declared(call.account_id, ATTRIBUTE)
    exclusions = "allowed"
    if found is not None:
        block = found.get("internet_gateway_block", {})
        options = {"InternetGatewayBlockMode": block.get("mode", "off").replace("_", "-"), "State": "update-complete"}
        exclusions = "not-allowed" if block.get("exclusions_allowed") == "disabled" else "allowed"
    return {
        "AwsAccountId": call.account_id,
        "AwsRegion": call.region,
        **options,
        "ManagedBy": declarative_policies.managed_by(call.account_id, ATTRIBUTE),
        "ExclusionsAllowed": exclusions,
    }
