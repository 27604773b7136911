"""The accounts, each in its organizational unit."""

from collections.abc import Iterator

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import organizational_unit_address
from guardrails.resources.account import Account


def resources(organization: Organization, library: Library, settings: Settings) -> Iterator[Account]:
    """Every declared account. The management account exists before us: its e-mail and display name are left as they are."""
    for account in organization.accounts:
        exists_already = account.name == organization.management_account
        yield Account(
            name=account.name,
            email=None if exists_already else account.email,
            display_name=None if exists_already else account.display_name,
            parent=organizational_unit_address(account.organizational_unit),
            tags={**account.tags, **({"owner": account.owner} if account.owner else {})},
            role=organization.member_role,
        )


CONTROL = Control(
    id="accounts",
    title="The declared accounts exist, each in its organizational unit with its tags",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html",
    settings=Settings,
    resources=resources,
    enabled_by_default=True,
)
