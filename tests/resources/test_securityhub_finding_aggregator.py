"""The finding aggregator, on the sandbox: made in the home region, linked anew when regions come or go."""

from collections.abc import Callable
from dataclasses import replace

from guardrails.aws.connection import Connection
from guardrails.resources.securityhub_finding_aggregator import TYPE, SecurityHubFindingAggregator
from guardrails.sandbox.embedded import Embedded
from tests.resources.securityhub_central import HOME, OTHER, Administrator

WANTED = SecurityHubFindingAggregator(
    name="Security Hub",
    account="security",
    region=HOME,
    home_region=HOME,
    region_linking_mode="SPECIFIED_REGIONS",
    regions=(OTHER,),
)


def test_made_and_linked(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """One write makes it, one links a further region or none; it is seen as it was wanted."""
    administrator = Administrator.designated(sandbox, connection, member)
    assert administrator.observed(TYPE, WANTED) == {}
    two = replace(WANTED, regions=("eu-central-1", OTHER))
    alone = replace(WANTED, region_linking_mode="NO_REGIONS", regions=())
    for want, write in (
        (WANTED, "create_finding_aggregator"),
        (two, "update_finding_aggregator"),
        (alone, "update_finding_aggregator"),
    ):
        attributes = administrator.put(TYPE, want)
        assert administrator.writes() == [write]
        live = administrator.observed(TYPE, want)["Security Hub"]
        assert (live.resource, live.attributes) == (want, attributes)


def test_another_home_region(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """An aggregator that somebody made in another region is seen with that home region, which cannot be changed."""
    administrator = Administrator.designated(sandbox, connection, member)
    elsewhere = sandbox.client("securityhub", OTHER, account=administrator.account_id)
    elsewhere.enable_security_hub(EnableDefaultStandards=False)
    elsewhere.create_finding_aggregator(RegionLinkingMode="NO_REGIONS")
    assert administrator.observed(TYPE, WANTED)["Security Hub"].resource.home_region == OTHER
    assert set(WANTED.immutable()) == {"home_region"}


def test_where_security_hub_is_off(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """An account in which Security Hub is off has no aggregator."""
    assert Administrator(sandbox, connection, member("security")).observed(TYPE, WANTED) == {}
