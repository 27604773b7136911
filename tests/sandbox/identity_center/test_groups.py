"""Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroup.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


@pytest.fixture
def store(sandbox: Embedded) -> str:
    return str(sandbox.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"])


def test_groups_are_made_found_changed_and_deleted(sandbox: Embedded, store: str, refused: Refused) -> None:
    """A group is found by its name (GetGroupId), shown as it was last changed, and gone once it is deleted."""
    client = sandbox.client("identitystore")
    group = client.create_group(IdentityStoreId=store, DisplayName="Auditors", Description="They look")["GroupId"]
    unique = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "Auditors"}}
    assert client.get_group_id(IdentityStoreId=store, AlternateIdentifier=unique)["GroupId"] == group
    change = [{"AttributePath": "description", "AttributeValue": "They audit"}]
    client.update_group(IdentityStoreId=store, GroupId=group, Operations=change)
    shown = client.describe_group(IdentityStoreId=store, GroupId=group)
    assert (shown["DisplayName"], shown["Description"]) == ("Auditors", "They audit")
    client.delete_group(IdentityStoreId=store, GroupId=group)
    assert client.list_groups(IdentityStoreId=store)["Groups"] == []
    assert refused(client.describe_group, IdentityStoreId=store, GroupId=group) == "ResourceNotFoundException"


def test_names_are_used_once(sandbox: Embedded, store: str, refused: Refused) -> None:
    """A name that another group has, and one that AWS reserves, are refused, at creation and when renaming."""
    client = sandbox.client("identitystore")
    client.create_group(IdentityStoreId=store, DisplayName="One")
    group = client.create_group(IdentityStoreId=store, DisplayName="Two")["GroupId"]
    code = refused(client.create_group, IdentityStoreId=store, DisplayName="One")
    assert code == "ConflictException:UNIQUENESS_CONSTRAINT_VIOLATION"
    rename = [{"AttributePath": "displayName", "AttributeValue": "One"}]
    code = refused(client.update_group, IdentityStoreId=store, GroupId=group, Operations=rename)
    assert code == "ConflictException:UNIQUENESS_CONSTRAINT_VIOLATION"
    code = refused(client.create_group, IdentityStoreId=store, DisplayName="AWSAdministrators")
    assert code == "ValidationException"


def test_groups_come_a_hundred_a_page(sandbox: Embedded, store: str) -> None:
    """A hundred and five groups take two pages."""
    client = sandbox.client("identitystore")
    for number in range(105):
        client.create_group(IdentityStoreId=store, DisplayName=f"Group {number}")
    pages = client.get_paginator("list_groups").paginate(IdentityStoreId=store)
    assert [len(page["Groups"]) for page in pages] == [100, 5]
