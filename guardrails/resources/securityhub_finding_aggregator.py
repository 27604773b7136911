"""Cross-region aggregation of Security Hub: the home region, and the regions linked to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE

NOT_YET: Final = ("InvalidAccessException",)
"""How AWS refuses an administrator for whom Security Hub, which the designation switches on, is not on yet."""


@dataclass(frozen=True, kw_only=True)
class SecurityHubFindingAggregator(Resource):
    """An account's one finding aggregator, made in its home region.

    `region_linking_mode` is SPECIFIED_REGIONS, or NO_REGIONS where the home region is alone; `regions` are the linked ones, sorted.
    Another home region cannot be put in its place: that takes a new aggregator, and with the old one central configuration ends.
    """

    TYPE = "AWS::SecurityHub::FindingAggregator"

    home_region: str = field(metadata={"immutable": "declare what is live"})
    region_linking_mode: str = "NO_REGIONS"
    regions: tuple[str, ...] = ()


class FindingAggregators(ResourceType[SecurityHubFindingAggregator]):
    """A setting of the administrator's account. No plan deletes it, as central configuration and its policies would end with it."""

    resource = SecurityHubFindingAggregator
    source = "https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[SecurityHubFindingAggregator], names: Directory
    ) -> Iterator[Live[SecurityHubFindingAggregator] | BlindSpot]:
        """Two calls where it is wanted."""
        for want in wanted:
            if found := _aggregator(aws):
                live = SecurityHubFindingAggregator(
                    name=want.name,
                    account=want.account,
                    region=want.region,
                    home_region=found["FindingAggregationRegion"],
                    region_linking_mode=found["RegionLinkingMode"],
                    regions=tuple(sorted(found.get("Regions", ()))),
                )
                yield Live(live, {"id": found["FindingAggregatorArn"], "arn": found["FindingAggregatorArn"]})

    def put(
        self,
        aws: Writer,
        want: SecurityHubFindingAggregator,
        live: Live[SecurityHubFindingAggregator] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Make it, or link other regions, by one write."""
        linked: dict[str, Any] = {"RegionLinkingMode": want.region_linking_mode}
        if want.regions:
            linked["Regions"] = list(want.regions)
        if live is None:
            made = aws.write("securityhub", "create_finding_aggregator", retry_on=NOT_YET, **linked)
            return {"id": made["FindingAggregatorArn"], "arn": made["FindingAggregatorArn"]}
        aws.write("securityhub", "update_finding_aggregator", FindingAggregatorArn=live.attributes["arn"], **linked)
        return live.attributes


def _aggregator(aws: Reader) -> Mapping[str, Any] | None:
    """The account's finding aggregator; None where there is none, or Security Hub is off."""
    try:
        listed = next(aws.items("securityhub", "list_finding_aggregators", "FindingAggregators"), None)
    except AwsError as error:
        if error.code != "InvalidAccessException":
            raise
        return None
    if listed is None:
        return None
    arn = listed["FindingAggregatorArn"]
    return aws.read("securityhub", "get_finding_aggregator", FindingAggregatorArn=arn)


TYPE = FindingAggregators()
