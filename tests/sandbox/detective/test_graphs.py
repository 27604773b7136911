"""Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_CreateGraph.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_an_account_has_one_graph_per_region(sandbox: Embedded, refused: Refused) -> None:
    """Creating a graph again returns the same one; another region has another; a deleted one is gone."""
    detective = sandbox.client("detective")
    arn = detective.create_graph(Tags={"a": "1"})["GraphArn"]
    assert detective.create_graph()["GraphArn"] == arn
    assert [each["Arn"] for each in detective.list_graphs()["GraphList"]] == [arn]
    assert sandbox.client("detective", "us-east-1").list_graphs()["GraphList"] == []
    detective.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    detective.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert detective.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    detective.delete_graph(GraphArn=arn)
    assert refused(detective.delete_graph, GraphArn=arn) == "ResourceNotFoundException"


@pytest.mark.not_kept
def test_investigations_and_invitations_are_refused(sandbox: Embedded, refused: Refused) -> None:
    """Detective's investigations, and members by invitation, are refused plainly."""
    detective = sandbox.client("detective")
    arn = detective.create_graph()["GraphArn"]
    assert refused(detective.list_investigations, GraphArn=arn) == "NotImplemented"
    members = [{"AccountId": "222222222222", "EmailAddress": "x@example.com"}]
    assert refused(detective.create_members, GraphArn=arn, Accounts=members) == "NotImplemented"
