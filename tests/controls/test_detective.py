"""Detective, from the declaration to members of the organization's graph, and back."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from guardrails.controls.detective import CONTROL, Detective
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.detective_organization_configuration import DetectiveOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, Detective.model_validate(settings)))
    assert all(isinstance(item, Resource) for item in found)
    return [item for item in found if isinstance(item, Resource)]


def test_the_home_region_first(organization: Organization, library: Library) -> None:
    """Trusted access comes before the home region's designation, that before the others, each before its region's configuration."""
    found = compiled(organization, library)
    designations = {each.region: each for each in found if isinstance(each, ServiceAdministrator)}
    configurations = {each.region: each for each in found if isinstance(each, DetectiveOrganizationConfiguration)}
    security, trusted = account_address("security-tooling"), trusted_access_address("detective.amazonaws.com")
    assert designations.keys() == configurations.keys() == {HOME, OTHER}
    assert designations[HOME].references() == {security, trusted}
    assert designations[OTHER].references() == {security, trusted, designations[HOME].address}
    for region, configuration in configurations.items():
        assert configuration.references() == {security, designations[region].address}
        assert (configuration.account, configuration.uncovered) == ("security-tooling", {})


def test_only_new_accounts(organization: Organization, library: Library) -> None:
    """Where only new accounts are to be members, existing ones are left alone; the management account needs no delegation."""
    found = compiled(replace(organization, security_account="management"), library, auto_enable="NEW")
    assert not any(isinstance(item, DelegatedAdministrator) for item in found)
    configurations = [item for item in found if isinstance(item, DetectiveOrganizationConfiguration)]
    assert {(item.account, item.auto_enable, item.uncovered is None) for item in configurations} == {("", True, True)}


def test_settings_refused() -> None:
    """Unknown values are refused while the configuration is read."""
    with pytest.raises(ValidationError, match="'ALL' or 'NEW'"):
        Detective.model_validate({"auto_enable": "NONE"})


def outside(sandbox: "Embedded") -> set[tuple[str, str]]:
    """The accounts that an auditor does not find in the security account's graph with plain boto3, each with its region."""
    ids, found = account_ids(sandbox), set()
    security = ids["Acme Security Tooling"]
    for region in (HOME, OTHER):
        detective = sandbox.client("detective", region, security)
        (graph,) = detective.list_graphs()["GraphList"]
        members = detective.list_members(GraphArn=graph["Arn"])["MemberDetails"]
        inside = {security, *(each["AccountId"] for each in members if each["Status"] == "ENABLED")}
        found |= {(name, region) for name, identity in ids.items() if identity not in inside}
    return found


@pytest.mark.whole_baseline
def test_from_declaration_to_members_and_back(workplace: Workplace, sandbox: "Embedded") -> None:
    """Applied, every account is a member, one that joins too; one that is taken out is named and comes back; off, all stays."""
    workplace.declare_little()
    workplace.write("config/controls.yaml", "identity-center: false\ndetective:\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert outside(sandbox) == set()
    assert workplace.sandboxed("drift").code == 0

    add = ("account", "add", "payments", "--email", "payments@acme.example", "--ou", "Workloads/Prod")
    assert workplace.sandboxed(*add).code == 0
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert outside(sandbox) == set()
    assert workplace.sandboxed("drift").code == 0

    ids = account_ids(sandbox)
    detective = sandbox.client("detective", OTHER, ids["Acme Security Tooling"])
    (graph,) = detective.list_graphs()["GraphList"]
    detective.delete_members(GraphArn=graph["Arn"], AccountIds=[ids["payments"], ids["Acme Prod"]])
    detective.update_organization_configuration(GraphArn=graph["Arn"], AutoEnable=False)
    drift = workplace.sandboxed("drift", "--output", "json").document
    place = "Guardrails::Detective::OrganizationConfiguration Detective @ security-tooling/eu-central-1"
    assert {change["address"]: change["differences"] for change in drift["changes"]} == {
        place: {
            "auto_enable": {"live": False, "desired": True},
            "uncovered.payments": {"live": "not a member", "desired": None},
            "uncovered.prod": {"live": "not a member", "desired": None},
        }
    }
    mended = workplace.sandboxed("apply", "--yes", "--show-calls", "--output", "json").document
    assert mended["calls"]["writes"] == {
        "detective:create_members": 1,
        "detective:update_organization_configuration": 1,
    }
    assert outside(sandbox) == set()

    workplace.write("config/controls.yaml", "identity-center: false\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert workplace.sandboxed("drift").code == 0
    assert outside(sandbox) == set()
