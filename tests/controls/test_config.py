"""AWS Config compiles to recorders everywhere, a delegation, an aggregator, and rules that wait until everybody records."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from pydantic import ValidationError

from guardrails.controls.config import AGGREGATION, CONTROL, DEPLOYMENT, Config
from guardrails.controls.log_archive import LogArchive
from guardrails.engine.resource import Caveat, Ref, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import ControlDeclaration, Organization
from guardrails.organization_facts import landing_stack
from guardrails.organization_rules import BASELINE
from guardrails.resources import account_address, delegated_administrator_address, stack_address, stack_set_address
from guardrails.resources.configuration_aggregator import ConfigurationAggregator
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.organization_config_rule import OrganizationConfigRule
from guardrails.resources.organization_conformance_pack import OrganizationConformancePack
from guardrails.resources.service_linked_role import ServiceLinkedRole
from guardrails.resources.stack_set import StackSet
from guardrails.resources.trusted_access import TrustedAccess

HOME, OTHER, SECURITY = "eu-west-1", "eu-central-1", "security-tooling"
R = TypeVar("R", bound=Resource)


@pytest.fixture
def organization(organization: Organization) -> Organization:
    """The small organization, with a log archive."""
    return replace(organization, controls=(ControlDeclaration("log-archive", LogArchive()),))


def compiled(organization: Organization, library: Library, **settings: Any) -> list[Resource | Caveat]:
    return list(CONTROL.resources(organization, library, Config.model_validate(settings)))


def of(kind: type[R], items: Collection[Resource | Caveat]) -> list[R]:
    return [item for item in items if isinstance(item, kind)]


def names(kind: type[Resource], items: Collection[Resource | Caveat], region: str) -> set[str]:
    return {item.name for item in of(kind, items) if item.region == region}


def test_recorders_first(organization: Organization, library: Library) -> None:
    """Recorders wait for the accounts and the landing bucket; rules for every recorder, the delegation, and the roles that deploy them."""
    items = compiled(organization, library)
    (recorders,) = of(StackSet, items)
    accounts = {account_address(account.name) for account in organization.accounts}
    assert recorders.depends_on == {landing_stack(organization, HOME), *accounts}
    assert recorders.parameters == {"LandingBucket": f"acme-config-logs-{Ref(account_address('log-archive'))}-{HOME}"}
    assert {(role.name, role.account, role.region) for role in of(ServiceLinkedRole, items)} == {
        (DEPLOYMENT, account, HOME) for account in ("", SECURITY)
    }
    roles = {role.address for role in of(ServiceLinkedRole, items)}
    stacks = {stack_address(recorders.name, "", region) for region in (HOME, OTHER)}
    delegations = {delegated_administrator_address(principal) for principal in (AGGREGATION, DEPLOYMENT)}
    for rule in of(OrganizationConfigRule, items):
        assert rule.account == SECURITY
        assert rule.depends_on >= {stack_set_address(recorders.name)} | stacks | roles | delegations


def test_delegation_and_aggregator(organization: Organization, library: Library) -> None:
    """Both principals are trusted and delegated; one aggregator stands in the security account; without that nobody is delegated."""
    items = compiled(organization, library, aggregated_regions="governed")
    assert {AGGREGATION, DEPLOYMENT} < {item.name for item in of(TrustedAccess, items)}
    assert {item.administrator for item in of(DelegatedAdministrator, items)} == {account_address(SECURITY)}
    (aggregator,) = of(ConfigurationAggregator, items)
    assert (aggregator.account, aggregator.region, aggregator.regions) == (SECURITY, HOME, (OTHER, HOME))
    assert stack_address("acme-config-aggregator", SECURITY, HOME) in aggregator.references()
    alone = compiled(replace(organization, security_account="management"), library)
    assert of(DelegatedAdministrator, alone) == []
    assert {item.account for item in of(OrganizationConfigRule, alone)} == {""}


def test_the_baselines_rules(organization: Organization, library: Library) -> None:
    """All of them hold at home; elsewhere those that are not the same everywhere, and in young regions those that AWS has there."""
    young = replace(organization, governed_regions=(HOME, OTHER, "eu-south-2"))
    items = compiled(young, library)
    assert names(OrganizationConfigRule, items, HOME) == set(BASELINE)
    assert names(OrganizationConfigRule, items, OTHER) == {name for name, rule in BASELINE.items() if not rule.once}
    everywhere = {name for name, rule in BASELINE.items() if rule.everywhere and not rule.once}
    assert names(OrganizationConfigRule, items, "eu-south-2") == everywhere
    fewer = compiled(organization, library, left_out_rules=["ec2-no-amazon-key-pair"])
    assert names(OrganizationConfigRule, fewer, HOME) == set(BASELINE) - {"ec2-no-amazon-key-pair"}
    assert of(OrganizationConfigRule, compiled(organization, library, baseline_rules=False)) == []


def test_rules_of_ones_own(organization: Organization, library: Library) -> None:
    """A rule's identifier follows from its name; one that bears a baseline rule's name takes its place; it holds where it is said to."""
    tags: Any = {"parameters": {"tag1Key": "owner", "count": 3}, "regions": [OTHER], "excluded_accounts": ["prod"]}
    rules = {
        "mfa-enabled-for-iam-console-access": {},
        "required-tags": tags,
        "ec2-token-hop-limit-check": {"parameters": {"tokenHopLimit": 1}, "every": "One_Hour"},
    }
    items = compiled(organization, library, rules=rules)
    found = {(rule.name, rule.region): rule for rule in of(OrganizationConfigRule, items)}
    assert ("required-tags", HOME) not in found
    assert found["mfa-enabled-for-iam-console-access", HOME].managed_rule == {
        "RuleIdentifier": "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"
    }
    rule = found["required-tags", OTHER]
    assert rule.managed_rule == {
        "RuleIdentifier": "REQUIRED_TAGS",
        "InputParameters": {"tag1Key": "owner", "count": "3"},
    }
    assert rule.excluded_accounts == (account_address("prod"),)
    hops = found["ec2-token-hop-limit-check", HOME].managed_rule
    assert (hops["InputParameters"], hops["MaximumExecutionFrequency"]) == ({"tokenHopLimit": "1"}, "One_Hour")


def test_who_does_not_record_has_no_rules(organization: Organization, library: Library) -> None:
    """An account that is left out of the recorders is left out of rules and packs."""
    pack = {"backup-and-recovery": {"parameters": {"RetentionDays": 90}}}
    targets = {"excluded_accounts": ["dev"], "excluded_regions": [OTHER]}
    items = compiled(organization, library, targets=targets, conformance_packs=pack)
    (found,) = of(OrganizationConformancePack, items)
    assert (found.region, found.parameters, found.name) == (HOME, {"RetentionDays": "90"}, "backup-and-recovery")
    excluded = {item.excluded_accounts for item in of(OrganizationConfigRule, items)}
    assert excluded == {found.excluded_accounts} == {(account_address("dev"),)}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"conformance_packs": {"backup": {}}}, "there is no conformance pack"),
        (
            {"conformance_packs": {"backup-and-recovery": {"parameters": {"Retention": 1}}}},
            "has no parameter Retention",
        ),
        ({"targets": {"regions": [OTHER]}}, "does not record IAM's users"),
    ],
)
def test_refused_as_it_compiles(
    organization: Organization, library: Library, settings: dict[str, Any], message: str
) -> None:
    """A pack that does not exist, parameters that it has not, and global types that nobody would record are refused."""
    with pytest.raises(ConfigError, match=message):
        compiled(organization, library, **settings)


def test_nowhere_to_deliver_to(organization: Organization, library: Library) -> None:
    """Without the log archive, or without its landing bucket, it says what to switch on."""
    closed = ControlDeclaration("log-archive", LogArchive.model_validate({"landing": {"config": False}}))
    for controls in ((), (closed,)):
        with pytest.raises(ConfigError, match="nowhere to deliver to"):
            compiled(replace(organization, controls=controls), library)


@pytest.mark.parametrize(
    "settings",
    [
        {"excluded_types": ["AWS::EC2::Instance"], "included_types": ["AWS::EC2::Volume"]},
        {"included_types": ["AWS::IAM::Role"]},
        {"other_frequency_for": ["AWS::Config::ResourceCompliance"]},
        {"excluded_types": ["EC2::Instance"]},
        {"rules": {"two words": {}}},
        {"left_out_rules": ["ec2-no-key-pair"]},
    ],
)
def test_refused_as_it_loads(settings: dict[str, Any]) -> None:
    """What AWS Config would not record or take is refused while the configuration is read."""
    with pytest.raises(ValidationError):
        Config.model_validate(settings)
