"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateFindingAggregator.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_one_aggregator_in_one_home_region(sandbox: Embedded, refused: Refused) -> None:
    """An account has one finding aggregator, seen from every region and changed from its home region only."""
    home, elsewhere = sandbox.client("securityhub"), sandbox.client("securityhub", "us-east-1")
    assert refused(home.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS") == "InvalidAccessException"
    home.enable_security_hub()
    elsewhere.enable_security_hub()
    made = home.create_finding_aggregator(RegionLinkingMode="SPECIFIED_REGIONS", Regions=["us-east-1"])
    assert (made["FindingAggregationRegion"], made["Regions"]) == ("eu-west-1", ["us-east-1"])
    assert refused(elsewhere.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS") == "InvalidInputException"
    arn = elsewhere.list_finding_aggregators()["FindingAggregators"][0]["FindingAggregatorArn"]
    assert elsewhere.get_finding_aggregator(FindingAggregatorArn=arn)["RegionLinkingMode"] == "SPECIFIED_REGIONS"
    assert refused(elsewhere.delete_finding_aggregator, FindingAggregatorArn=arn) == "InvalidInputException"
    home.update_finding_aggregator(FindingAggregatorArn=arn, RegionLinkingMode="NO_REGIONS")
    assert "Regions" not in home.get_finding_aggregator(FindingAggregatorArn=arn)
    home.delete_finding_aggregator(FindingAggregatorArn=arn)
    assert refused(home.get_finding_aggregator, FindingAggregatorArn=arn) == "ResourceNotFoundException"


def test_the_mode_says_whether_regions_are_named(sandbox: Embedded, refused: Refused) -> None:
    """Regions must be named with the modes that take them, and must not with those that do not."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub()
    for wanted in (
        {"RegionLinkingMode": "NO_REGIONS", "Regions": ["us-east-1"]},
        {"RegionLinkingMode": "SPECIFIED_REGIONS"},
        {"RegionLinkingMode": "SOME_REGIONS"},
    ):
        assert refused(hub.create_finding_aggregator, **wanted) == "InvalidInputException"


def test_linked_regions_are_regions_of_the_account(sandbox: Embedded, refused: Refused) -> None:
    """A Region that does not exist, or that the account has not opted in to, cannot be linked."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub()
    for region in ("eu-nowhere-1", "eu-south-1"):
        wanted = {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["us-east-1", region]}
        assert refused(hub.create_finding_aggregator, **wanted) == "InvalidInputException"
    assert hub.list_finding_aggregators()["FindingAggregators"] == []


def test_a_member_has_its_administrators(
    sandbox: Embedded, new_account: NewAccount, security: str, refused: Refused
) -> None:
    """A member cannot make an aggregator of its own; it sees its administrator's.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html
    """
    administrator, account = sandbox.client("securityhub", account=security), new_account("one")
    administrator.create_members(AccountDetails=[{"AccountId": account}])
    member = sandbox.client("securityhub", account=account)
    assert refused(member.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS") == "InvalidInputException"
    arn = administrator.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")["FindingAggregatorArn"]
    assert member.list_finding_aggregators()["FindingAggregators"] == [{"FindingAggregatorArn": arn}]


def test_without_a_home_region_no_central_configuration(central: Any, policy: str, refused: Refused) -> None:
    """Deleting the aggregator ends central configuration; its policies are gone.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/aggregation-central-configuration.html
    """
    arn = central.list_finding_aggregators()["FindingAggregators"][0]["FindingAggregatorArn"]
    central.delete_finding_aggregator(FindingAggregatorArn=arn)
    shown = central.describe_organization_configuration()["OrganizationConfiguration"]
    assert shown["ConfigurationType"] == "LOCAL"
    assert refused(central.get_configuration_policy, Identifier=policy) == "AccessDeniedException"
