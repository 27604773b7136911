"""GuardDuty compiles to one administrator and one configuration for each governed region, the home region before the others."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from pydantic import ValidationError

from guardrails.controls.guardduty import CONTROL, GuardDuty
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.guardduty_administrator import GuardDutyAdministrator
from guardrails.resources.guardduty_organization_configuration import GuardDutyOrganizationConfiguration
from guardrails.resources.trusted_access import TrustedAccess

HOME, OTHER = "eu-west-1", "eu-central-1"
SECURITY = account_address("security-tooling")
PRINCIPALS = ("guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com")
RUNTIME = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, GuardDuty.model_validate(settings)))
    assert all(isinstance(item, Resource) for item in found)
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
        assert configuration.references() == {SECURITY, designations[region].address}


def test_every_plan_by_default(organization: Organization, library: Library) -> None:
    """Every protection plan is on for all, GuardDuty's own agents included, and on for the administrator itself."""
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
    """Runtime monitoring may leave its agents to whoever runs the machines."""
    features = configurations(compiled(organization, library, manage_agents=False))[HOME].features
    assert features["RUNTIME_MONITORING"] == "ALL"
    assert {features[f"RUNTIME_MONITORING/{name}"] for name in RUNTIME} == {"NONE"}


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
        ({"finding_publishing_frequency": "DAILY"}, "'SIX_HOURS'"),
        ({"targets": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions, unknown names and keys are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        GuardDuty.model_validate(settings)
