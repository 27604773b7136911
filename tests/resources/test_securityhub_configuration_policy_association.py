"""Associations, on the sandbox: said of a target by one write, ours by their policy, with the accounts for which they failed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guardrails.aws.connection import Connection
from guardrails.resources import ROOT_ADDRESS, account_address, configuration_policy_address
from guardrails.resources.securityhub_configuration_policy import TYPE as POLICIES
from guardrails.resources.securityhub_configuration_policy import SecurityHubConfigurationPolicy
from guardrails.resources.securityhub_configuration_policy_association import (
    TYPE,
    SecurityHubConfigurationPolicyAssociation,
)
from guardrails.sandbox.embedded import Embedded
from guardrails.security_hub import SELF_MANAGED
from tests.resources.securityhub_central import HOME, Administrator

FSBP = f"arn:aws:securityhub:{HOME}::standards/aws-foundational-security-best-practices/v/1.0.0"
POLICY = SecurityHubConfigurationPolicy(
    name="acme-baseline",
    account="security",
    region=HOME,
    standards=(FSBP,),
    controls={"DisabledSecurityControlIdentifiers": ()},
    description="All of them",
)
ROOT = SecurityHubConfigurationPolicyAssociation(
    name="Root",
    account="security",
    region=HOME,
    target=ROOT_ADDRESS,
    configuration=configuration_policy_address("acme-baseline", "security", HOME),
)
OWN = replace(ROOT, name="account dev", target=account_address("dev"), configuration=SELF_MANAGED)


@pytest.fixture
def administrator(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> Administrator:
    """The administrator, who configures centrally, with one policy and a member account."""
    made = Administrator.designated(sandbox, connection, member)
    member("dev")
    made.start_central()
    made.put(POLICIES, POLICY)
    return made


def test_put_and_taken_back(administrator: Administrator) -> None:
    """One write associates, another replaces; what is on its way counts as done; taken back, nothing is left of it."""
    for want in (ROOT, replace(ROOT, configuration=SELF_MANAGED), ROOT, OWN):
        administrator.put(TYPE, want)
        assert administrator.writes() == ["start_configuration_policy_association"]
        live = administrator.observed(TYPE, want)[want.name]
        assert (live.resource, live.managed) == (want, True)
    for name in ("account dev", "Root"):
        administrator.delete(TYPE, name)
    assert administrator.observed(TYPE) == {}


def test_whose_it_is(administrator: Administrator) -> None:
    """A stranger's policy makes a stranger's association; a target that manages itself is ours only while we configure."""
    administrator.put(TYPE, OWN)
    assert not administrator.observed(TYPE)["account dev"].managed
    assert administrator.observed(TYPE, ROOT)["account dev"].managed
    content = {"SecurityHub": {"ServiceEnabled": False}}
    stranger = administrator.client.create_configuration_policy(Name="theirs", ConfigurationPolicy=content)["Id"]
    dev = administrator.connection.directory.id(account_address("dev"))
    administrator.client.start_configuration_policy_association(
        ConfigurationPolicyIdentifier=stranger, Target={"AccountId": dev}
    )
    live = administrator.observed(TYPE, ROOT)["account dev"]
    assert not live.managed
    assert live.resource.configuration == configuration_policy_address(stranger, "security", HOME)


def test_accounts_for_which_it_failed(connection: Connection, sandbox: Embedded, member: Callable[[str], str]) -> None:
    """An account that AWS could not configure is named with the reason, but not a suspended one; another put tries again."""
    administrator = Administrator.designated(sandbox, connection, member, management=False)
    administrator.start_central()
    administrator.put(POLICIES, POLICY)
    sandbox.client("organizations").close_account(AccountId=member("gone"))
    administrator.put(TYPE, ROOT)
    administrator.observed(TYPE, ROOT)
    ((name, reason),) = administrator.observed(TYPE, ROOT)["Root"].resource.failed.items()
    assert (name, "must enable Security Hub" in reason) == ("management", True)
    administrator.put(TYPE, ROOT)
    assert administrator.writes() == ["start_configuration_policy_association"]
