"""Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroupMembership.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NOBODY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def member(sandbox: Embedded) -> dict[str, Any]:
    """The arguments of a membership that can be made."""
    store = {"IdentityStoreId": sandbox.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]}
    client = sandbox.client("identitystore")
    name = {"GivenName": "Ada", "FamilyName": "Byron"}
    user = client.create_user(**store, UserName="ada", DisplayName="Ada", Name=name)["UserId"]
    group = client.create_group(**store, DisplayName="Auditors")["GroupId"]
    return {**store, "GroupId": group, "MemberId": {"UserId": user}}


def test_a_membership_is_made_found_and_deleted(sandbox: Embedded, member: dict[str, Any], refused: Refused) -> None:
    """A user is put into a group once, found there from both sides, and taken out once."""
    client, store = sandbox.client("identitystore"), {"IdentityStoreId": member["IdentityStoreId"]}
    made = client.create_group_membership(**member)["MembershipId"]
    assert refused(client.create_group_membership, **member) == "ConflictException:UNIQUENESS_CONSTRAINT_VIOLATION"
    assert client.get_group_membership_id(**member)["MembershipId"] == made
    shown = client.describe_group_membership(**store, MembershipId=made)
    assert (shown["GroupId"], shown["MemberId"]) == (member["GroupId"], member["MemberId"])
    of_group = client.list_group_memberships(**store, GroupId=member["GroupId"])["GroupMemberships"]
    of_member = client.list_group_memberships_for_member(**store, MemberId=member["MemberId"])["GroupMemberships"]
    assert [each["MembershipId"] for each in (*of_group, *of_member)] == [made, made]
    client.delete_group_membership(**store, MembershipId=made)
    gone = {**store, "MembershipId": made}
    assert refused(client.delete_group_membership, **gone) == "ResourceNotFoundException"
    assert refused(client.get_group_membership_id, **member) == "ResourceNotFoundException"


def test_user_and_group_must_exist(sandbox: Embedded, member: dict[str, Any], refused: Refused) -> None:
    """Nobody is put into a group, and nobody into no group; the lists of what does not exist are refused."""
    client, store = sandbox.client("identitystore"), {"IdentityStoreId": member["IdentityStoreId"]}
    create, code = client.create_group_membership, "ResourceNotFoundException"
    assert refused(create, **{**member, "MemberId": {"UserId": NOBODY}}) == code
    assert refused(create, **{**member, "GroupId": NOBODY}) == code
    assert refused(client.list_group_memberships, **store, GroupId=NOBODY) == code
    assert refused(client.list_group_memberships_for_member, **store, MemberId={"UserId": NOBODY}) == code


def test_several_groups_are_asked_at_once(sandbox: Embedded, member: dict[str, Any]) -> None:
    """IsMemberInGroups tells for each group.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_IsMemberInGroups.html
    """
    client, store = sandbox.client("identitystore"), {"IdentityStoreId": member["IdentityStoreId"]}
    other = client.create_group(**store, DisplayName="Others")["GroupId"]
    client.create_group_membership(**member)
    asked = {**store, "MemberId": member["MemberId"], "GroupIds": [member["GroupId"], other]}
    assert [each["MembershipExists"] for each in client.is_member_in_groups(**asked)["Results"]] == [True, False]
