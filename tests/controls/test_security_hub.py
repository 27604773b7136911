"""Security Hub compiles to one administrator for each region, and to policies that say everything that holds at their targets."""

from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.config.security_hub import SecurityHub
from guardrails.controls.security_hub import CONTROL
from guardrails.engine.resource import Caveat, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import ControlDeclaration, Organization, Targets
from guardrails.resources import (
    ROOT_ADDRESS,
    account_address,
    organizational_unit_address,
    stack_address,
    stack_set_address,
)
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.securityhub_configuration_policy import SecurityHubConfigurationPolicy
from guardrails.resources.securityhub_configuration_policy_association import SecurityHubConfigurationPolicyAssociation
from guardrails.resources.securityhub_finding_aggregator import SecurityHubFindingAggregator
from guardrails.resources.securityhub_organization_configuration import SecurityHubOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator

HOME, OTHER = "eu-west-1", "eu-central-1"
SECURITY = account_address("security-tooling")
DISABLED, ENABLED = "DisabledSecurityControlIdentifiers", "EnabledSecurityControlIdentifiers"
REASON = "No root user has credentials"
PROD = {"organizational_units": ["Workloads/Prod"]}


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource | Caveat]:
    return list(CONTROL.resources(organization, library, SecurityHub.model_validate(settings)))


def policies(items: Collection[Resource | Caveat]) -> dict[str, SecurityHubConfigurationPolicy]:
    return {each.name: each for each in items if isinstance(each, SecurityHubConfigurationPolicy)}


def associations(items: Collection[Resource | Caveat]) -> dict[object, object]:
    found = [each for each in items if isinstance(each, SecurityHubConfigurationPolicyAssociation)]
    return {each.target: getattr(each.configuration, "name", each.configuration) for each in found}


def test_by_default(organization: Organization, library: Library) -> None:
    """Without settings the two default standards hold for the root, with all their controls; Config's absence is said."""
    items = compiled(organization, library)
    (policy,) = policies(items).values()
    assert policy.name == "acme-baseline"
    assert [arn.rpartition("::")[2] for arn in policy.standards] == [
        "standards/aws-foundational-security-best-practices/v/1.0.0",
        "standards/cis-aws-foundations-benchmark/v/5.0.0",
    ]
    assert policy.controls == {DISABLED: ()}
    assert associations(items) == {ROOT_ADDRESS: "acme-baseline"}
    assert [each.sentence for each in items if isinstance(each, Caveat)] == [
        "security-hub: without AWS Config's recorder (the control config) its controls find nothing"
    ]


def test_the_recorder_comes_first(organization: Organization, library: Library) -> None:
    """Where AWS Config records, policies and associations wait for its stacks, and there is nothing to be said of its absence."""
    recorder = ControlDeclaration("config", SimpleNamespace(targets=Targets()))
    items = compiled(replace(organization, controls=(recorder,)), library)
    assert not any(isinstance(each, Caveat) for each in items)
    recorders = {
        stack_set_address("acme-config-recorder"),
        *(stack_address("acme-config-recorder", "", region) for region in (HOME, OTHER)),
    }
    for each in items:
        if isinstance(each, SecurityHubConfigurationPolicy | SecurityHubConfigurationPolicyAssociation):
            assert recorders < each.references()


def test_the_order(organization: Organization, library: Library) -> None:
    """The home region's administrator, aggregation, central configuration, policies; other regions are linked, then designated."""
    items = compiled(organization, library)
    by_type = {type(each): each for each in items if isinstance(each, Resource)}
    home, other = (each for each in items if isinstance(each, ServiceAdministrator))
    assert (home.region, other.region) == (HOME, OTHER)
    assert {home.administrator, other.administrator} == {SECURITY}
    aggregator, central = by_type[SecurityHubFindingAggregator], by_type[SecurityHubOrganizationConfiguration]
    assert isinstance(aggregator, SecurityHubFindingAggregator)
    assert (aggregator.region_linking_mode, aggregator.regions) == ("SPECIFIED_REGIONS", (OTHER,))
    assert home.address in aggregator.references()
    assert aggregator.address in central.references()
    assert aggregator.address in other.references()
    assert home.address in by_type[DelegatedAdministrator].references()
    assert {central.address, other.address} < by_type[SecurityHubConfigurationPolicy].references()
    assert (
        by_type[SecurityHubConfigurationPolicy].address
        in by_type[SecurityHubConfigurationPolicyAssociation].references()
    )


def test_one_region(organization: Organization, library: Library) -> None:
    """Where only the home region is governed, none is linked to it."""
    items = compiled(replace(organization, governed_regions=(HOME,)), library)
    (aggregator,) = (each for each in items if isinstance(each, SecurityHubFindingAggregator))
    assert (aggregator.region_linking_mode, aggregator.regions) == ("NO_REGIONS", ())


