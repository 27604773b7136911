"""A connection to the bare sandbox, as a run has it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import Connection, connect
from guardrails.aws.sessions import Endpoint
from guardrails.resources import account_address
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.organization_line import FIRST_DAY

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded


@pytest.fixture
def connection(sandbox: "Embedded") -> Connection:
    """A checked connection to the bare organization."""
    return connect(FIRST_DAY, endpoint=Endpoint(sandbox.endpoint, ACCESS_KEY_ID, SECRET_ACCESS_KEY))


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
