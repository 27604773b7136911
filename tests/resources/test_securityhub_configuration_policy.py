"""Configuration policies, on the sandbox: made with our tag, replaced as a whole, deleted when nothing is associated."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guardrails.aws.connection import Connection
from guardrails.errors import AwsError
from guardrails.resources.securityhub_configuration_policy import TYPE, SecurityHubConfigurationPolicy
from guardrails.sandbox.embedded import Embedded
from tests.resources.securityhub_central import HOME, OTHER, Administrator

WANTED = SecurityHubConfigurationPolicy(
    name="acme-baseline",
    account="security",
    region=HOME,
    description="Controls that are off, and why: IAM.6: No root user has credentials",
    standards=(f"arn:aws:securityhub:{HOME}::standards/aws-foundational-security-best-practices/v/1.0.0",),
    controls={"DisabledSecurityControlIdentifiers": ("EC2.8", "IAM.6")},
    parameters={"IAM.7": {"MinimumPasswordLength": {"Integer": 14}}},
)
OFF = replace(WANTED, service_enabled=False, standards=(), controls={}, parameters={})


@pytest.fixture
def administrator(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> Administrator:
    """The administrator, who configures centrally."""
    made = Administrator.designated(sandbox, connection, member)
    made.start_central()
    return made


def test_put_and_deleted(administrator: Administrator) -> None:
    """One write makes a policy that is ours, one replaces it, none is made where it is as wanted; and it can be deleted."""
    only = replace(WANTED, controls={"EnabledSecurityControlIdentifiers": ("S3.1",)}, parameters={})
    for want, writes in (
        (WANTED, ["create_configuration_policy"]),
        (WANTED, []),
        (only, ["update_configuration_policy"]),
        (OFF, ["update_configuration_policy"]),
    ):
        attributes = administrator.put(TYPE, want)
        assert administrator.writes() == writes
        live = administrator.observed(TYPE, want)[want.name]
        assert (live.resource, live.attributes, live.managed) == (want, attributes, True)
    administrator.delete(TYPE, WANTED.name)
    assert administrator.observed(TYPE) == {}


def test_a_stranger_s_is_adopted(administrator: Administrator) -> None:
    """A policy without our tag is only listed; when it is wanted, and as wanted, it gets the tag."""
    administrator.client.create_configuration_policy(
        Name=OFF.name,
        Description=OFF.description,
        ConfigurationPolicy={"SecurityHub": {"ServiceEnabled": False}},
    )
    assert not administrator.observed(TYPE)[OFF.name].managed
    administrator.put(TYPE, OFF)
    assert administrator.writes() == ["tag_resource"]
    assert administrator.observed(TYPE)[OFF.name].managed


def test_one_that_is_associated(administrator: Administrator) -> None:
    """A policy that is still associated is not deleted; AWS's refusal is told after a while."""
    attributes = administrator.put(TYPE, WANTED)
    target = {"AccountId": administrator.account_id}
    administrator.client.start_configuration_policy_association(
        ConfigurationPolicyIdentifier=attributes["id"], Target=target
    )
    with pytest.raises(AwsError, match="still associated"):
        administrator.delete(TYPE, WANTED.name)


def test_without_central_configuration(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """Under local configuration, and seen from another region than the home region, there are no policies."""
    administrator = Administrator.designated(sandbox, connection, member)
    assert administrator.observed(TYPE, WANTED) == {}
    administrator.start_central()
    administrator.put(TYPE, WANTED)
    place = connection.gateway.reader().at("", OTHER)
    assert list(TYPE.observe(place, (), connection.directory)) == []
