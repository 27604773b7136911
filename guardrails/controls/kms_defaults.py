"""A default encryption key in every account and governed region, by a stack set that covers tomorrow's accounts too."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from guardrails.config.vocabulary import Settings, TargetsSettings
from guardrails.controls import Control
from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import trusted_roles
from guardrails.resources import STACK_SETS_PRINCIPAL, account_address, organizational_unit_address
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.targets import accounts_in, organizational_unit_frontier, regions_in


class KmsDefaults(Settings):
    """Where the keys are, how often they rotate, how long a deletion can be taken back."""

    rotation_period_days: int = Field(
        default=365, ge=90, le=2560, description="The key material is renewed this often."
    )
    deletion_window_days: int = Field(
        default=30, ge=7, le=30, description="A deletion can be taken back for so many days."
    )
    targets: TargetsSettings = Field(default_factory=Targets, description="Where it holds; everywhere when left out.")


def resources(organization: Organization, library: Library, settings: KmsDefaults) -> Iterator[Resource | Caveat]:
    """A stack set for whole OUs, one for single accounts where targets need it, stacks for the management account."""
    name = f"{organization.prefix}-kms-defaults"
    template = library.template(
        "kms_defaults",
        prefix=organization.prefix,
        administrator_roles=tuple(trusted_roles(organization)),
        rotation_period_days=settings.rotation_period_days,
        deletion_window_days=settings.deletion_window_days,
    )
    frontier = organizational_unit_frontier(organization, settings.targets)
    units = tuple(sorted(map(organizational_unit_address, frontier.organizational_units)))
    accounts = tuple(sorted(map(account_address, frontier.accounts)))
    regions = regions_in(organization, settings.targets)
    if units or accounts:
        yield TrustedAccess(name=STACK_SETS_PRINCIPAL)
    if units:
        yield _stack_set(name, template, regions, units)
    if accounts:
        yield _stack_set(f"{name}-accounts", template, regions, accounts, auto_deployment=False)
    if frontier.reason:
        yield Caveat(f"{name}: {frontier.reason}")
    management = organization.management_account
    if any(account.name == management for account in accounts_in(organization, settings.targets)):
        yield from (Stack(name=name, region=region, template=template) for region in regions)


def _stack_set(
    name: str,
    template: dict[str, Any],
    regions: tuple[str, ...],
    where: tuple[Address, ...],
    auto_deployment: bool = True,
) -> StackSet:
    return StackSet(
        name=name,
        template=template,
        description="Default encryption key of each account and region",
        targets=dict.fromkeys(sorted(regions), where),
        auto_deployment=auto_deployment,
    )


CONTROL = Control(
    id="kms-defaults",
    title="Every account and governed region has a customer managed key that rotates",
    behavior="preventive",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html",
    settings=KmsDefaults,
    resources=resources,
)
