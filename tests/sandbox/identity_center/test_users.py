"""Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NAME = {"GivenName": "Ada", "FamilyName": "Byron"}


@pytest.fixture
def store(sandbox: Embedded) -> dict[str, str]:
    return {"IdentityStoreId": sandbox.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]}


@pytest.fixture
def ada(sandbox: Embedded, store: dict[str, str]) -> dict[str, str]:
    """The arguments that name a user."""
    wanted = {"UserName": "ada", "DisplayName": "Ada", "Name": NAME, "Emails": [{"Value": "ada@example.com"}]}
    made = sandbox.client("identitystore").create_user(**store, **wanted)
    return {**store, "UserId": made["UserId"]}


def unique(path: str, value: str) -> dict[str, Any]:
    return {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}}


def test_a_user_is_found(sandbox: Embedded, store: dict[str, str], ada: dict[str, str], refused: Refused) -> None:
    """GetUserId finds a user by user name and by e-mail address, ListUsers by user name; other attributes are refused.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_GetUserId.html
    """
    client = sandbox.client("identitystore")
    for path, value in (("userName", "ada"), ("emails.value", "ada@example.com")):
        assert client.get_user_id(**store, **unique(path, value))["UserId"] == ada["UserId"]
    assert refused(client.get_user_id, **store, **unique("userName", "bob")) == "ResourceNotFoundException"
    assert refused(client.get_user_id, **store, **unique("displayName", "Ada")) == "ValidationException"
    by_name = [{"AttributePath": "UserName", "AttributeValue": "ada"}]
    assert [user["UserId"] for user in client.list_users(**store, Filters=by_name)["Users"]] == [ada["UserId"]]
    by_title = [{"AttributePath": "Title", "AttributeValue": "x"}]
    assert refused(client.list_users, **store, Filters=by_title) == "ValidationException"


def test_names_and_addresses_are_used_once(
    sandbox: Embedded, store: dict[str, str], ada: dict[str, str], refused: Refused
) -> None:
    """A user name and an e-mail address that another user has are refused; so is a user without a name."""
    create = sandbox.client("identitystore").create_user
    twice = "ConflictException:UNIQUENESS_CONSTRAINT_VIOLATION"
    assert refused(create, **store, UserName="ada", DisplayName="x", Name=NAME) == twice
    address = [{"Value": "ada@example.com"}]
    assert refused(create, **store, UserName="bob", DisplayName="x", Name=NAME, Emails=address) == twice
    assert refused(create, **store, UserName="bob", DisplayName="x") == "ValidationException"
    assert refused(create, **store, DisplayName="x", Name=NAME) == "ValidationException"


def test_attributes_change(sandbox: Embedded, store: dict[str, str], ada: dict[str, str], refused: Refused) -> None:
    """Attributes are changed by their path, and removed without a value; the id stays.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_UpdateUser.html
    """
    client = sandbox.client("identitystore")

    def update(path: str, value: Any = None) -> None:
        given = {"AttributePath": path} if value is None else {"AttributePath": path, "AttributeValue": value}
        client.update_user(**ada, Operations=[given])

    update("name.familyName", "Lovelace")
    update("title", "Countess")
    update("emails", [{"value": "countess@example.com", "primary": True}])
    shown = client.describe_user(**ada)
    assert (shown["Name"]["FamilyName"], shown["Name"]["GivenName"]) == ("Lovelace", "Ada")
    assert (shown["Title"], shown["Emails"][0]["Value"]) == ("Countess", "countess@example.com")
    update("title")
    assert "Title" not in client.describe_user(**ada)
    change = [{"AttributePath": "userId", "AttributeValue": "x"}]
    assert refused(client.update_user, **ada, Operations=change) == "ValidationException"
    change = [{"AttributePath": "displayName"}]
    assert refused(client.update_user, **ada, Operations=change) == "ValidationException"


def test_a_user_goes_with_its_memberships(
    sandbox: Embedded, store: dict[str, str], ada: dict[str, str], refused: Refused
) -> None:
    """A deleted user is in no group any more, and cannot be deleted again.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_DeleteUser.html
    """
    client = sandbox.client("identitystore")
    group = client.create_group(**store, DisplayName="Auditors")["GroupId"]
    client.create_group_membership(**store, GroupId=group, MemberId={"UserId": ada["UserId"]})
    client.delete_user(**ada)
    assert client.list_group_memberships(**store, GroupId=group)["GroupMemberships"] == []
    assert refused(client.delete_user, **ada) == "ResourceNotFoundException"


def test_users_come_a_hundred_a_page(sandbox: Embedded, store: dict[str, str]) -> None:
    """A hundred and five users take two pages.

    Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListUsers.html
    """
    client = sandbox.client("identitystore")
    for number in range(105):
        client.create_user(**store, UserName=f"user{number}", DisplayName="x", Name=NAME)
    pages = client.get_paginator("list_users").paginate(**store)
    assert [len(page["Users"]) for page in pages] == [100, 5]


@pytest.mark.not_kept
def test_extensions_are_not_in_the_sandbox(sandbox: Embedded, store: dict[str, str], refused: Refused) -> None:
    """A user may have extensions, such as the enterprise attributes."""
    create = sandbox.client("identitystore").create_user
    extensions = {"aws:identitystore:enterprise": {"costCenter": "17"}}
    wanted = {"UserName": "ada", "DisplayName": "Ada", "Name": NAME, "Extensions": extensions}
    assert refused(create, **store, **wanted) == "NotImplemented"
