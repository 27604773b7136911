"""Source: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded


def test_every_region_has_a_default_vpc(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """A new account has a default VPC in each Region, which can be deleted with what is in it."""
    account = new_account("one")
    for region in ("eu-west-1", "us-east-1"):
        ec2 = sandbox.client("ec2", region, account)
        (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        of_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        for subnet in ec2.describe_subnets(Filters=of_vpc)["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])
        assert ec2.describe_vpcs()["Vpcs"] == []
