"""Opt-in regions on the sandbox: seen in one call an account, enabled where they are not, awaited."""

from collections.abc import Callable

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Live
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.opt_in_region import ENABLED, PRINCIPAL, TYPE, OptInRegion
from guardrails.sandbox.embedded import Embedded

WANTED = [
    OptInRegion(name=name, accounts={"management": ENABLED, "one": ENABLED, "two": ENABLED})
    for name in ("eu-south-1", "me-south-1")
]


def observed(connection: Connection, *wanted: OptInRegion) -> dict[str, Live[OptInRegion]]:
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def trust(connection: Connection, sandbox: Embedded) -> None:
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    connection.directory.learn(trusted_access_address(PRINCIPAL), {"id": PRINCIPAL})


def test_seen_in_one_call_an_account(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """However many regions are wanted, a look takes one call for each account there is, and none where no region is."""
    member("one")
    trust(connection, sandbox)
    calls = connection.gateway.calls.reads
    calls.clear()
    assert observed(connection) == {}
    assert not calls
    seen = observed(connection, *WANTED)
    assert {name: live.resource.accounts for name, live in seen.items()} == {
        name: {"management": "DISABLED", "one": "DISABLED"} for name in ("eu-south-1", "me-south-1")
    }
    assert calls == {"account:list_regions": 2}


def test_members_are_unknown_without_trusted_access(connection: Connection, member: Callable[[str], str]) -> None:
    """Until the organization trusts Account Management only the management account is seen: no access is denied on the first day."""
    member("one")
    assert observed(connection, WANTED[0])["eu-south-1"].resource.accounts == {"management": "DISABLED"}


def test_enabled_everywhere(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """A region is enabled in each account that lacks it, the management account's own too; what is under way is only awaited."""
    one = member("one")
    member("two")
    trust(connection, sandbox)
    sandbox.client("account").enable_region(AccountId=one, RegionName="eu-south-1")
    live, writes = observed(connection, WANTED[0])["eu-south-1"], connection.gateway.calls.writes
    assert live.resource.accounts["one"] == "ENABLING"
    assert TYPE.put(connection.gateway.writer(), WANTED[0], live, connection.directory) == {
        "id": "eu-south-1",
        "lacking": "",
    }
    assert writes == {"account:enable_region": 2}
    assert observed(connection, WANTED[0])["eu-south-1"].resource == WANTED[0]


def test_what_comes_first() -> None:
    """A region waits for its accounts and for the organization's trust in Account Management."""
    before = {trusted_access_address(PRINCIPAL), *map(account_address, ("management", "one", "two"))}
    assert WANTED[0].references() == before
