"""Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_a_region_is_enabled_after_a_while(sandbox: Embedded, refused: Refused) -> None:
    """An opt-in Region is disabled, then ENABLING, then ENABLED; disabling takes as long; meanwhile the opposite is refused."""
    account, region = sandbox.client("account"), {"RegionName": "eu-south-1"}

    def status() -> str:
        return str(account.get_region_opt_status(**region)["RegionOptStatus"])

    assert status() == "DISABLED"
    account.enable_region(**region)
    assert refused(account.disable_region, **region) == "ConflictException"
    assert [status(), status()] == ["ENABLING", "ENABLED"]
    account.enable_region(**region)
    assert status() == "ENABLED"
    account.disable_region(**region)
    assert [status(), status()] == ["DISABLING", "DISABLED"]


def test_some_regions_are_there_by_default(sandbox: Embedded, refused: Refused) -> None:
    """A Region that is enabled by default can be neither disabled nor enabled, and one that does not exist is unknown.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_DisableRegion.html
    """
    account = sandbox.client("account")
    assert account.get_region_opt_status(RegionName="us-east-1")["RegionOptStatus"] == "ENABLED_BY_DEFAULT"
    for name in ("us-east-1", "eu-nowhere-1"):
        assert refused(account.disable_region, RegionName=name) == "ValidationException"
        assert refused(account.enable_region, RegionName=name) == "ValidationException"


def test_regions_are_listed(sandbox: Embedded, new_account: NewAccount) -> None:
    """The Regions of a member are listed with their status, page by page, and by status.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
    """
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    account, one = sandbox.client("account"), new_account("one")
    account.enable_region(AccountId=one, RegionName="eu-south-1")
    pages = account.get_paginator("list_regions").paginate(AccountId=one, MaxResults=20)
    assert max(len(page["Regions"]) for page in pages) == 20
    wanted = account.list_regions(AccountId=one, RegionOptStatusContains=["ENABLED"])["Regions"]
    assert [each["RegionName"] for each in wanted] == ["eu-south-1"]
    by_default = account.list_regions(RegionOptStatusContains=["ENABLED_BY_DEFAULT"])["Regions"]
    assert len(by_default) == 17


def test_nothing_is_done_in_a_region_that_is_not_enabled(sandbox: Embedded, refused: Refused) -> None:
    """Credentials mean nothing in a Region that their account has not opted in to; once it is enabled, they do."""
    ec2, sns = sandbox.client("ec2", "eu-south-1"), sandbox.client("sns", "eu-south-1")
    assert refused(ec2.describe_vpcs) == "AuthFailure"
    assert refused(sns.list_topics) == "UnrecognizedClientException"
    assert refused(sandbox.client("cloudformation", "eu-south-1").describe_stacks) == "InvalidClientTokenId"
    assert refused(sandbox.client("s3", "eu-south-1").list_buckets) == "InvalidAccessKeyId"
    assert refused(sandbox.client("sts", "eu-south-1").get_caller_identity) == "RegionDisabledException"
    account = sandbox.client("account")
    account.enable_region(RegionName="eu-south-1")
    assert refused(sns.list_topics) == "UnrecognizedClientException"
    for _ in range(2):
        account.get_region_opt_status(RegionName="eu-south-1")
    assert sns.list_topics()["Topics"] == []
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1


def test_global_services_answer_wherever_the_client_is_set_to(sandbox: Embedded, new_account: NewAccount) -> None:
    """IAM, Organizations and the account itself have one endpoint for every Region: no opting in is asked for.

    Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    new_account("one")
    assert len(sandbox.client("organizations", "eu-south-1").list_accounts()["Accounts"]) == 2
    assert sandbox.client("iam", "eu-south-1").list_users()["Users"]
    sandbox.client("account", "eu-south-1").enable_region(RegionName="eu-south-1")


@pytest.mark.parametrize(
    ("service", "operation"), [("ec2", "describe_vpcs"), ("guardduty", "list_detectors"), ("kms", "list_keys")]
)
def test_there_is_nothing_in_a_region_that_does_not_exist(sandbox: Embedded, service: str, operation: str) -> None:
    """AWS has no endpoint in a Region that does not exist; the sandbox says so at once, to every service.

    Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    client = sandbox.client(service, "eu-nowhere-1")
    with pytest.raises(ClientError, match="UnknownRegion"):
        getattr(client, operation)()