def test_policies_of_targets(organization: Organization, library: Library) -> None:
    """A policy adds its disabled controls to the organization's, replaces standards, or is off; reasons go into the description."""
    items = compiled(
        organization,
        library,
        disabled_controls={"IAM.6": REASON},
        control_parameters={"IAM.7": {"MinimumPasswordLength": 14}},
        policies=[
            {
                "name": "prod",
                "targets": PROD,
                "standards": ["nist-800-53"],
                "disabled_controls": {"EC2.8": "Replaced next month"},
            },
            {"name": "only", "targets": {"accounts": ["dev"]}, "enabled_controls": ["S3.8", "S3.1"]},
            {"name": "off", "targets": {"accounts": ["trial"]}, "enabled": False},
        ],
        self_managed={"accounts": ["log-archive"]},
    )
    found = policies(items)
    prod, only, off = (found[f"acme-{name}"] for name in ("prod", "only", "off"))
    assert prod.standards == (f"arn:aws:securityhub:{HOME}::standards/nist-800-53/v/5.0.0",)
    assert prod.controls == {DISABLED: ("EC2.8", "IAM.6")}
    assert prod.parameters == {"IAM.7": {"MinimumPasswordLength": {"Integer": 14}}}
    assert prod.description == f"Controls that are off, and why: EC2.8: Replaced next month; IAM.6: {REASON}"
    assert only.controls == {ENABLED: ("S3.1", "S3.8")}
    assert (off.service_enabled, off.standards, off.controls, off.parameters) == (False, (), {}, {})
    assert associations(items) == {
        ROOT_ADDRESS: "acme-baseline",
        organizational_unit_address("Workloads/Prod"): "acme-prod",
        account_address("dev"): "acme-only",
        account_address("trial"): "acme-off",
        account_address("log-archive"): "SELF_MANAGED_SECURITY_HUB",
    }


def policy(**said: Any) -> dict[str, Any]:
    """Settings with one policy."""
    return {"policies": [{"name": "some", "targets": PROD, **said}]}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            policy(targets={"organizational_units": ["Workloads"], "excluded_organizational_units": ["Workloads/Dev"]}),
            "some: Security Hub knows no exclusions, such as Workloads/Dev",
        ),
        (policy(targets={"organizational_units": ["Root"]}), "Root is given two configurations: baseline and some"),
        (
            policy(targets={"organizational_units": ["Security"]}, enabled=False),
            "some switches Security Hub off in security-tooling, which administers it",
        ),
        ({**policy(), "self_managed": PROD}, "Workloads/Prod is given two configurations: some and self_managed"),
        (
            {"policies": [{"name": f"p{n}", "targets": PROD} for n in range(20)]},
            "21 configuration policies are too many: AWS takes 20",
        ),
    ],
)
def test_what_cannot_be_expressed(
    organization: Organization, library: Library, settings: dict[str, Any], message: str
) -> None:
    """What Security Hub cannot do is refused with the reason."""
    with pytest.raises(ConfigError) as raised:
        compiled(organization, library, **settings)
    assert message in str(raised.value)


def test_policies_have_names_of_their_own() -> None:
    """Two policies of one name are refused while the configuration is read."""
    with pytest.raises(ValidationError, match="two policies are called 'some'"):
        SecurityHub.model_validate({"policies": [policy()["policies"][0]] * 2})


def test_the_home_region_cannot_be_opted_in_to(organization: Organization, library: Library) -> None:
    """A home region that AWS leaves off is refused."""
    zurich = replace(organization, home_region="eu-central-2", governed_regions=("eu-central-2",))
    with pytest.raises(ConfigError, match="cannot be Security Hub's home region"):
        compiled(zurich, library)


def test_the_management_account_cannot_administer(organization: Organization, library: Library) -> None:
    """Central configuration takes a member account as administrator."""
    with pytest.raises(ConfigError, match="other than the management account"):
        compiled(replace(organization, security_account="management"), library)


def test_tagged_accounts_need_a_run(organization: Organization, library: Library) -> None:
    """A policy for tagged accounts is associated with each of them, and the reviewer is told that new ones need a run."""
    tagged = tuple(
        replace(each, tags={"stage": "test"} if each.name == "dev" else {}) for each in organization.accounts
    )
    items = compiled(
        replace(organization, accounts=tagged), library, **policy(targets={"account_tags": {"stage": "test"}})
    )
    assert associations(items)[account_address("dev")] == "acme-some"
    assert Caveat("security-hub, some: new accounts need a run: accounts are selected by tag") in items
