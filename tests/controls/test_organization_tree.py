"""The declared OUs, each under its parent."""

from dataclasses import replace

from guardrails.config.vocabulary import Settings
from guardrails.controls.organization_tree import CONTROL, resources
from guardrails.library import Library
from guardrails.model import Organization, OrganizationalUnit
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address


def test_every_ou_under_its_parent(organization: Organization, library: Library) -> None:
    """Each declared OU is one resource whose parent is the OU above it, or the root, and which needs that parent first."""
    units = {unit.name: unit for unit in resources(organization, library, Settings())}
    assert set(units) == {"Security", "Workloads", "Workloads/Prod", "Workloads/Dev"}
    assert units["Workloads"].parent == ROOT_ADDRESS
    assert units["Workloads/Prod"].references() == {organizational_unit_address("Workloads")}
    assert units["Workloads/Prod"].display_name == "Prod"


def test_what_is_declared_of_an_ou(organization: Organization, library: Library) -> None:
    """Tags and the former path go along."""
    declared = OrganizationalUnit("Products", tags={"a": "1"}, renamed_from="Workloads")
    (unit,) = resources(replace(organization, organizational_units=(declared,)), library, Settings())
    assert (unit.tags, unit.renamed_from) == ({"a": "1"}, "Workloads")


def test_it_holds_without_being_named() -> None:
    """The tree is made without an entry in controls.yaml, and takes no settings."""
    assert CONTROL.enabled_by_default
    assert CONTROL.settings.model_fields.keys() == Settings.model_fields.keys()
