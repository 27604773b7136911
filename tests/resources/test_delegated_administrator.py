"""Delegated administrators, on the sandbox: registered once, never replaced, strangers told apart."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.observe import observe
from guardrails.engine.plan import diff
from guardrails.engine.resource import Live
from guardrails.engine.safety import check
from guardrails.errors import AwsError, PlanError
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import TYPE, DelegatedAdministrator
from guardrails.resources.trusted_access import TYPE as TRUSTED_ACCESS
from guardrails.resources.trusted_access import TrustedAccess

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

SERVICE = "cloudtrail.amazonaws.com"
WANTED = DelegatedAdministrator(name=SERVICE, administrator=account_address("security"))


@pytest.fixture
def accounts(connection: Connection, sandbox: "Embedded", member: Callable[[str], str]) -> Mapping[str, str]:
    """Two member accounts, ids by name; and a trusted service."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=SERVICE)
    return {name: member(name) for name in ("security", "other")}


def observed(connection: Connection, *wanted: DelegatedAdministrator) -> dict[str, Live[DelegatedAdministrator]]:
    """What a fresh observation sees, by name."""
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: DelegatedAdministrator) -> Mapping[str, str]:
    live = observed(connection, want).get(want.name)
    return TYPE.put(connection.gateway.writer(), want, live, connection.directory)


def register(sandbox: "Embedded", account: str) -> None:
    sandbox.client("organizations").register_delegated_administrator(AccountId=account, ServicePrincipal=SERVICE)


def test_registered_by_one_write(connection: Connection, accounts: Mapping[str, str]) -> None:
    """The account is registered and seen as wanted; putting it again writes nothing."""
    assert put(connection, WANTED) == {"id": accounts["security"]}
    assert observed(connection, WANTED)[SERVICE].resource == WANTED
    put(connection, WANTED)
    assert connection.gateway.calls.writes == {"organizations:register_delegated_administrator": 1}


def test_registered_meanwhile(connection: Connection, sandbox: "Embedded", accounts: Mapping[str, str]) -> None:
    """A service that registers its administrator by itself between plan and apply is no error."""
    register(sandbox, accounts["security"])
    TYPE.put(connection.gateway.writer(), WANTED, None, connection.directory)
    assert connection.gateway.calls.writes == {}


def test_one_of_several(connection: Connection, sandbox: "Embedded", accounts: Mapping[str, str]) -> None:
    """Where a service has several administrators, the wanted one is the declared object, another an object of its own name."""
    register(sandbox, accounts["other"])
    register(sandbox, accounts["security"])
    found = observed(connection, WANTED)
    assert found.keys() == {SERVICE, f"{SERVICE} | other"}
    assert found[SERVICE].resource == WANTED
    TYPE.delete(connection.gateway.writer(), found[f"{SERVICE} | other"], connection.directory)
    assert observed(connection, WANTED).keys() == {SERVICE}


def test_another_account_is_never_replaced(
    connection: Connection, sandbox: "Embedded", accounts: Mapping[str, str]
) -> None:
    """Another administrator in the wanted one's place is a difference in a property that cannot change: the plan is refused."""
    register(sandbox, accounts["other"])
    live = observed(connection, WANTED)[SERVICE]
    assert live.resource.administrator == account_address("other")
    types, desired = {kind.name: kind for kind in (TYPE, TRUSTED_ACCESS)}, [WANTED, TrustedAccess(name=SERVICE)]
    seen = observe(types, connection.gateway.reader(), desired, connection.directory)
    plan = diff(types, desired, seen, connection.directory)
    assert [(c.address, [d.property for d in c.differences]) for c in plan.changes] == [
        (WANTED.address, ["administrator"])
    ]
    with pytest.raises(PlanError, match="administrator cannot be changed"):
        check(plan, {})


def test_the_service_must_be_trusted(connection: Connection, sandbox: "Embedded", accounts: Mapping[str, str]) -> None:
    """A delegation waits for the service's trusted access and for the account; without the former AWS refuses."""
    assert WANTED.references() == {account_address("security"), trusted_access_address(SERVICE)}
    sandbox.client("organizations").disable_aws_service_access(ServicePrincipal=SERVICE)
    with pytest.raises(AwsError) as raised:
        put(connection, WANTED)
    assert raised.value.code == "ConstraintViolationException"
