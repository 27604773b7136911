"""Who we are and which organization this is; whoever cannot work here is told why."""

from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import EMULATOR_TEMPO, connect
from guardrails.aws.gateway import Tempo
from guardrails.aws.pacing import Unpaced
from guardrails.aws.sessions import Endpoint
from guardrails.engine.resource import Ref
from guardrails.errors import AwsError
from guardrails.resources import ORGANIZATION, ROOT_ADDRESS, account_address
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from tests.organization_line import FIRST_DAY, Line, endpoint_of

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded


def refused(endpoint: Endpoint | None) -> AwsError:
    with pytest.raises(AwsError) as raised:
        connect(FIRST_DAY, endpoint=endpoint)
    assert raised.value.exit_code == 4
    return raised.value


def test_what_is_known_from_the_start(line: Line) -> None:
    """A connection knows the organization, its root and path, the management account, and who we are."""
    names = line.connection.directory
    organization = line.client().describe_organization()["Organization"]
    assert names.id(ORGANIZATION) == organization["Id"]
    assert names.known(Ref(ORGANIZATION, "management_account_id")) == MANAGEMENT_ACCOUNT_ID
    assert names.id(ROOT_ADDRESS) == line.root_id
    assert names.get(ROOT_ADDRESS, "path") == f"{organization['Id']}/{line.root_id}/"
    assert names.id(account_address("management")) == MANAGEMENT_ACCOUNT_ID
    assert line.connection.caller == f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:user/administrator"


def test_the_sandbox_is_not_waited_for(line: Line) -> None:
    """Towards an endpoint of our own nothing is paced and no look waits."""
    gateway = line.connection.gateway
    assert isinstance(gateway.pacer, Unpaced)
    assert gateway.tempo == Tempo(at_most=EMULATOR_TEMPO)


def test_connecting_only_looks(line: Line) -> None:
    """Connecting asks three questions and writes nothing."""
    calls = line.connection.gateway.calls
    assert sum(calls.reads.values()) == 3
    assert not calls.writes


def test_a_member_accounts_credentials_are_refused(sandbox: "Embedded") -> None:
    """Credentials of a member account are told that the management account's are needed, and which one that is."""
    client = sandbox.client("organizations")
    request = client.create_account(AccountName="Prod", Email="prod@acme.example")["CreateAccountStatus"]["Id"]
    client.describe_create_account_status(CreateAccountRequestId=request)
    made = client.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{made}:role/OrganizationAccountAccessRole"
    given = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    error = refused(Endpoint(sandbox.endpoint, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))
    assert error.code == "NotManagementAccount"
    assert f"of account {made}" in str(error)
    assert f"managed by {MANAGEMENT_ACCOUNT_ID}: use credentials of the management account" in str(error)


@pytest.mark.parametrize(
    ("seed", "code", "advice"),
    [
        ("no-organization", "AWSOrganizationsNotInUseException", "aws organizations create-organization"),
        ("consolidated-billing", "NotAllFeatures", "aws organizations enable-all-features"),
    ],
)
def test_an_organization_that_cannot_be_worked_in(sandbox: "Embedded", seed: str, code: str, advice: str) -> None:
    """Without an organization, or without all features, the error says which command mends it."""
    sandbox.reset(seed)
    error = refused(endpoint_of(sandbox))
    assert error.code == code
    assert advice in str(error)


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials nothing is sent; the error says how to get some, and that the sandbox needs none."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    error = refused(None)
    assert error.code == "NoCredentialsError"
    assert "try --sandbox" in str(error)


def test_an_unknown_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist is told by name."""
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this-profile")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert "nobody-has-this-profile" in str(refused(None))


def test_an_endpoint_where_nobody_answers() -> None:
    """An endpoint that does not answer is an AwsError, not a traceback."""
    assert refused(Endpoint("http://127.0.0.1:9", "x", "y")).code == "EndpointConnectionError"
