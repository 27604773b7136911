"""Service-linked roles, on the sandbox: made once, and by whoever is first."""

from collections.abc import Callable

from guardrails.aws.connection import Connection
from guardrails.resources.service_linked_role import TYPE, ServiceLinkedRole
from tests.resources.config_service import HOME, observed, put, writes


def test_made_once(connection: Connection, member: Callable[[str], str]) -> None:
    """The role is made in its account by one write, which is not repeated, not even by somebody who did not know."""
    member("security")
    want = ServiceLinkedRole(name="config.amazonaws.com", account="security", region=HOME)
    assert observed(connection, TYPE, want) is None
    arn = put(connection, TYPE, want)["arn"]
    assert (writes(connection), arn.rpartition("/")[2]) == (["create_service_linked_role"], "AWSServiceRoleForConfig")
    live = observed(connection, TYPE, want)
    assert live is not None
    assert live.attributes["arn"] == arn
    connection.gateway.calls.writes.clear()
    again = TYPE.put(connection.gateway.writer().at("security", HOME), want, None, connection.directory)
    assert (writes(connection), again["arn"]) == ([], arn)
