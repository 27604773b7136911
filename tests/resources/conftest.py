"""A connection to the bare sandbox, as a run has it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.model import Account, Identity, Organization
from guardrails.resources import account_address
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

ORGANIZATION = Organization(
    prefix="acme",
    home_region="eu-west-1",
    governed_regions=("eu-west-1", "eu-central-1"),
    management_account="management",
    log_archive_account="log-archive",
    security_account="security-tooling",
    deployer_roles=("GuardrailsDeployer",),
    break_glass_roles=("BreakGlass",),
    member_role="OrganizationAccountAccessRole",
    organizational_units=(),
    accounts=(Account("management", "management", "management@example.com", "Root"),),
    controls=(),
    identity=Identity(),
)


@pytest.fixture
def connection(sandbox: "Embedded") -> Connection:
    """A checked connection to the bare organization."""
    return connect(ORGANIZATION, endpoint=Endpoint(sandbox.endpoint, ACCESS_KEY_ID, SECRET_ACCESS_KEY))


@pytest.fixture
def member(connection: Connection, sandbox: "Embedded") -> Callable[[str], str]:
    """Makes a member account under the root, which the connection knows by its logical name; returns its id."""

    def make(name: str) -> str:
        client = sandbox.client("organizations")
        request = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["Id"]
        status = {"State": "IN_PROGRESS"}
        while status["State"] == "IN_PROGRESS":
            status = client.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        connection.directory.learn(account_address(name), {"id": status["AccountId"]})
        return status["AccountId"]

    return make
