"""The declared accounts, each in its organizational unit."""

from dataclasses import replace

import pytest

from guardrails.config.vocabulary import Settings
from guardrails.controls.accounts import CONTROL, resources
from guardrails.engine.resource import Caveat
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.account import Account
from guardrails.resources.opt_in_region import OptInRegion


def made(organization: Organization, library: Library) -> dict[str, Account]:
    return {item.name: item for item in resources(organization, library, Settings()) if isinstance(item, Account)}


def test_every_account_in_its_ou(organization: Organization, library: Library) -> None:
    """Each declared account is one resource in its OU, with e-mail, display name and the role to be made in it."""
    accounts = made(organization, library)
    assert set(accounts) == {account.name for account in organization.accounts}
    prod = accounts["prod"]
    assert prod.parent == organizational_unit_address("Workloads/Prod")
    assert (prod.email, prod.display_name, prod.role) == ("prod@example.com", "prod", "OrganizationAccountAccessRole")


def test_the_management_account_keeps_its_name(organization: Organization, library: Library) -> None:
    """The management account existed before: its e-mail and display name are not managed, its place is the root."""
    accounts = made(organization, library)
    management = accounts["management"]
    assert (management.email, management.display_name, management.parent) == (None, None, ROOT_ADDRESS)


@pytest.mark.parametrize(("owner", "expected"), [("", {"a": "1"}), ("me", {"a": "1", "owner": "me"})])
def test_the_owner_is_a_tag(organization: Organization, library: Library, owner: str, expected: dict[str, str]) -> None:
    """Who answers for an account stands in its tags, where anyone in AWS can read it."""
    declared = replace(organization.accounts[-1], tags={"a": "1"}, owner=owner)
    (account,) = made(replace(organization, accounts=(declared,)), library).values()
    assert account.tags == expected


def test_opt_in_regions_are_enabled(organization: Organization, library: Library) -> None:
    """A governed region that AWS leaves off is enabled in every account, and the reviewer learns whom that does not reach."""
    governed = replace(organization, governed_regions=("eu-west-1", "eu-south-1"))
    items = list(resources(governed, library, Settings()))
    (region,) = [item for item in items if isinstance(item, OptInRegion)]
    everywhere = {account.name: "ENABLED" for account in organization.accounts}
    assert (region.name, region.accounts) == ("eu-south-1", everywhere)
    (caveat,) = [item for item in items if isinstance(item, Caveat)]
    assert "only after it is declared" in caveat.sentence
    assert {type(item) for item in resources(organization, library, Settings())} == {Account}


def test_it_holds_without_being_named() -> None:
    """Accounts are made without an entry in controls.yaml."""
    assert CONTROL.enabled_by_default
