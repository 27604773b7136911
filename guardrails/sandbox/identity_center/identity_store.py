"""Groups of the identity store; users are moto's.

Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroup.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.identitystore.models import Group, IdentityStoreData, identitystore_backends

from guardrails.sandbox.identity_center import instances
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 100
RESERVED: Final = ("Administrator", "AWSAdministrators")
FORWARDED: Final = (
    "CreateUser",
    "DescribeUser",
    "DeleteUser",
    "GetUserId",
    "ListUsers",
    "CreateGroupMembership",
    "DeleteGroupMembership",
    "DescribeGroupMembership",
    "GetGroupMembershipId",
    "IsMemberInGroups",
    "ListGroupMemberships",
    "ListGroupMembershipsForMember",
)


@operation("identitystore", *FORWARDED)
def check_store(call: Call) -> Answer:
    """Whether the store exists; moto makes one for any name."""
    _store(call)
    return FORWARD


@operation("identitystore", "CreateGroup")
def create_group(call: Call) -> Answer:
    """Make a group under a name that no other group has."""
    store = _store(call)
    name = _checked_name(store, call.parameters.get("DisplayName", ""), None)
    backend = identitystore_backends[_owner(call)][call.region]
    identifier, store_id = backend.create_group(
        call.parameters["IdentityStoreId"], name, call.parameters.get("Description", "")
    )
    return {"GroupId": identifier, "IdentityStoreId": store_id}


@operation("identitystore", "DescribeGroup")
def describe_group(call: Call) -> Answer:
    """Describe a group."""
    return _described(_group(call))


@operation("identitystore", "ListGroups")
def list_groups(call: Call) -> Answer:
    """List the groups, a hundred a page; by display name when filtered."""
    groups = list(_store(call).groups.values())
    for each in call.parameters.get("Filters", []):
        if each["AttributePath"].lower() != "displayname":
            raise _invalid(f"The attribute {each['AttributePath']} cannot be filtered by.")
        groups = [group for group in groups if group.DisplayName == each["AttributeValue"]]
    return organization.page(call, "Groups", [_described(group) for group in groups], PAGE_SIZE)


@operation("identitystore", "GetGroupId")
def get_group_id(call: Call) -> Answer:
    """Find a group by its display name."""
    unique = call.parameters["AlternateIdentifier"].get("UniqueAttribute", {})
    if unique.get("AttributePath", "").lower() != "displayname":
        raise _invalid("The only unique attribute of a group is displayName.")
    for group in _store(call).groups.values():
        if group.DisplayName == unique.get("AttributeValue"):
            return {"GroupId": group.GroupId, "IdentityStoreId": group.IdentityStoreId}
    raise _not_found("GROUP")


@operation("identitystore", "UpdateGroup")
def update_group(call: Call) -> Answer:
    """Change the display name or the description.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_UpdateGroup.html
    """
    store, found = _store(call), _group(call)
    for change in call.parameters["Operations"]:
        path, value = change["AttributePath"].lower(), change.get("AttributeValue")
        if path == "displayname":
            found = found._replace(DisplayName=_checked_name(store, str(value or ""), found.GroupId))
        elif path == "description":
            found = found._replace(Description=str(value or ""))
        else:
            raise _invalid(f"The attribute {change['AttributePath']} of a group cannot be changed.")
    store.groups[found.GroupId] = found
    return {}


@operation("identitystore", "DeleteGroup")
def delete_group(call: Call) -> Answer:
    """Delete a group with its memberships."""
    store, found = _store(call), _group(call)
    del store.groups[found.GroupId]
    for identifier in [key for key, each in store.group_memberships.items() if each["GroupId"] == found.GroupId]:
        del store.group_memberships[identifier]
    return {}


def _owner(call: Call) -> str:
    home = instances.home(call)
    return home.account_id if home else call.account_id


def _store(call: Call) -> IdentityStoreData:
    """The identity store that the call names, when the caller's instance has it."""
    home = instances.home(call)
    named = str(call.parameters["IdentityStoreId"])
    if home is None or all(each.identity_store_id != named for each in home.instances):
        raise _not_found("IDENTITY_STORE")
    return identitystore_backends[home.account_id][call.region].identity_stores[named]


def _group(call: Call) -> Group:
    found = _store(call).groups.get(call.parameters["GroupId"])
    if found is None:
        raise _not_found("GROUP")
    return found


def _checked_name(store: IdentityStoreData, name: str, own_id: str | None) -> str:
    if not name or name in RESERVED:
        raise _invalid("A group has a display name that AWS does not reserve.")
    if any(group.DisplayName == name and group.GroupId != own_id for group in store.groups.values()):
        raise Refusal("ConflictException", "Duplicate GroupDisplayName", Reason="UNIQUENESS_CONSTRAINT_VIOLATION")
    return name


def _described(group: Group) -> Mapping[str, Any]:
    shown = {
        "GroupId": group.GroupId,
        "DisplayName": group.DisplayName,
        "Description": group.Description,
        "IdentityStoreId": group.IdentityStoreId,
    }
    return {name: value for name, value in shown.items() if value}


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)


def _not_found(kind: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"{kind} not found.", ResourceType=kind)
