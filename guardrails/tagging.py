"""The ownership tag, and the tags of everything in AWS Organizations in a handful of calls.

Reading the tags of accounts, OUs and policies one by one costs a call each; the Resource Groups Tagging API gives a hundred with one,
but may lag behind. So what it does not yet call ours, although it is wanted, is asked once more at the source.

Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import OWNERSHIP_TAG

TAGGING_REGION: Final = "us-east-1"
OWN_PREFIX: Final = "guardrails:"


def is_ours(tags: Mapping[str, str]) -> bool:
    """Whether these tags carry our ownership."""
    return OWNERSHIP_TAG in tags


def declared_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that a person declared: all but ours and AWS's own, sorted."""
    return {key: tags[key] for key in sorted(tags) if not key.startswith((OWN_PREFIX, "aws:"))}


def tag_list(tags: Mapping[str, str], owner: str = "true") -> list[dict[str, str]]:
    """The declared tags and the ownership tag, as AWS APIs take them."""
    return [{"Key": key, "Value": value} for key, value in {**tags, OWNERSHIP_TAG: owner}.items()]


def tag_mapping(tags: Collection[Mapping[str, str]]) -> dict[str, str]:
    """The tags as AWS APIs give them, by key."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def organization_tags(aws: Reader, kind: str, expected: Collection[str] = ()) -> dict[str, dict[str, str]]:
    """The tags of every object of a kind ("account", "ou", "policy") that has or had any, by its id.

    `expected` are ids that should be ours: those that the bulk answer does not show as ours are asked for one by one.
    """
    found = {arn.rpartition("/")[2]: tags for arn, tags in _tagged(aws, kind)}
    for identity in expected:
        if not is_ours(found.get(identity, {})):
            found[identity] = tags_of(aws, identity)
    return found


def owned_policy_types(aws: Reader) -> Iterator[str]:
    """The policy types ("SERVICE_CONTROL_POLICY") of which at least one policy carries our tag."""
    return iter({arn.split("/")[2].upper() for arn, tags in _tagged(aws, "policy") if is_ours(tags)})


def _tagged(aws: Reader, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The ARN and tags of every object of a kind that has or had any, a hundred a call."""
    entries = aws.at(account="", region=TAGGING_REGION).items(
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=[f"organizations:{kind}"],
    )
    return ((entry["ResourceARN"], tag_mapping(entry["Tags"])) for entry in entries)


def tags_of(aws: Reader, identity: str) -> dict[str, str]:
    """The tags of one account, OU or policy, straight from AWS Organizations."""
    return tag_mapping(
        list(aws.at(account="").items("organizations", "list_tags_for_resource", "Tags", ResourceId=identity))
    )


def put_organization_tags(aws: Writer, identity: str, want: Mapping[str, str], owner: str = "true") -> None:
    """Make an account, OU or policy carry exactly the wanted tags and our ownership; at most one write to add, one to remove."""
    have = tags_of(aws, identity)
    goal = {**want, OWNERSHIP_TAG: owner}
    missing = {key: value for key, value in goal.items() if have.get(key) != value}
    surplus = [key for key in declared_tags(have) if key not in goal]
    if missing:
        tags = [{"Key": key, "Value": value} for key, value in missing.items()]
        aws.write("organizations", "tag_resource", ResourceId=identity, Tags=tags)
    if surplus:
        aws.write("organizations", "untag_resource", ResourceId=identity, TagKeys=surplus)
