"""Where a template lands: in every selected account by stack sets, in the management account and in single ones as stacks.

Service-managed stack sets never reach the management account, so it gets plain stacks of the same name and template. Nothing
lands in a region that its account has yet to enable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.model import Organization, Targets
from guardrails.resources import STACK_SETS_PRINCIPAL, account_address, organizational_unit_address
from guardrails.resources.opt_in_region import OptInRegion
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.targets import accounts_in, organizational_unit_frontier, regions_in


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One template under one name (`<prefix>-…`), with what CloudFormation is given besides.

    `depends_on` is what must stand before any of its stacks does.
    """

    name: str
    template: Mapping[str, Any]
    description: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    depends_on: frozenset[Address] = frozenset()


def in_selected_accounts(
    organization: Organization, targets: Targets, deployment: Deployment
) -> Iterator[Resource | Caveat]:
    """A stack set for whole OUs, one for single accounts where targets need it, stacks for the management account."""
    frontier = organizational_unit_frontier(organization, targets)
    units = tuple(sorted(map(organizational_unit_address, frontier.organizational_units)))
    accounts = tuple(sorted(map(account_address, frontier.accounts)))
    regions = regions_in(organization, targets)
    if units or accounts:
        yield TrustedAccess(name=STACK_SETS_PRINCIPAL)
    if units:
        yield _stack_set(deployment, deployment.name, regions, units)
    if accounts:
        yield _stack_set(deployment, f"{deployment.name}-accounts", regions, accounts, auto_deployment=False)
    if frontier.reason:
        yield Caveat(f"{deployment.name}: {frontier.reason}")
    management = organization.management_account
    if any(account.name == management for account in accounts_in(organization, targets)):
        for region in regions:
            yield in_one_account(organization, management, region, deployment)


def in_one_account(organization: Organization, account: str, region: str, deployment: Deployment) -> Stack:
    """A stack in one region of the account with this logical name."""
    return Stack(
        name=deployment.name,
        account=place_of(organization, account),
        region=region,
        template=deployment.template,
        parameters=deployment.parameters,
        capabilities=deployment.capabilities,
        depends_on=deployment.depends_on,
    )


def after_opt_in_regions(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The same resources; what stands in an opt-in region, or has it in a property that lists regions, waits until it is enabled.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html
    """
    found = tuple(resources)
    regions = {resource.name: resource.address for resource in found if isinstance(resource, OptInRegion)}
    if not regions:
        return found
    return tuple(
        replace(
            resource,
            depends_on=resource.depends_on | {regions[name] for name in _regions_of(resource) & regions.keys()},
        )
        for resource in found
    )


def _regions_of(resource: Resource) -> set[str]:
    """The region of a resource, and the texts directly in its properties, among which further regions may be."""
    lists = (value for value in resource.properties().values() if isinstance(value, Mapping | tuple | list | frozenset))
    return {resource.region, *(item for values in lists for item in values if isinstance(item, str))}


def place_of(organization: Organization, account: str) -> str:
    """How addresses say in which account something is: by its logical name, the management account by ""."""
    return "" if account == organization.management_account else account


def _stack_set(
    deployment: Deployment,
    name: str,
    regions: tuple[str, ...],
    where: tuple[Address, ...],
    auto_deployment: bool = True,
) -> StackSet:
    return StackSet(
        name=name,
        template=deployment.template,
        description=deployment.description,
        targets=dict.fromkeys(sorted(regions), where),
        parameters=deployment.parameters,
        capabilities=deployment.capabilities,
        auto_deployment=auto_deployment,
        depends_on=deployment.depends_on,
    )
