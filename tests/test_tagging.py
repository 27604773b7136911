"""The ownership tag, on the sandbox: read in bulk, asked at the source where the bulk lags, written by the fewest calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine.resource import OWNERSHIP_TAG
from guardrails.tagging import (
    declared_tags,
    is_ours,
    organization_tags,
    owned_policy_types,
    put_organization_tags,
    tag_list,
    tag_mapping,
    tags_of,
)
from tests.organization_line import Line

TAGS = st.dictionaries(st.text("abc:", min_size=1, max_size=4), st.text("xyz", max_size=3), max_size=4)
READS = "organizations:list_tags_for_resource"


@pytest.fixture
def unit(line: Line) -> str:
    """The id of an OU that somebody made."""
    made = line.client().create_organizational_unit(ParentId=line.root_id, Name="Workloads")
    return str(made["OrganizationalUnit"]["Id"])


@given(TAGS)
def test_tags_survive_the_form_aws_takes(tags: dict[str, str]) -> None:
    """Declared tags become ours in AWS's form, and come back as declared, sorted by key."""
    sent = tag_mapping(tag_list(tags))
    assert is_ours(sent)
    assert declared_tags(sent) == tags
    assert list(declared_tags(sent)) == sorted(tags)


def test_what_nobody_declared() -> None:
    """Our own tags and AWS's are no declared tags; another's tag is not ownership."""
    assert declared_tags({"guardrails:managed": "shop", "guardrails:other": "x", "aws:x": "1", "a": "1"}) == {"a": "1"}
    assert not is_ours({"owner": "guardrails:managed"})
    assert tag_list({}, "shop") == [{"Key": OWNERSHIP_TAG, "Value": "shop"}]


def test_tags_in_bulk(line: Line, unit: str) -> None:
    """The tags of a kind are read in one call of us-east-1; what has none is not there; what is ours is not asked again."""
    put_organization_tags(line.connection.gateway.writer(), unit, {"a": "1"})
    line.client().create_organizational_unit(ParentId=line.root_id, Name="Untagged")
    line.connection.gateway.calls.reads.clear()
    found = organization_tags(line.connection.gateway.reader().at("", "eu-central-1"), "ou", [unit])
    assert found == {unit: {"a": "1", OWNERSHIP_TAG: "true"}}
    assert line.connection.gateway.calls.reads == {"resourcegroupstaggingapi:get_resources": 1}
    assert organization_tags(line.connection.gateway.reader(), "account") == {}


def test_what_should_be_ours_is_asked_at_the_source(line: Line, unit: str) -> None:
    """An expected id that the bulk answer does not call ours is asked for once more, for the bulk may lag."""
    line.connection.gateway.calls.reads.clear()
    assert organization_tags(line.connection.gateway.reader(), "ou", [unit]) == {unit: {}}
    assert line.connection.gateway.calls.reads[READS] == 1


def test_more_tagged_objects_than_a_page(line: Line) -> None:
    """More than a hundred tagged objects are all found."""
    for number in range(104):
        line.client().create_organizational_unit(
            ParentId=line.root_id, Name=f"Team {number}", Tags=tag_list({"n": str(number)})
        )
    assert len(organization_tags(line.connection.gateway.reader(), "ou")) == 104


def test_tags_are_put_by_the_fewest_writes(line: Line, unit: str) -> None:
    """Missing and changed tags take one write, surplus ones another, and what is right already none."""
    writer, writes = line.connection.gateway.writer(), line.connection.gateway.calls.writes
    put_organization_tags(writer, unit, {"a": "1", "b": "2"}, owner="shop")
    assert tags_of(writer, unit) == {"a": "1", "b": "2", OWNERSHIP_TAG: "shop"}
    assert sum(writes.values()) == 1
    put_organization_tags(writer, unit, {"b": "3"}, owner="shop")
    assert tags_of(writer, unit) == {"b": "3", OWNERSHIP_TAG: "shop"}
    assert sum(writes.values()) == 3
    put_organization_tags(writer, unit, {"b": "3"}, owner="shop")
    assert sum(writes.values()) == 3


def test_the_types_of_policies_that_are_ours(line: Line) -> None:
    """A policy type counts when at least one policy of it carries our tag."""
    reader = line.connection.gateway.reader
    content = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:b","Resource":"*"}]}'
    line.client().enable_policy_type(RootId=line.root_id, PolicyType="SERVICE_CONTROL_POLICY")
    for name, tags in (("theirs", []), ("ours", tag_list({}))):
        assert list(owned_policy_types(reader())) == []
        line.client().create_policy(
            Name=name, Type="SERVICE_CONTROL_POLICY", Description="", Content=content, Tags=tags
        )
    assert list(owned_policy_types(reader())) == ["SERVICE_CONTROL_POLICY"]
