"""The organization's aggregator, on the sandbox: put, mended, adopted, deleted."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guardrails.aws.connection import Connection
from guardrails.resources.configuration_aggregator import TYPE, ConfigurationAggregator
from tests.resources.config_service import HOME, administrator, observed, put, writes

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

__all__ = ["administrator"]
NAME = {"ConfigurationAggregatorName": "acme-organization"}
PUT = "put_configuration_aggregator"


def wanted(administrator: str) -> ConfigurationAggregator:
    role = f"arn:aws:iam::{administrator}:role/config"
    return ConfigurationAggregator(name="acme-organization", account="security", region=HOME, role_arn=role)


def test_put_mended_deleted(connection: Connection, sandbox: "Embedded", administrator: str) -> None:
    """One write makes it, for all regions; regions narrowed by hand are a difference, mended by one write; a deletion takes it away."""
    want = wanted(administrator)
    attributes = put(connection, TYPE, want)
    assert writes(connection) == [PUT]
    live = observed(connection, TYPE, want)
    assert live is not None
    assert (live.resource, live.managed, live.attributes) == (want, True, attributes)
    config = sandbox.client("config", HOME, account=administrator)
    narrow: Any = {"RoleArn": want.role_arn, "AwsRegions": [HOME]}
    config.put_configuration_aggregator(**NAME, OrganizationAggregationSource=narrow)
    live = observed(connection, TYPE, want)
    assert live is not None
    assert live.resource == replace(want, regions=(HOME,))
    put(connection, TYPE, want)
    assert writes(connection) == [PUT]
    TYPE.delete(connection.gateway.writer().at("security", HOME), live, connection.directory)
    assert observed(connection, TYPE, want) is None


def test_adopted(connection: Connection, sandbox: "Embedded", administrator: str) -> None:
    """An equal aggregator of somebody else's gets our tag and nothing else; one of single accounts becomes the organization's."""
    want = replace(wanted(administrator), regions=(HOME,))
    config = sandbox.client("config", HOME, account=administrator)
    source: Any = {"RoleArn": want.role_arn, "AwsRegions": [HOME]}
    config.put_configuration_aggregator(**NAME, OrganizationAggregationSource=source)
    put(connection, TYPE, want)
    assert writes(connection) == ["tag_resource"]
    accounts: Any = [{"AccountIds": [administrator], "AllAwsRegions": True}]
    config.put_configuration_aggregator(**NAME, AccountAggregationSources=accounts)
    live = observed(connection, TYPE, want)
    assert live is not None
    assert (live.resource.role_arn, live.resource.regions) == ("", ())
    put(connection, TYPE, want)
    live = observed(connection, TYPE, want)
    assert live is not None
    assert live.resource == want
