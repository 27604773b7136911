"""Users of the identity store.

Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from moto.identitystore.models import IdentityStoreData
from moto.moto_api._internal import mock_random

from guardrails.sandbox.identity_center.identity_store import PAGE_SIZE, conflict, not_found, store_of
from guardrails.sandbox.identity_center.instances import PAGING, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import not_implemented

RESERVED: Final = ("Administrator", "AWSAdministrators")
BEYOND: Final = ("Extensions", "Revision")
UNIQUE: Final = ("username", "emails.value")

UserData = dict[str, Any]


@operation("identitystore", "CreateUser")
def create_user(call: Call) -> Answer:
    """Make a user with a name and an e-mail address that no other user has."""
    _refuse_beyond(call)
    store = store_of(call)
    made = {"UserId": str(mock_random.uuid4()), "UserStatus": "ENABLED", **call.parameters}
    _check(store, made)
    _users(store)[made["UserId"]] = made
    return {"UserId": made["UserId"], "IdentityStoreId": made["IdentityStoreId"]}


@operation("identitystore", "DescribeUser")
def describe_user(call: Call) -> Answer:
    """Describe a user."""
    _refuse_beyond(call)
    return _user(call)


@operation("identitystore", "UpdateUser")
def update_user(call: Call) -> Answer:
    """Change attributes by their paths (`displayName`, `name.familyName`, `emails`); an attribute without a value is removed.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_UpdateUser.html
    """
    _refuse_beyond(call)
    store, found = store_of(call), _user(call)
    changed = {**found, "Name": dict(found.get("Name", {}))}
    for change in call.parameters["Operations"]:
        _change(changed, change["AttributePath"], change.get("AttributeValue"))
    _check(store, changed)
    _users(store)[found["UserId"]] = changed
    return {}


@operation("identitystore", "DeleteUser")
def delete_user(call: Call) -> Answer:
    """Delete a user with its memberships."""
    _refuse_beyond(call)
    store, user_id = store_of(call), _user(call)["UserId"]
    del store.users[user_id]
    for identifier in [key for key, each in store.group_memberships.items() if each["MemberId"] == {"UserId": user_id}]:
        del store.group_memberships[identifier]
    return {}


@operation("identitystore", "ListUsers")
def list_users(call: Call) -> Answer:
    """List the users, a hundred a page; by user name when filtered."""
    _refuse_beyond(call)
    found = list(_users(store_of(call)).values())
    for each in call.parameters.get("Filters", []):
        if each["AttributePath"].lower() != "username":
            raise invalid(f"The attribute {each['AttributePath']} cannot be filtered by.")
        found = [user for user in found if user["UserName"] == each["AttributeValue"]]
    return PAGING.page(call, "Users", found, PAGE_SIZE)


@operation("identitystore", "GetUserId")
def get_user_id(call: Call) -> Answer:
    """Find a user by name or e-mail address.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_GetUserId.html
    """
    unique = call.parameters["AlternateIdentifier"].get("UniqueAttribute", {})
    path, value = unique.get("AttributePath", "").lower(), unique.get("AttributeValue")
    if path not in UNIQUE:
        raise invalid("The unique attributes of a user are userName and emails.value.")
    for user in _users(store_of(call)).values():
        if value in ([user["UserName"]] if path == "username" else _addresses(user)):
            return {"UserId": user["UserId"], "IdentityStoreId": user["IdentityStoreId"]}
    raise not_found("USER")


def _refuse_beyond(call: Call) -> None:
    for name in BEYOND:
        if name in call.parameters:
            raise not_implemented("identitystore", f"{call.operation} with {name}")


def _users(store: IdentityStoreData) -> dict[str, UserData]:
    """Users are kept as they were given; moto's own type of a user lacks some attributes."""
    return cast("dict[str, UserData]", store.users)


def _user(call: Call) -> UserData:
    found = _users(store_of(call)).get(call.parameters["UserId"])
    if found is None:
        raise not_found("USER")
    return found


def _check(store: IdentityStoreData, user: Mapping[str, Any]) -> None:
    """What a user must have, and what no two users have."""
    name = user.get("Name", {})
    needed = {
        "userName": user.get("UserName"),
        "displayName": user.get("DisplayName"),
        "givenName": name.get("GivenName"),
        "familyName": name.get("FamilyName"),
    }
    lacking = [attribute for attribute, value in needed.items() if not value]
    if lacking:
        raise invalid(", ".join(f"{each.lower()}: The attribute {each.lower()} is required" for each in lacking))
    if user["UserName"] in RESERVED:
        raise invalid(f"The user name {user['UserName']} is reserved.")
    others = [each for each in _users(store).values() if each["UserId"] != user["UserId"]]
    if any(each["UserName"] == user["UserName"] for each in others):
        raise conflict("Duplicate UserName")
    if any(set(_addresses(each)) & set(_addresses(user)) for each in others):
        raise conflict("Duplicate Email")


def _addresses(user: Mapping[str, Any]) -> list[str]:
    return [each["Value"] for each in user.get("Emails", []) if "Value" in each]


def _change(user: UserData, path: str, value: Any) -> None:
    first, _, second = path.partition(".")
    target, name = (user["Name"], second) if first.lower() == "name" and second else (user, first)
    if (second and target is user) or name.lower() in ("userid", "identitystoreid", "userstatus", "name"):
        raise invalid(f"The attribute {path} cannot be changed.")
    member = name[:1].upper() + name[1:]
    if value is None:
        target.pop(member, None)
    else:
        target[member] = _named_as_members(value)


def _named_as_members(value: Any) -> Any:
    """A value as documents spell it (`primary`), with the names of the API (`Primary`)."""
    if isinstance(value, list):
        return [_named_as_members(each) for each in value]
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: each for name, each in value.items()}
    return value
