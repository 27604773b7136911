"""The accounts, each in its organizational unit, with the opt-in regions that are governed."""

from collections.abc import Iterator

from guardrails.config.regions import OPT_IN_REGIONS
from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import organizational_unit_address
from guardrails.resources.account import Account
from guardrails.resources.opt_in_region import ENABLED, PRINCIPAL, OptInRegion
from guardrails.resources.trusted_access import TrustedAccess


def resources(organization: Organization, library: Library, settings: Settings) -> Iterator[Resource | Caveat]:
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
    yield from _opt_in_regions(organization)


def _opt_in_regions(organization: Organization) -> Iterator[Resource | Caveat]:
    """What every account must have before anything can be done there, in those governed regions that AWS leaves off."""
    for region in organization.governed_regions:
        if region in OPT_IN_REGIONS:
            yield TrustedAccess(name=PRINCIPAL)
            yield OptInRegion(name=region, accounts=dict.fromkeys((a.name for a in organization.accounts), ENABLED))
            where = f"{region} is a region that each account must enable, and each declared account does"
            yield Caveat(f"{where}: an account that joins in another way is reached there only after it is declared")


CONTROL = Control(
    id="accounts",
    title="The declared accounts exist, each in its organizational unit with its tags",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html",
    settings=Settings,
    resources=resources,
    enabled_by_default=True,
    description=(
        "Creates the accounts that config/accounts/ declares, adopts those that exist already (found by their e-mail address), "
        "moves each into its organizational unit and keeps its name and tags. An account whose file is removed is not closed: "
        "it stays where it is and is reported. Where a governed region is one that AWS leaves off until an account opts in, every declared "
        "account is opted in, and whatever is made in that region waits for it; looking costs one call for each account, and only then."
    ),
    makes=(
        "AWS::Organizations::Account for each file in config/accounts/",
        "Guardrails::Account::OptInRegion for each governed region that is an opt-in region, with trusted access for it",
    ),
    stays="Every account stays as it is, with its opt-in regions; its declared names, tags and places are no longer looked at.",
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AC-4", "CM-8", "SC-7"),
        "PCI DSS 4.0.1": ("12.5.1",),
        "ISO/IEC 27001:2022": ("A.5.9", "A.8.22"),
        "AWS Well-Architected": ("SEC01-BP01",),
    },
    sources=(
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html",
        "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/benefits-of-using-multiple-aws-accounts.html",
    ),
)
