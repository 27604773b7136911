"""Macie, from the declaration to members that are really covered, and back: in each governed region, the home region first."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from guardrails.controls.macie import CONTROL, Macie
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.macie_organization_configuration import MacieOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, Macie.model_validate(settings)))
    assert all(isinstance(item, Resource) for item in found)
    return [item for item in found if isinstance(item, Resource)]


def test_the_home_region_first(organization: Organization, library: Library) -> None:
    """Trusted access comes before the home region's designation, that before the others, each before its region's configuration."""
    found = compiled(organization, library)
    designations = {each.region: each for each in found if isinstance(each, ServiceAdministrator)}
    configurations = {each.region: each for each in found if isinstance(each, MacieOrganizationConfiguration)}
    security, trusted = account_address("security-tooling"), trusted_access_address("macie.amazonaws.com")
    assert designations.keys() == configurations.keys() == {HOME, OTHER}
    assert designations[HOME].references() == {security, trusted}
    assert designations[OTHER].references() == {security, trusted, designations[HOME].address}
    for region, configuration in configurations.items():
        assert configuration.references() == {security, designations[region].address}
        assert (configuration.account, configuration.uncovered) == ("security-tooling", {})
        assert designations[region].management == "ENABLED"
    (delegation,) = (item for item in found if isinstance(item, DelegatedAdministrator))
    assert designations[HOME].address in delegation.references()


def test_only_new_accounts(organization: Organization, library: Library) -> None:
    """Where only new accounts are covered, existing ones are left alone, the management account among them."""
    for item in compiled(organization, library, auto_enable="NEW", automated_discovery="NEW"):
        if isinstance(item, ServiceAdministrator):
            assert item.management is None
        if isinstance(item, MacieOrganizationConfiguration):
            assert (item.auto_enable, item.uncovered, item.automated_discovery) == (True, None, "NEW")


def test_the_management_account_as_administrator(organization: Organization, library: Library) -> None:
    """The management account may administer Macie itself; there is nothing to delegate then."""
    found = compiled(replace(organization, security_account="management"), library)
    assert not any(isinstance(item, DelegatedAdministrator) for item in found)
    assert {item.account for item in found if isinstance(item, MacieOrganizationConfiguration)} == {""}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"auto_enable": "NEW"}, "automated discovery for ALL needs Macie in all accounts"),
        ({"auto_enable": "NONE"}, "'ALL' or 'NEW'"),
        ({"targets": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions, unknown values and keys are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        Macie.model_validate(settings)


def audit(sandbox: "Embedded") -> set[tuple[Any, ...]]:
    """What an auditor finds with plain boto3, account by account: status, frequency, discovery."""
    found = set()
    for account in account_ids(sandbox).values():
        for region in (HOME, OTHER):
            macie = sandbox.client("macie2", region, account)
            session = macie.get_macie_session()
            discovery = macie.get_automated_discovery_configuration()["status"]
            found.add((session["status"], session["findingPublishingFrequency"], discovery))
    return found


COVERED = {("ENABLED", "FIFTEEN_MINUTES", "ENABLED")}


@pytest.mark.whole_baseline
def test_from_declaration_to_members_and_back(workplace: Workplace, sandbox: "Embedded") -> None:
    """Applied, every account is covered, one that joins too; what is broken by hand is named and mended; off, all stays."""
    workplace.declare_little()
    workplace.write("config/controls.yaml", "identity-center: false\nmacie:\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert audit(sandbox) == COVERED
    assert workplace.sandboxed("drift").code == 0

    add = ("account", "add", "payments", "--email", "payments@acme.example", "--ou", "Workloads/Prod")
    assert workplace.sandboxed(*add).code == 0
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert audit(sandbox) == COVERED
    assert workplace.sandboxed("drift").code == 0

    ids = account_ids(sandbox)
    macie = sandbox.client("macie2", OTHER, ids["Acme Security Tooling"])
    macie.disassociate_member(id=ids["payments"])
    macie.update_member_session(id=ids["Acme Prod"], status="PAUSED")
    drift = workplace.sandboxed("drift", "--output", "json").document
    place = "Guardrails::Macie::OrganizationConfiguration Macie @ security-tooling/eu-central-1"
    assert {change["address"]: change["differences"] for change in drift["changes"]} == {
        place: {
            "uncovered.payments": {"live": "Removed", "desired": None},
            "uncovered.prod": {"live": "Paused", "desired": None},
        }
    }
    mended = workplace.sandboxed("apply", "--yes", "--show-calls", "--output", "json").document
    assert mended["calls"]["writes"] == {"macie2:create_member": 1, "macie2:update_member_session": 1}
    assert audit(sandbox) == COVERED

    workplace.write("config/controls.yaml", "identity-center: false\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert workplace.sandboxed("drift").code == 0
    assert audit(sandbox) == COVERED
