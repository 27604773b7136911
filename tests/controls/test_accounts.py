"""The declared accounts, each in its organizational unit."""

from dataclasses import replace

import pytest

from guardrails.config.vocabulary import Settings
from guardrails.controls.accounts import CONTROL, resources
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address


def test_every_account_in_its_ou(organization: Organization, library: Library) -> None:
    """Each declared account is one resource in its OU, with e-mail, display name and the role to be made in it."""
    accounts = {account.name: account for account in resources(organization, library, Settings())}
    assert set(accounts) == {account.name for account in organization.accounts}
    prod = accounts["prod"]
    assert prod.parent == organizational_unit_address("Workloads/Prod")
    assert (prod.email, prod.display_name, prod.role) == ("prod@example.com", "prod", "OrganizationAccountAccessRole")


def test_the_management_account_keeps_its_name(organization: Organization, library: Library) -> None:
    """The management account existed before: its e-mail and display name are not managed, its place is the root."""
    accounts = {account.name: account for account in resources(organization, library, Settings())}
    management = accounts["management"]
    assert (management.email, management.display_name, management.parent) == (None, None, ROOT_ADDRESS)


@pytest.mark.parametrize(("owner", "expected"), [("", {"a": "1"}), ("me", {"a": "1", "owner": "me"})])
def test_the_owner_is_a_tag(organization: Organization, library: Library, owner: str, expected: dict[str, str]) -> None:
    """Who answers for an account stands in its tags, where anyone in AWS can read it."""
    declared = replace(organization.accounts[-1], tags={"a": "1"}, owner=owner)
    (account,) = resources(replace(organization, accounts=(declared,)), library, Settings())
    assert account.tags == expected


def test_it_holds_without_being_named() -> None:
    """Accounts are made without an entry in controls.yaml."""
    assert CONTROL.enabled_by_default
