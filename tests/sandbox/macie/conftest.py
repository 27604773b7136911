"""Steps that Macie's tests take before what they are about."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded


@pytest.fixture
def security(sandbox: Embedded, new_account: Callable[..., str]) -> str:
    """The account that administers Macie in the home region."""
    account = new_account("security")
    sandbox.client("macie2").enable_organization_admin_account(adminAccountId=account)
    return account


@pytest.fixture
def administrator(sandbox: Embedded, security: str) -> Any:
    """A client of Macie's administrator."""
    return sandbox.client("macie2", account=security)


@pytest.fixture
def take_in(administrator: Any) -> Callable[[str], Any]:
    """Make an account of the organization a member."""

    def make(account: str) -> Any:
        return administrator.create_member(account={"accountId": account, "email": "x@example.com"})

    return make
