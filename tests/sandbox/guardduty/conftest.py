"""Steps that GuardDuty's tests take before what they are about."""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded


@pytest.fixture
def security(sandbox: Embedded, new_account: Callable[..., str]) -> str:
    """The account that administers GuardDuty in the home region."""
    account = new_account("security")
    sandbox.client("guardduty").enable_organization_admin_account(AdminAccountId=account)
    return account
