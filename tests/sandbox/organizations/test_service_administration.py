"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
Designation = tuple[str, str, str, str]
DESIGNATIONS = [
    ("guardduty", "enable_organization_admin_account", "AdminAccountId", "BadRequestException"),
    ("securityhub", "enable_organization_admin_account", "AdminAccountId", "InvalidInputException"),
    ("macie2", "enable_organization_admin_account", "adminAccountId", "ValidationException"),
    ("inspector2", "enable_delegated_admin_account", "delegatedAdminAccountId", "ValidationException"),
    ("detective", "enable_organization_admin_account", "AccountId", "ValidationException"),
]


@pytest.mark.parametrize("designation", DESIGNATIONS, ids=[each[0] for each in DESIGNATIONS])
def test_an_administrator_is_an_active_account(
    sandbox: Embedded, new_account: Callable[..., str], refused: Refused, designation: Designation
) -> None:
    """A closed account administers no security service, nor does any account of an organization without all features.

    Each service says so with its own error, and is not trusted for it.
    """
    service, operation, member, code = designation
    organizations, client = sandbox.client("organizations"), sandbox.client(service)
    closed = new_account("closed")
    organizations.close_account(AccountId=closed)
    assert refused(getattr(client, operation), **{member: closed}) == code
    assert organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []
    sandbox.reset("consolidated-billing", 1)
    account = organizations.list_accounts()["Accounts"][1]["Id"]
    assert refused(getattr(client, operation), **{member: account}) == code
