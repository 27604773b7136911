"""Source: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/welcome.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


@pytest.fixture
def store(sandbox: Embedded) -> str:
    return str(sandbox.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"])


def test_there_is_one_store(sandbox: Embedded, store: str, refused: Refused) -> None:
    """Another store does not exist, neither for groups nor for users; the store is in the home region only."""
    client = sandbox.client("identitystore")
    assert refused(client.list_groups, IdentityStoreId="d-0000000000") == "ResourceNotFoundException"
    assert refused(client.list_users, IdentityStoreId="d-0000000000") == "ResourceNotFoundException"
    elsewhere = sandbox.client("identitystore", "us-east-1")
    assert refused(elsewhere.list_groups, IdentityStoreId=store) == "ResourceNotFoundException"
    assert client.list_users(IdentityStoreId=store)["Users"] == []
