"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID


def test_the_first_day(sandbox: Embedded) -> None:
    """A management account, all features, a root, AWS's own policies; no OU, no policy type, nobody trusted."""
    organizations = sandbox.client("organizations")
    shown = organizations.describe_organization()["Organization"]
    root = organizations.list_roots()["Roots"][0]
    assert (shown["FeatureSet"], shown["MasterAccountId"]) == ("ALL", MANAGEMENT_ACCOUNT_ID)
    assert root["PolicyTypes"] == []
    assert [account["Id"] for account in organizations.list_accounts()["Accounts"]] == [MANAGEMENT_ACCOUNT_ID]
    assert organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"] == []
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [policy["Name"] for policy in policies] == ["FullAWSAccess"]
    assert organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []


@pytest.mark.parametrize(("seed", "features"), [("consolidated-billing", "CONSOLIDATED_BILLING"), ("bare", "ALL")])
def test_the_seed_decides_the_features(sandbox: Embedded, seed: str, features: str) -> None:
    """`consolidated-billing` is an organization without all features."""
    sandbox.reset(seed)
    shown = sandbox.client("organizations").describe_organization()["Organization"]
    assert shown["FeatureSet"] == features


def test_a_member_may_ask_where_it_belongs(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """DescribeOrganization answers a member what it answers the management account."""
    member = sandbox.client("organizations", account=new_account("one"))
    own = sandbox.client("organizations").describe_organization()["Organization"]
    assert member.describe_organization()["Organization"] == own
