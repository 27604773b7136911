"""The Regions that EC2 shows an account: those it has, or all, with whether it has opted in.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from guardrails.sandbox.account_services import account_regions
from guardrails.sandbox.account_services.ec2 import attributes
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

Region = Mapping[str, str]
FILTERS: Final[Mapping[str, Callable[[Region], str]]] = MappingProxyType(
    {
        "endpoint": lambda region: region["Endpoint"],
        "opt-in-status": lambda region: region["OptInStatus"],
        "region-name": lambda region: region["RegionName"],
    }
)


@operation("ec2", "DescribeRegions")
def describe_regions(call: Call) -> Answer:
    """List the Regions, by name and by filters when they are given; without AllRegions those that the account has."""
    attributes.refuse_dry_run(call)
    wanted, everything = call.parameters.get("RegionNames"), call.parameters.get("AllRegions", False)
    unknown = set(wanted or ()) - set(account_regions.regions())
    if unknown:
        raise Refusal("InvalidParameterValue", f"Invalid region provided: {', '.join(sorted(unknown))}")
    found = [_shown(call.account_id, name) for name in wanted or account_regions.regions()]
    found = [each for each in found if everything or each["OptInStatus"] != "not-opted-in"]
    for each in call.parameters.get("Filters", []):
        read = FILTERS.get(each["Name"])
        if read is None:
            raise Refusal("InvalidParameterValue", f"The filter '{each['Name']}' is invalid")
        found = [region for region in found if read(region) in each.get("Values", [])]
    return {"Regions": found}


def _shown(account_id: str, name: str) -> Region:
    return {
        "RegionName": name,
        "Endpoint": f"ec2.{name}.amazonaws.com",
        "OptInStatus": account_regions.opt_in_status(account_id, name),
    }
