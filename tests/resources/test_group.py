"""Groups, on the sandbox: created, described anew, deleted; without an instance a blind spot."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guardrails.aws.connection import Connection
from guardrails.engine.resource import BlindSpot, Live
from guardrails.resources.group import TYPE, Group

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

WANTED = Group(name="developers", description="Build workloads")


def observed(connection: Connection, *wanted: Group) -> dict[str, Live[Group]]:
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: Group) -> None:
    live = observed(connection, want).get(want.name)
    attributes = TYPE.put(connection.gateway.writer(), want, live, connection.directory)
    assert observed(connection, want)[want.name].attributes == attributes


def test_created_then_seen_as_wanted(connection: Connection) -> None:
    """A put group is observed as wanted, and written once."""
    put(connection, WANTED)
    put(connection, WANTED)
    live = observed(connection, WANTED)[WANTED.name]
    assert live.resource == WANTED
    assert not live.managed
    assert connection.gateway.calls.writes == {"identitystore:create_group": 1}


def test_a_description_changes(connection: Connection) -> None:
    """Another description is one update; one that is not declared is left alone."""
    put(connection, WANTED)
    put(connection, replace(WANTED, description=None))
    changed = replace(WANTED, description="Build and run workloads")
    put(connection, changed)
    assert observed(connection, changed)[WANTED.name].resource == changed
    assert connection.gateway.calls.writes == {"identitystore:create_group": 1, "identitystore:update_group": 1}


def test_without_description(connection: Connection) -> None:
    """A group may have no description."""
    put(connection, Group(name="auditors"))
    assert observed(connection)["auditors"].resource.description == ""


def test_deleted(connection: Connection) -> None:
    """A deleted group is gone, and no other is."""
    put(connection, WANTED)
    put(connection, Group(name="auditors"))
    TYPE.delete(connection.gateway.writer(), observed(connection)[WANTED.name], connection.directory)
    assert set(observed(connection)) == {"auditors"}


def test_without_an_instance(sandbox: "Embedded", connection: Connection) -> None:
    """Where Identity Center is not enabled, wanted groups are one blind spot with a remedy; unwanted ones are nothing."""
    sandbox.reset("no-identity-center")
    (spot,) = TYPE.observe(connection.gateway.reader(), [WANTED, replace(WANTED, name="b")], connection.directory)
    assert isinstance(spot, BlindSpot)
    assert spot.type == TYPE.name
    assert "enabled once by a person" in spot.remedy
    assert list(TYPE.observe(connection.gateway.reader(), [], connection.directory)) == []
