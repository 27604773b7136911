"""Macie in every account and governed region, run by the security account."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, wrong
from guardrails.controls import Control
from guardrails.deployment import place_of
from guardrails.engine.resource import Address, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.macie_organization_configuration import MacieOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.security_services import DIALECTS

NAME: Final = "Macie"


class Macie(Settings):
    """Which accounts Macie covers, and what it does there by itself."""

    auto_enable: Literal["ALL", "NEW"] = Field("ALL", description="ALL accounts of the organization, or only NEW ones.")
    automated_discovery: Literal["ALL", "NEW", "OFF"] = Field(
        "ALL",
        description=(
            "Sensitive data is looked for in samples of the buckets of ALL members, of NEW ones, or not at all. "
            "Paid for by the objects watched and the bytes read."
        ),
    )
    finding_publishing_frequency: Literal["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"] = Field(
        "FIFTEEN_MINUTES", description="How soon repeated policy findings of the administrator reach EventBridge."
    )

    @model_validator(mode="after")
    def _reaches_members(self) -> "Macie":
        if self.auto_enable == "NEW" and self.automated_discovery == "ALL":
            raise wrong(
                "automated discovery for ALL needs Macie in all accounts", "set automated_discovery to NEW or OFF"
            )
        return self


def resources(organization: Organization, library: Library, settings: Macie) -> Iterator[Resource]:
    """Trusted access, then in each governed region the administrator and what it sees to: the home region before the others."""
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
            management="ENABLED" if settings.auto_enable == "ALL" else None,
            depends_on=frozenset({first} if region != organization.home_region else ()),
        )
        yield designation
        yield MacieOrganizationConfiguration(
            name=NAME,
            account=place_of(organization, organization.security_account),
            region=region,
            administrator=administrator,
            uncovered={} if settings.auto_enable == "ALL" else None,
            automated_discovery=settings.automated_discovery,
            finding_publishing_frequency=settings.finding_publishing_frequency,
            depends_on=frozenset({designation.address, administrator}),
        )


CONTROL = Control(
    id="macie",
    title="Macie watches the S3 buckets of every account in every governed region, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao.html",
    settings=Macie,
    resources=resources,
    description=(
        "Makes the security account Macie's administrator in each governed region. New accounts are covered by Macie's own "
        "auto-enabling; existing ones, the management account among them, become members by `apply`, and `drift` names each "
        "that was let go or suspended. Discovery results are kept in Macie for ninety days; they are not exported."
    ),
    makes=(
        "Trusted access and delegated administrator of macie.amazonaws.com in AWS Organizations",
        "Macie's administrator in each governed region, and Macie in the management account",
        "Macie's organization configuration in each governed region: members, auto-enabling, automated discovery",
    ),
    costs=(
        "Macie bills each bucket that it watches monthly",
        "Automated discovery bills the objects watched and the bytes read, after a free trial of thirty days",
    ),
    stays=(
        "Everything: the administrator, its members, Macie in each account and automated discovery stay as they are, and are "
        "released. Nobody is dismissed, as that would end Macie for the whole organization and lose its data."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("2.1.3",),
        "NIST SP 800-53 Rev. 5": ("CA-7", "RA-5", "SI-4"),
        "ISO/IEC 27001:2022": ("A.5.12", "A.8.12"),
        "AWS Well-Architected": ("SEC07-BP01", "SEC07-BP03"),
    },
    sources=(
        "https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-integrate.html",
        "https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html",
        "https://docs.aws.amazon.com/macie/latest/user/findings-publish-frequency.html",
    ),
)
