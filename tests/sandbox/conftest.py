"""Steps that the sandbox's tests take before what they are about; and the same tests against moto alone (`--plain-moto`)."""

from collections.abc import Callable, Generator, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox import fidelity, plain_moto

ROWS = pytest.StashKey[tuple[fidelity.Row, ...]]()
NOT_KEPT_BY_MOTO = pytest.StashKey[set[str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--plain-moto`, keep only the tests that are rows of the fidelity table."""
    config.stash[ROWS] = fidelity.rows_of(items)
    config.stash[NOT_KEPT_BY_MOTO] = set()
    if config.getoption("--plain-moto"):
        items[:] = [item for item in items if (row := fidelity.row_of(item)) and row.kept]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Against moto alone, a test that fails is a behaviour that moto does not keep: counted, and no failure."""
    report = yield
    if item.config.getoption("--plain-moto") and report.failed:
        item.config.stash[NOT_KEPT_BY_MOTO].add(fidelity.test_of(item.nodeid))
        report.outcome, report.wasxfail = "skipped", "moto alone does not keep it"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Count what moto alone keeps, and write the table where it was asked for."""
    rows, file = config.stash.get(ROWS, ()), config.getoption("--fidelity-table")
    lacking = config.stash.get(NOT_KEPT_BY_MOTO, set())
    kept_by_moto = frozenset(row.test for row in rows if row.kept and row.test not in lacking)
    if config.getoption("--plain-moto"):
        kept = sum(row.kept for row in rows)
        terminalreporter.write_line(f"moto {version('moto')} alone keeps {len(kept_by_moto)} of {kept} behaviours.")
    if isinstance(file, Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(fidelity.rendered(rows, version("moto"), kept_by_moto), encoding="utf-8")


@pytest.fixture(scope="session")
def sandbox_server(request: pytest.FixtureRequest) -> Iterator[Embedded]:
    """The sandbox, or moto as it comes with `--plain-moto`: one server for the whole session."""
    from guardrails.sandbox import in_process

    with plain_moto.served() if request.config.getoption("--plain-moto") else in_process() as server:
        yield server


Refused = Callable[..., str]
NewAccount = Callable[..., str]


@pytest.fixture
def new_account(sandbox: Embedded) -> NewAccount:
    """Make a member account and return its id."""

    def make(name: str, **parameters: object) -> str:
        organizations = sandbox.client("organizations")
        request = organizations.create_account(AccountName=name, Email=f"{name}@example.com", **parameters)
        identifier = request["CreateAccountStatus"]["Id"]
        organizations.describe_create_account_status(CreateAccountRequestId=identifier)
        done = organizations.describe_create_account_status(CreateAccountRequestId=identifier)
        return str(done["CreateAccountStatus"]["AccountId"])

    return make


@pytest.fixture
def invited_account(request: pytest.FixtureRequest, new_account: NewAccount) -> NewAccount:
    """Have a member account that was once invited, and so can leave; an invitation itself is nothing that the sandbox knows."""
    if request.config.getoption("--plain-moto"):
        return new_account

    def make(name: str) -> str:
        from guardrails.sandbox.organizations import account_creation

        made = account_creation.make(name, f"{name}@example.com")
        made.joined_method = "INVITED"
        return str(made.id)

    return make


@pytest.fixture
def refused() -> Refused:
    """Call an operation that must be refused, and return the error code (with `:Reason` where there is one)."""

    def call(operation: Callable[..., object], **parameters: object) -> str:
        with pytest.raises(ClientError) as caught:
            operation(**parameters)
        response = caught.value.response
        reason = response.get("Reason")
        return str(response["Error"]["Code"]) + (f":{reason}" if reason else "")

    return call


@pytest.fixture
def root_id(sandbox: Embedded) -> str:
    """The id of the root."""
    return str(sandbox.client("organizations").list_roots()["Roots"][0]["Id"])


@pytest.fixture
def scp_enabled(sandbox: Embedded, root_id: str) -> None:
    """Service control policies, enabled and arrived."""
    organizations = sandbox.client("organizations")
    organizations.enable_policy_type(RootId=root_id, PolicyType="SERVICE_CONTROL_POLICY")
    organizations.list_roots()


@pytest.fixture
def assignment(sandbox: Embedded, new_account: NewAccount) -> dict[str, Any]:
    """The arguments of an assignment that can be made: a group, a permission set, an account."""
    sso = sandbox.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]
    store = sandbox.client("identitystore")
    group = store.create_group(IdentityStoreId=instance["IdentityStoreId"], DisplayName="Auditors")["GroupId"]
    made = sso.create_permission_set(InstanceArn=instance["InstanceArn"], Name="Auditor")["PermissionSet"]
    return {
        "InstanceArn": instance["InstanceArn"],
        "TargetId": new_account("one"),
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": made["PermissionSetArn"],
        "PrincipalType": "GROUP",
        "PrincipalId": group,
    }
