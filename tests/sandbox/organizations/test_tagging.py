"""Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
ALL_KINDS = ["organizations:account", "organizations:ou", "organizations:policy"]


def test_everything_tagged_is_listed_in_bulk(sandbox: Embedded, root_id: str, new_account: Callable[..., str]) -> None:
    """GetResources in us-east-1 has accounts, OUs and policies with their tags, of the kinds asked for; not elsewhere."""
    organizations, tags = sandbox.client("organizations"), [{"Key": "owner", "Value": "platform"}]
    account = new_account("one", Tags=tags)
    new_account("untagged")
    organizations.create_organizational_unit(ParentId=root_id, Name="Prod", Tags=tags)
    organizations.create_policy(Name="p", Description="", Type="TAG_POLICY", Content='{"tags":{}}', Tags=tags)
    tagging = sandbox.client("resourcegroupstaggingapi", "us-east-1")
    listed = tagging.get_resources(ResourceTypeFilters=ALL_KINDS)["ResourceTagMappingList"]
    assert [each["Tags"] for each in listed] == [tags] * 3
    accounts = tagging.get_resources(ResourceTypeFilters=["organizations:account"])["ResourceTagMappingList"]
    assert [each["ResourceARN"].rpartition("/")[2] for each in accounts] == [account]
    elsewhere = sandbox.client("resourcegroupstaggingapi", "eu-west-1")
    assert elsewhere.get_resources(ResourceTypeFilters=ALL_KINDS)["ResourceTagMappingList"] == []


def test_resources_come_a_hundred_a_page(sandbox: Embedded) -> None:
    """A hundred and twenty tagged policies take two pages, and the paginator ends."""
    organizations = sandbox.client("organizations")
    for number in range(120):
        tags = [{"Key": "n", "Value": str(number)}]
        organizations.create_policy(
            Name=f"p{number}", Description="", Type="TAG_POLICY", Content='{"tags":{}}', Tags=tags
        )
    paginator = sandbox.client("resourcegroupstaggingapi", "us-east-1").get_paginator("get_resources")
    pages = paginator.paginate(ResourceTypeFilters=["organizations:policy"])
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [100, 20]


def test_tags_are_set_and_removed(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """TagResource adds and replaces, UntagResource removes; AWS's own keys and a key twice are refused."""
    organizations = sandbox.client("organizations")
    organizations.tag_resource(ResourceId=root_id, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    organizations.tag_resource(ResourceId=root_id, Tags=[{"Key": "a", "Value": "3"}])
    organizations.untag_resource(ResourceId=root_id, TagKeys=["b", "none"])
    assert organizations.list_tags_for_resource(ResourceId=root_id)["Tags"] == [{"Key": "a", "Value": "3"}]
    code = refused(organizations.tag_resource, ResourceId=root_id, Tags=[{"Key": "aws:x", "Value": "1"}])
    assert code == "InvalidInputException:INVALID_SYSTEM_TAGS_PARAMETER"
    code = refused(organizations.tag_resource, ResourceId=root_id, Tags=[{"Key": "k", "Value": "1"}] * 2)
    assert code == "InvalidInputException:DUPLICATE_TAG_KEY"


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [("k" * 129, "", "MAX_LENGTH_EXCEEDED"), ("k", "v" * 257, "MAX_LENGTH_EXCEEDED"), ("k#", "", "INVALID_PATTERN")],
)
def test_a_tag_has_a_form(sandbox: Embedded, root_id: str, refused: Refused, key: str, value: str, reason: str) -> None:
    """A key has up to 128 characters, a value up to 256, and both only letters, digits, spaces and _.:/=+-@.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Tag.html
    """
    organizations = sandbox.client("organizations")
    code = refused(organizations.tag_resource, ResourceId=root_id, Tags=[{"Key": key, "Value": value}])
    assert code == f"InvalidInputException:{reason}"
    organizations.tag_resource(ResourceId=root_id, Tags=[{"Key": "k" * 128, "Value": "a Ä 1_.:/=+-@"}])
