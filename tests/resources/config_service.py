"""Steps that the tests of AWS Config's resource types take: an administrator, accounts that record, observations, puts."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Live, Resource, ResourceType

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
PRINCIPALS = ("config.amazonaws.com", "config-multiaccountsetup.amazonaws.com")


def config_role(sandbox: "Embedded", account: str | None) -> str:
    """The ARN of a new role that AWS Config may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": PRINCIPALS[0]}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = sandbox.client("iam", account=account).create_role(RoleName="config", AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def record(sandbox: "Embedded", account: str | None) -> None:
    """Put a recorder into an account."""
    recorder: Any = {"name": "default", "roleARN": config_role(sandbox, account)}
    sandbox.client("config", HOME, account=account).put_configuration_recorder(ConfigurationRecorder=recorder)


@pytest.fixture
def administrator(sandbox: "Embedded", member: Callable[[str], str]) -> str:
    """The id of the account "security", which administers AWS Config and records, as the management account does."""
    identity, organizations = member("security"), sandbox.client("organizations")
    for principal in PRINCIPALS:
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=identity, ServicePrincipal=principal)
    sandbox.client("iam").create_service_linked_role(AWSServiceName=PRINCIPALS[1])
    for account in (identity, None):
        record(sandbox, account)
    return identity


def observed(connection: Connection, kind: ResourceType[Any], want: Resource) -> Live[Any] | None:
    """What a fresh observation sees of the wanted one."""
    place = connection.gateway.reader().at(want.account, want.region)
    found = kind.observe(place, [want], connection.directory)
    return next((item for item in found if isinstance(item, Live) and item.resource.name == want.name), None)


def put(connection: Connection, kind: ResourceType[Any], want: Resource) -> Mapping[str, str]:
    """Put it over what a fresh observation sees; the writes are counted anew."""
    live = observed(connection, kind, want)
    connection.gateway.calls.writes.clear()
    return kind.put(connection.gateway.writer().at(want.account, want.region), want, live, connection.directory)


def writes(connection: Connection) -> list[str]:
    """The operations that were written since the last put began, sorted."""
    return sorted(call.partition(":")[2] for call in connection.gateway.calls.writes.elements())
