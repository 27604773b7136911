"""Central configuration, on the sandbox: started once and waited for; a failure is told in AWS's words."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Gateway
from guardrails.errors import AwsError
from guardrails.resources.securityhub_organization_configuration import TYPE, SecurityHubOrganizationConfiguration
from guardrails.sandbox.embedded import Embedded
from tests.resources.securityhub_central import HOME, Administrator

WANTED = SecurityHubOrganizationConfiguration(name="Security Hub", account="security", region=HOME)


def test_started(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """Before the designation there is nothing; after it configuration is local; one write starts central configuration."""
    other = Administrator(sandbox, connection, member("other"))
    assert other.observed(TYPE, WANTED) == {}
    administrator = Administrator.designated(sandbox, connection, member)
    assert administrator.observed(TYPE, WANTED)["Security Hub"].resource.configuration_type == "LOCAL"
    administrator.client.create_finding_aggregator(RegionLinkingMode="NO_REGIONS")
    administrator.put(TYPE, WANTED)
    assert administrator.writes() == ["update_organization_configuration"]
    assert administrator.observed(TYPE, WANTED)["Security Hub"].resource == WANTED


def test_refused_or_without_effect(
    connection: Connection, sandbox: Embedded, member: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that fails ends with AWS's reason, and is seen as failed; so is central configuration that AWS has disabled."""
    administrator = Administrator.designated(sandbox, connection, member)
    administrator.client.create_finding_aggregator(RegionLinkingMode="NO_REGIONS")
    call = Gateway.call

    def failed(self: Gateway, service: str, operation: str, *place: Any) -> Mapping[str, Any]:
        answer = call(self, service, operation, *place)
        if operation != "describe_organization_configuration":
            return answer
        return {"OrganizationConfiguration": {"ConfigurationType": "CENTRAL", "Status": status}}

    monkeypatch.setattr(Gateway, "call", failed)
    for status, reason in (("FAILED", "AWS gives no reason"), ("DISABLED", "policies of AWS Organizations")):
        with pytest.raises(AwsError, match=reason):
            administrator.put(TYPE, WANTED)
        live = administrator.observed(TYPE, WANTED)["Security Hub"]
        assert live.resource.configuration_type == f"CENTRAL ({status})"
