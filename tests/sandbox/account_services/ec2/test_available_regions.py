"""Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def names(answer: dict[str, Any]) -> list[str]:
    return [region["RegionName"] for region in answer["Regions"]]


def test_an_account_sees_its_regions(sandbox: Embedded, refused: Refused) -> None:
    """The Regions of an account are those enabled by default and those it has opted in to; all are shown when all are asked for."""
    ec2, account = sandbox.client("ec2"), sandbox.client("account")
    assert len(ec2.describe_regions()["Regions"]) == 17
    assert len(ec2.describe_regions(AllRegions=True)["Regions"]) > 30
    account.enable_region(RegionName="eu-south-1")
    for _ in range(2):
        account.get_region_opt_status(RegionName="eu-south-1")
    opted_in = [{"Name": "opt-in-status", "Values": ["opted-in"]}]
    assert names(ec2.describe_regions(Filters=opted_in)) == ["eu-south-1"]
    assert names(ec2.describe_regions(RegionNames=["eu-west-1"])) == ["eu-west-1"]
    assert refused(ec2.describe_regions, RegionNames=["eu-nowhere-1"]) == "InvalidParameterValue"
