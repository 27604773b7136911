"""AWS Config's aggregators of the organization: what all accounts and regions record, in one place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import ACCOUNT_TYPE
from guardrails.tagging import is_ours, tag_list, tag_mapping

PASSES_SOON: Final = ("InvalidRoleException", "OrganizationAccessDeniedException")
"""A role and a delegation that were only just made take a moment to count everywhere."""
ALL_REGIONS: Final = ("*",)


@dataclass(frozen=True, kw_only=True)
class ConfigurationAggregator(Resource):
    """One aggregator of the organization, in the account that administers AWS Config for it.

    `regions` are sorted; `ALL_REGIONS` are all that AWS has and will have. Both are empty for an aggregator of single accounts.
    """

    TYPE = "AWS::Config::ConfigurationAggregator"

    role_arn: str
    regions: tuple[str, ...] = ALL_REGIONS


class ConfigurationAggregators(ObjectType[ConfigurationAggregator]):
    """Aggregators carry our tag."""

    resource = ConfigurationAggregator
    source = "https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationAggregator.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[ConfigurationAggregator], names: Directory
    ) -> Iterator[Live[ConfigurationAggregator] | BlindSpot]:
        """One call in each place, one more for each aggregator there."""
        for found in aws.items("config", "describe_configuration_aggregators", "ConfigurationAggregators"):
            arn = found["ConfigurationAggregatorArn"]
            source: Mapping[str, Any] = found.get("OrganizationAggregationSource") or {}
            aggregator = ConfigurationAggregator(
                name=found["ConfigurationAggregatorName"],
                account=aws.account,
                region=aws.region,
                role_arn=source.get("RoleArn", ""),
                regions=ALL_REGIONS if source.get("AllAwsRegions") else tuple(sorted(source.get("AwsRegions") or ())),
            )
            yield Live(aggregator, {"id": arn, "arn": arn}, managed=is_ours(_tags(aws, arn)))

    def put(
        self,
        aws: Writer,
        want: ConfigurationAggregator,
        live: Live[ConfigurationAggregator] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put the aggregator, with our tag when it is new; add the tag to one that is there."""
        arn = live.attributes["arn"] if live else ""
        if live is None or live.resource.properties() != want.properties():
            everywhere = want.regions == ALL_REGIONS
            regions = {"AllAwsRegions": True} if everywhere else {"AwsRegions": list(want.regions)}
            made = aws.write(
                "config",
                "put_configuration_aggregator",
                retry_on=PASSES_SOON,
                ConfigurationAggregatorName=want.name,
                OrganizationAggregationSource={"RoleArn": want.role_arn, **regions},
                Tags=tag_list({}),
            )
            arn = made["ConfigurationAggregator"]["ConfigurationAggregatorArn"]
        if not is_ours(_tags(aws, arn)):
            aws.write("config", "tag_resource", ResourceArn=arn, Tags=tag_list({}))
        return {"id": arn, "arn": arn}

    def delete(self, aws: Writer, live: Live[ConfigurationAggregator], names: Directory) -> None:
        """Delete the aggregator; what the accounts have recorded stays with them."""
        name = live.resource.name
        aws.write("config", "delete_configuration_aggregator", ConfigurationAggregatorName=name)


def _tags(aws: Reader, arn: str) -> dict[str, str]:
    return tag_mapping(list(aws.items("config", "list_tags_for_resource", "Tags", ResourceArn=arn)))


TYPE = ConfigurationAggregators()
