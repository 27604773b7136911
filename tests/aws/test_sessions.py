"""Clients for a place: the management account's own, and members' through an assumed role."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws import sessions
from guardrails.aws.sessions import Sessions
from guardrails.errors import AccountAbsent, AwsError
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from tests.organization_line import endpoint_of

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

ROLE = "OrganizationAccountAccessRole"


def member(sandbox: "Embedded") -> str:
    """Make a member account; its id."""
    client = sandbox.client("organizations")
    request = client.create_account(AccountName="Prod", Email="prod@acme.example")["CreateAccountStatus"]["Id"]
    client.describe_create_account_status(CreateAccountRequestId=request)
    status = client.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
    return str(status["AccountId"])


def made(sandbox: "Embedded", ids: dict[str, str] | None = None, role: str = ROLE) -> Sessions:
    return Sessions("eu-west-1", role, (ids or {}).get, endpoint_of(sandbox))


def account_of(client: Any) -> str:
    return str(client.get_caller_identity()["Account"])


def test_the_management_account(sandbox: "Embedded") -> None:
    """No account name means the credentials that were given."""
    assert account_of(made(sandbox).client("sts", "", "eu-west-1")) == MANAGEMENT_ACCOUNT_ID


def test_a_member_account(sandbox: "Embedded") -> None:
    """A logical name leads into the member account, by its id and the member role, once for all its clients."""
    identity = member(sandbox)
    opened = made(sandbox, {"prod": identity})
    client = opened.client("sts", "prod", "eu-central-1")
    assert account_of(client) == identity
    assert client.meta.region_name == "eu-central-1"
    assert ":assumed-role/OrganizationAccountAccessRole/guardrails" in client.get_caller_identity()["Arn"]


def test_an_account_that_does_not_exist_yet(sandbox: "Embedded") -> None:
    """A name without an id is an account that is absent, which is no failure of AWS."""
    with pytest.raises(AccountAbsent, match="account prod does not exist yet"):
        made(sandbox).client("sts", "prod", "eu-west-1")


def test_a_role_that_cannot_be_assumed(sandbox: "Embedded") -> None:
    """When the role cannot be assumed the error names role and account; the next attempt may succeed."""
    ids = {"prod": member(sandbox)}
    with pytest.raises(AwsError, match=rf"sts:assume_role of arn:aws:iam::{ids['prod']}:role/Nobody in prod") as raised:
        made(sandbox, ids, "Nobody").client("s3", "prod", "eu-west-1")
    assert raised.value.code == "AccessDenied"


def test_clients_are_shared(sandbox: "Embedded") -> None:
    """Eight threads that ask for the same place get the same client; another place or service has another."""
    opened = made(sandbox)
    with ThreadPoolExecutor(8) as threads:
        clients = list(threads.map(lambda _: opened.client("sts", "", "eu-west-1"), range(16)))
    assert len({id(client) for client in clients}) == 1
    assert opened.client("sts", "", "eu-central-1") is not clients[0]


def test_botocore_retries_in_standard_mode(sandbox: "Embedded", monkeypatch: pytest.MonkeyPatch) -> None:
    """Towards AWS a call is tried ten times; the sandbox is asked five times at most."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    real = Sessions("eu-west-1", ROLE, lambda name: None).client("sts", "", "eu-west-1").meta.config.retries
    assert (real["mode"], real["total_max_attempts"]) == ("standard", sessions.STANDARD_RETRIES)
    assert made(sandbox).client("sts", "", "eu-west-1").meta.config.retries["total_max_attempts"] == 5


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AWS_PROFILE", "nowhere"), ("AWS_USE_FIPS_ENDPOINT", "true"), ("HTTP_PROXY", "http://127.0.0.1:9")],
)
def test_an_endpoint_of_our_own_is_all_there_is(
    sandbox: "Embedded", monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Whatever the environment says of AWS (a profile that is not there, a proxy) does not stand between us and the sandbox."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(variable, value)
    assert account_of(made(sandbox).client("sts", "", "eu-west-1")) == MANAGEMENT_ACCOUNT_ID
