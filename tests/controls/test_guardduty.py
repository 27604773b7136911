"""GuardDuty compiles to one administrator and one configuration for each governed region, the home region before the others."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.controls.guardduty import CONTROL, GuardDuty
from guardrails.engine.resource import Caveat, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import ControlDeclaration, Organization
from guardrails.resources import ROOT_ADDRESS, account_address, policy_type_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.guardduty_administrator import GuardDutyAdministrator
from guardrails.resources.guardduty_organization_configuration import GuardDutyOrganizationConfiguration
from guardrails.resources.guardduty_publishing_destination import GuardDutyPublishingDestination
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from guardrails.resources.trusted_access import TrustedAccess

HOME, OTHER = "eu-west-1", "eu-central-1"
SECURITY = account_address("security-tooling")
PRINCIPALS = ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com")
POLICY_TYPE = "GUARDDUTY_POLICY"
RUNTIME = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, GuardDuty.model_validate(settings)))
    return [item for item in found if isinstance(item, Resource)]


def administrators(resources: Collection[Resource]) -> dict[str, GuardDutyAdministrator]:
    return {each.region: each for each in resources if isinstance(each, GuardDutyAdministrator)}


def configurations(resources: Collection[Resource]) -> dict[str, GuardDutyOrganizationConfiguration]:
    return {each.region: each for each in resources if isinstance(each, GuardDutyOrganizationConfiguration)}


def test_every_governed_region(organization: Organization, library: Library) -> None:
    """In each governed region the security account administers, for all accounts, the management account included."""
    found = compiled(organization, library)
    assert administrators(found).keys() == configurations(found).keys() == {HOME, OTHER}
    for designation in administrators(found).values():
        assert designation.account == ""
        assert designation.administrator == SECURITY
        assert designation.management_detector == "ENABLED"
    for configuration in configurations(found).values():
        assert configuration.account == "security-tooling"
        assert configuration.auto_enable == "ALL"
        assert configuration.detector == "ENABLED"
        assert configuration.finding_publishing_frequency == "FIFTEEN_MINUTES"


def test_trust_and_delegation(organization: Organization, library: Library) -> None:
    """GuardDuty and its malware protection are trusted, and the security account is the delegated administrator in Organizations."""
    found = compiled(organization, library)
    assert [item.name for item in found if isinstance(item, TrustedAccess)] == list(PRINCIPALS)
    (delegation,) = (item for item in found if isinstance(item, DelegatedAdministrator))
    assert (delegation.name, delegation.administrator) == (PRINCIPALS[0], SECURITY)
    assert administrators(found)[HOME].address in delegation.references()


def test_the_home_region_first(organization: Organization, library: Library) -> None:
    """The other regions' designations wait for the home region's; each configuration waits for its region's designation."""
    found = compiled(organization, library)
    trusted = {trusted_access_address(principal) for principal in PRINCIPALS}
    designations = administrators(found)
    assert designations[HOME].references() == {SECURITY, *trusted}
    assert designations[OTHER].references() == {SECURITY, *trusted, designations[HOME].address}
    for region, configuration in configurations(found).items():
        assert configuration.references() == {SECURITY, designations[region].address, policy_type_address(POLICY_TYPE)}


def test_every_plan_by_default(organization: Organization, library: Library) -> None:
    """Every protection plan of GuardDuty is on for all, its agents included, and on for the administrator itself."""
    configuration = configurations(compiled(organization, library))[HOME]
    assert set(configuration.features.values()) == {"ALL"}
    assert {f"RUNTIME_MONITORING/{name}" for name in RUNTIME} < configuration.features.keys()
    assert configuration.own_features == dict.fromkeys(configuration.features, "ENABLED")


def test_plans_by_name(organization: Organization, library: Library) -> None:
    """A protection plan that is not named is for nobody, and off for the administrator too."""
    configuration = configurations(compiled(organization, library, features={"S3_DATA_EVENTS": "NEW"}))[HOME]
    assert {name: value for name, value in configuration.features.items() if value != "NONE"} == {
        "S3_DATA_EVENTS": "NEW"
    }
    assert configuration.own_features["S3_DATA_EVENTS"] == "ENABLED"
    assert configuration.own_features["RDS_LOGIN_EVENTS"] == "DISABLED"


def test_agents_left_to_others(organization: Organization, library: Library) -> None:
    """Runtime monitoring may leave the agents of one kind of machine to whoever runs it, and manage the others."""
    settings = {"additional_configuration": {"EC2_AGENT_MANAGEMENT": False}}
    features = configurations(compiled(organization, library, **settings))[HOME].features
    agents = [features[f"RUNTIME_MONITORING/{name}"] for name in RUNTIME]
    assert (features["RUNTIME_MONITORING"], agents) == ("ALL", ["ALL", "ALL", "NONE"])


def test_the_older_monitoring_of_eks(organization: Organization, library: Library) -> None:
    """EKS_RUNTIME_MONITORING may be had instead of RUNTIME_MONITORING, of which AWS takes only one."""
    features = configurations(compiled(organization, library, features={"EKS_RUNTIME_MONITORING": "ALL"}))[
        HOME
    ].features
    assert features["EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT"] == "ALL"
    assert not any(name.startswith("RUNTIME_MONITORING") for name in features)


def test_what_a_region_lacks_is_left_out(organization: Organization, library: Library) -> None:
    """What AWS does not offer in a region is not asked for there, and everywhere else it is."""
    lacking = {"unavailable_features": {OTHER: ["AI_PROTECTION", "RDS_DATA_RISK"]}}
    found = configurations(compiled(organization, library, **lacking))
    names = {"AI_PROTECTION", "RDS_LOGIN_EVENTS/RDS_DATA_RISK"}
    assert (found[HOME].features.keys() & names, found[OTHER].features.keys() & names) == (names, set())


