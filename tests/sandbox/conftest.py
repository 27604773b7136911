"""Steps that the sandbox's tests take before what they are about."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

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
