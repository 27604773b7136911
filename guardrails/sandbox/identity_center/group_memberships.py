"""Who is in which group of the identity store.

Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroupMembership.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.identitystore.models import IdentityStoreData
from moto.moto_api._internal import mock_random

from guardrails.sandbox.identity_center.identity_store import PAGE_SIZE, conflict, not_found, store_of
from guardrails.sandbox.identity_center.instances import PAGING
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

Membership = Mapping[str, Any]


@operation("identitystore", "CreateGroupMembership")
def create_group_membership(call: Call) -> Answer:
    """Put a user into a group, once."""
    store, wanted = store_of(call), call.parameters
    _require(store, wanted["GroupId"], wanted["MemberId"])
    if _find(store, wanted["GroupId"], wanted["MemberId"]):
        raise conflict("Member and Group relationship already exists.")
    made = {"MembershipId": str(mock_random.uuid4()), **wanted}
    store.group_memberships[made["MembershipId"]] = made
    return _identified(made)


@operation("identitystore", "DescribeGroupMembership")
def describe_group_membership(call: Call) -> Answer:
    """Describe a membership."""
    return _membership(call)


@operation("identitystore", "GetGroupMembershipId")
def get_group_membership_id(call: Call) -> Answer:
    """Find the membership of a user in a group."""
    store, wanted = store_of(call), call.parameters
    _require(store, wanted["GroupId"], wanted["MemberId"])
    found = _find(store, wanted["GroupId"], wanted["MemberId"])
    if found is None:
        raise not_found("GROUP_MEMBERSHIP")
    return _identified(found)


@operation("identitystore", "DeleteGroupMembership")
def delete_group_membership(call: Call) -> Answer:
    """Take a user out of a group."""
    del store_of(call).group_memberships[_membership(call)["MembershipId"]]
    return {}


@operation("identitystore", "ListGroupMemberships")
def list_group_memberships(call: Call) -> Answer:
    """List who is in a group, a hundred a page."""
    store, group_id = store_of(call), call.parameters["GroupId"]
    _require(store, group_id, None)
    return _page(call, [each for each in store.group_memberships.values() if each["GroupId"] == group_id])


@operation("identitystore", "ListGroupMembershipsForMember")
def list_group_memberships_for_member(call: Call) -> Answer:
    """List the groups that a user is in, a hundred a page."""
    store, member = store_of(call), call.parameters["MemberId"]
    _require(store, None, member)
    return _page(call, [each for each in store.group_memberships.values() if each["MemberId"] == member])


@operation("identitystore", "IsMemberInGroups")
def is_member_in_groups(call: Call) -> Answer:
    """Whether a user is in each of some groups."""
    store, member = store_of(call), call.parameters["MemberId"]
    groups = call.parameters["GroupIds"]
    _require(store, None, member)
    for group_id in groups:
        _require(store, group_id, None)
    results = [
        {"GroupId": each, "MemberId": member, "MembershipExists": _find(store, each, member) is not None}
        for each in groups
    ]
    return {"Results": results}


def _require(store: IdentityStoreData, group_id: str | None, member: Mapping[str, str] | None) -> None:
    if group_id is not None and group_id not in store.groups:
        raise not_found("GROUP")
    if member is not None and member.get("UserId") not in store.users:
        raise not_found("USER")


def _find(store: IdentityStoreData, group_id: str, member: Mapping[str, str]) -> Membership | None:
    wanted = (group_id, member)
    return next(
        (each for each in store.group_memberships.values() if (each["GroupId"], each["MemberId"]) == wanted), None
    )


def _membership(call: Call) -> Membership:
    found: Membership | None = store_of(call).group_memberships.get(call.parameters["MembershipId"])
    if found is None:
        raise not_found("GROUP_MEMBERSHIP")
    return found


def _page(call: Call, found: Iterable[Membership]) -> Answer:
    return PAGING.page(call, "GroupMemberships", found, PAGE_SIZE)


def _identified(membership: Membership) -> Answer:
    return {name: membership[name] for name in ("MembershipId", "IdentityStoreId")}