def test_findings_are_exported_to_the_archive(organization: Organization, library: Library) -> None:
    """In each region the findings of all accounts go to the landing bucket of the region, once its stack and GuardDuty stand."""
    assert not any(isinstance(each, GuardDutyPublishingDestination) for each in compiled(organization, library))
    archive = SimpleNamespace(landing=SimpleNamespace(guardduty=True))
    archived = replace(organization, controls=(ControlDeclaration("log-archive", archive),))
    found = compiled(archived, library)
    exports = {each.region: each for each in found if isinstance(each, GuardDutyPublishingDestination)}
    assert exports.keys() == {HOME, OTHER}
    export = exports[OTHER]
    assert export.destination.startswith("arn:aws:s3:::acme-guardduty-logs-")
    assert export.destination.endswith(OTHER)
    assert export.bucket_owner == account_address("log-archive")
    assert configurations(found)[OTHER].address in export.references()
    assert "AWS::CloudFormation::Stack" in {address.type for address in export.references()}


def by_policy(
    organization: Organization, library: Library, **settings: object
) -> tuple[list[Resource], Mapping[str, Any]]:
    """What the other method compiles to, and what its policy says of each region."""
    found = compiled(organization, library, method="organization-policy", **settings)
    (policy,) = (each for each in found if isinstance(each, Policy))
    assert (policy.policy_type, policy.targets) == (POLICY_TYPE, (ROOT_ADDRESS,))
    return found, policy.content["guardduty"]["enablement"]


def test_by_organization_policy(organization: Organization, library: Library) -> None:
    """One policy on the root takes the place of the organization configurations, and names each governed region and no other."""
    agents = {"additional_configuration": {"EC2_AGENT_MANAGEMENT": False}}
    features = {"S3_DATA_EVENTS": "ALL", "RUNTIME_MONITORING": "ALL", "AI_PROTECTION": "NONE"}
    found, regions = by_policy(organization, library, features=features, **agents)
    on = {"status": {"@@assign": "enabled"}}
    managed = {"eks_addon_management": on, "ecs_fargate_agent_management": on}
    block = {
        "foundational": on,
        "s3_data_events": on,
        "runtime_monitoring": {**on, "additional_configuration": managed},
    }
    assert regions == {HOME: block, OTHER: block}
    (kind,) = (each for each in found if isinstance(each, PolicyType))
    assert (kind.name, kind.status) == (POLICY_TYPE, "ENABLED")
    for configuration in configurations(found).values():
        assert (configuration.auto_enable, configuration.features, configuration.own_features) == (None, {}, {})


def test_what_a_policy_cannot_say_is_told(organization: Organization, library: Library) -> None:
    """A reviewer learns what no GuardDuty policy can switch on; a policy with too many regions is refused before AWS does."""
    settings = GuardDuty.model_validate({"method": "organization-policy"})
    found = list(CONTROL.resources(organization, library, settings))
    (caveat,) = (each for each in found if isinstance(each, Caveat))
    assert "RDS_DATA_RISK" in caveat.sentence
    everywhere = replace(organization, governed_regions=(HOME, *(f"region-{number}" for number in range(30))))
    with pytest.raises(ConfigError, match="characters for 31 regions, AWS takes 10,000"):
        list(CONTROL.resources(everywhere, library, settings))


def test_one_method_at_a_time(organization: Organization, library: Library) -> None:
    """With the organization configurations, the policy type that would overrule them is to be disabled."""
    (kind,) = (each for each in compiled(organization, library) if isinstance(each, PolicyType))
    assert (kind.name, kind.status) == (POLICY_TYPE, "DISABLED")


def test_only_new_accounts(organization: Organization, library: Library) -> None:
    """Where not all accounts are covered, the management account's detector is its own business."""
    found = compiled(organization, library, auto_enable="NEW")
    assert configurations(found)[HOME].auto_enable == "NEW"
    assert administrators(found)[HOME].management_detector is None


def test_the_management_account_as_administrator(organization: Organization, library: Library) -> None:
    """The management account may administer GuardDuty itself; there is nothing to delegate then."""
    found = compiled(replace(organization, security_account="management"), library)
    assert not any(isinstance(item, DelegatedAdministrator) for item in found)
    assert {configuration.account for configuration in configurations(found).values()} == {""}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"auto_enable": "NONE"}, "protection plans need GuardDuty itself"),
        ({"auto_enable": "SOME"}, "'ALL', 'NEW' or 'NONE'"),
        ({"features": {"S3_EVENTS": "ALL"}}, "S3_EVENTS"),
        ({"features": {"RUNTIME_MONITORING": "ALL", "EKS_RUNTIME_MONITORING": "ALL"}}, "AWS takes one of them"),
        ({"method": "organization-policy", "auto_enable": "ALL"}, "takes the place of auto_enable"),
        ({"method": "organization-policy", "features": {"S3_DATA_EVENTS": "NEW"}}, "knows no NEW accounts"),
        (
            {"method": "organization-policy", "features": {"EKS_RUNTIME_MONITORING": "ALL"}},
            "knows no EKS_RUNTIME_MONITORING",
        ),
        ({"finding_publishing_frequency": "DAILY"}, "'SIX_HOURS'"),
        ({"targets": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions, unknown names and keys are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        GuardDuty.model_validate(settings)
