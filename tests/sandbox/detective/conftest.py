"""Steps that Detective's tests take before what they are about."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded


@pytest.fixture
def security(sandbox: Embedded, new_account: Callable[..., str]) -> str:
    """The account that administers Detective in the home region."""
    account = new_account("security")
    sandbox.client("detective").enable_organization_admin_account(AccountId=account)
    return account


@pytest.fixture
def administrator(sandbox: Embedded, security: str) -> Any:
    """A client of Detective's administrator."""
    return sandbox.client("detective", account=security)


@pytest.fixture
def graph(administrator: Any) -> str:
    """The organization's behavior graph."""
    return str(administrator.list_graphs()["GraphList"][0]["Arn"])
