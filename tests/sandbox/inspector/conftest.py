"""Steps that Inspector's tests take before what they are about."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded


@pytest.fixture
def security(sandbox: Embedded, new_account: Callable[..., str]) -> str:
    """The account that administers Inspector in the home region."""
    account = new_account("security")
    sandbox.client("inspector2").enable_delegated_admin_account(delegatedAdminAccountId=account)
    return account


@pytest.fixture
def administrator(sandbox: Embedded, security: str) -> Any:
    """A client of Inspector's administrator, which has enabled Inspector itself."""
    client = sandbox.client("inspector2", account=security)
    client.enable(resourceTypes=["EC2"])
    return client
