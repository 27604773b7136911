"""Detective in every account and governed region, run by the security account."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.deployment import place_of
from guardrails.engine.resource import Address, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.detective_organization_configuration import DetectiveOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.security_services import DIALECTS

NAME: Final = "Detective"


class Detective(Settings):
    """Which accounts give their data to the behavior graph."""

    auto_enable: Literal["ALL", "NEW"] = Field("ALL", description="ALL accounts of the organization, or only NEW ones.")


def resources(organization: Organization, library: Library, settings: Detective) -> Iterator[Resource]:
    """Trusted access, then in each governed region the administrator and its members: the home region before the others."""
    principal, administrator = DIALECTS[NAME].principal, account_address(organization.security_account)
    first = Address(ServiceAdministrator.TYPE, NAME, region=organization.home_region)
    yield TrustedAccess(name=principal)
    if organization.security_account != organization.management_account:
        yield DelegatedAdministrator(name=principal, administrator=administrator, depends_on=frozenset({first}))
    for region in organization.governed_regions:
        designation = ServiceAdministrator(
            name=NAME,
            region=region,
            administrator=administrator,
            depends_on=frozenset({first} if region != organization.home_region else ()),
        )
        yield designation
        yield DetectiveOrganizationConfiguration(
            name=NAME,
            account=place_of(organization, organization.security_account),
            region=region,
            administrator=administrator,
            uncovered={} if settings.auto_enable == "ALL" else None,
            depends_on=frozenset({designation.address, administrator}),
        )


CONTROL = Control(
    id="detective",
    title="Detective joins the activity of every account into one graph in every governed region, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/detective/latest/userguide/accounts-orgs.html",
    settings=Detective,
    resources=resources,
    description=(
        "Makes the security account Detective's administrator in each governed region, with the organization's behavior graph. New "
        "accounts become members by Detective's own auto-enabling, existing ones, the management account among them, by `apply`; "
        "`drift` names each that is no member. It helps to investigate findings, and finds nothing by itself."
    ),
    makes=(
        "Trusted access and delegated administrator of detective.amazonaws.com in AWS Organizations",
        "Detective's administrator with the organization's behavior graph in each governed region",
        "Detective's organization configuration in each governed region: members, auto-enabling",
    ),
    costs=("Detective bills the data that each member gives to the graph, after a free trial of thirty days",),
    stays=(
        "Everything: the administrator, the graph and its members stay, and are released. Nobody is dismissed, as that would delete the "
        "graph with a year of data."
    ),
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AU-6", "IR-4", "SI-4"),
        "PCI DSS 4.0.1": ("10.4.1.1",),
        "ISO/IEC 27001:2022": ("A.5.25", "A.8.16"),
        "AWS Well-Architected": ("SEC04-BP03", "SEC10-BP03"),
    },
    sources=(
        "https://docs.aws.amazon.com/detective/latest/userguide/accounts-orgs-members.html",
        "https://docs.aws.amazon.com/detective/latest/userguide/accounts-orgs-members-autoenable.html",
    ),
)
