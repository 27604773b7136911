"""Groups of the identity store.

Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroup.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.identitystore.models import Group, IdentityStoreData
from moto.moto_api._internal import mock_random

from guardrails.sandbox.identity_center.identity_store import PAGE_SIZE, conflict, not_found, store_of
from guardrails.sandbox.identity_center.instances import PAGING, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

RESERVED: Final = ("Administrator", "AWSAdministrators")


@operation("identitystore", "CreateGroup")
def create_group(call: Call) -> Answer:
    """Make a group under a name that no other group has."""
    store, wanted = store_of(call), call.parameters
    name = _checked_name(store, wanted.get("DisplayName", ""), None)
    made = Group(str(mock_random.uuid4()), name, [], wanted.get("Description", ""), wanted["IdentityStoreId"])
    store.groups[made.GroupId] = made
    return {"GroupId": made.GroupId, "IdentityStoreId": made.IdentityStoreId}


@operation("identitystore", "DescribeGroup")
def describe_group(call: Call) -> Answer:
    """Describe a group."""
    return _described(_group(call))


@operation("identitystore", "ListGroups")
def list_groups(call: Call) -> Answer:
    """List the groups, a hundred a page; by display name when filtered."""
    groups = list(store_of(call).groups.values())
    for each in call.parameters.get("Filters", []):
        if each["AttributePath"].lower() != "displayname":
            raise invalid(f"The attribute {each['AttributePath']} cannot be filtered by.")
        groups = [group for group in groups if group.DisplayName == each["AttributeValue"]]
    return PAGING.page(call, "Groups", [_described(group) for group in groups], PAGE_SIZE)


@operation("identitystore", "GetGroupId")
def get_group_id(call: Call) -> Answer:
    """Find a group by its display name."""
    unique = call.parameters["AlternateIdentifier"].get("UniqueAttribute", {})
    if unique.get("AttributePath", "").lower() != "displayname":
        raise invalid("The only unique attribute of a group is displayName.")
    for group in store_of(call).groups.values():
        if group.DisplayName == unique.get("AttributeValue"):
            return {"GroupId": group.GroupId, "IdentityStoreId": group.IdentityStoreId}
    raise not_found("GROUP")


@operation("identitystore", "UpdateGroup")
def update_group(call: Call) -> Answer:
    """Change the display name or the description.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_UpdateGroup.html
    """
    store, found = store_of(call), _group(call)
    for change in call.parameters["Operations"]:
        path, value = change["AttributePath"].lower(), change.get("AttributeValue")
        if path == "displayname":
            found = found._replace(DisplayName=_checked_name(store, str(value or ""), found.GroupId))
        elif path == "description":
            found = found._replace(Description=str(value or ""))
        else:
            raise invalid(f"The attribute {change['AttributePath']} of a group cannot be changed.")
    store.groups[found.GroupId] = found
    return {}


@operation("identitystore", "DeleteGroup")
def delete_group(call: Call) -> Answer:
    """Delete a group with its memberships."""
    store, found = store_of(call), _group(call)
    del store.groups[found.GroupId]
    for identifier in [key for key, each in store.group_memberships.items() if each["GroupId"] == found.GroupId]:
        del store.group_memberships[identifier]
    return {}


def _group(call: Call) -> Group:
    found = store_of(call).groups.get(call.parameters["GroupId"])
    if found is None:
        raise not_found("GROUP")
    return found


def _checked_name(store: IdentityStoreData, name: str, own_id: str | None) -> str:
    if not name or name in RESERVED:
        raise invalid("A group has a display name that AWS does not reserve.")
    if any(group.DisplayName == name and group.GroupId != own_id for group in store.groups.values()):
        raise conflict("Duplicate GroupDisplayName")
    return name


def _described(group: Group) -> Mapping[str, Any]:
    shown = {
        "GroupId": group.GroupId,
        "DisplayName": group.DisplayName,
        "Description": group.Description,
        "IdentityStoreId": group.IdentityStoreId,
    }
    return {name: value for name, value in shown.items() if value}
