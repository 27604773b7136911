"""Inspector in every account and governed region, run by the security account."""

from collections.abc import Iterator, Mapping
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
from guardrails.resources.inspector_organization_configuration import SCANS, InspectorOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from guardrails.resources.trusted_access import TrustedAccess
from guardrails.security_services import DIALECTS

NAME: Final = "Inspector"
Scan = Literal["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"]
Reach = Literal["ALL", "NEW"]
OFFERED_EVERYWHERE: Final[dict[Scan, Reach]] = {"EC2": "ALL", "ECR": "ALL", "LAMBDA": "ALL"}


class Inspector(Settings):
    """What Inspector scans, in which accounts, and how."""

    scans: dict[Scan, Reach] = Field(
        OFFERED_EVERYWHERE,
        min_length=1,
        description=(
            "The types of scan, each for ALL accounts or only NEW ones; one that is not named is left as it is in accounts, and new ones "
            "do not get it. LAMBDA_CODE and CODE_REPOSITORY are not offered in every Region."
        ),
    )
    ec2_scan_mode: Literal["EC2_HYBRID", "EC2_SSM_AGENT_BASED"] = Field(
        "EC2_HYBRID",
        description="Instances without the SSM agent are scanned through snapshots of their volumes too, or not at all.",
    )

    @model_validator(mode="after")
    def _stands_on_lambda(self) -> "Inspector":
        code, functions = self.scans.get("LAMBDA_CODE"), self.scans.get("LAMBDA")
        if code and functions not in (code, "ALL"):
            raise wrong("LAMBDA_CODE is a part of LAMBDA", "scan LAMBDA in at least the same accounts")
        return self


def resources(organization: Organization, library: Library, settings: Inspector) -> Iterator[Resource]:
    """Trusted access, then in each governed region the administrator and what it sees to: the home region before the others."""
    principal, administrator = DIALECTS[NAME].principal, account_address(organization.security_account)
    first = Address(ServiceAdministrator.TYPE, NAME, region=organization.home_region)
    chosen: Mapping[str, Reach] = {str(scan): reach for scan, reach in settings.scans.items()}
    everywhere = tuple(scan for scan in SCANS if chosen.get(scan) == "ALL")
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
        yield InspectorOrganizationConfiguration(
            name=NAME,
            account=place_of(organization, organization.security_account),
            region=region,
            administrator=administrator,
            everywhere=everywhere,
            auto_enable={scan: scan in chosen for scan in SCANS},
            uncovered={} if everywhere else None,
            ec2_scan_mode=settings.ec2_scan_mode if "EC2" in chosen else None,
            depends_on=frozenset({designation.address, administrator}),
        )


CONTROL = Control(
    id="inspector",
    title="Inspector scans every account in every governed region for vulnerabilities, run by the security account",
    behavior="detective",
    source="https://docs.aws.amazon.com/inspector/latest/user/managing-multiple-accounts.html",
    settings=Inspector,
    resources=resources,
    description=(
        "Makes the security account Inspector's administrator in each governed region. New accounts get the declared scans by "
        "Inspector's own auto-enabling; existing ones, the management account among them, become members with these scans on by "
        "`apply`, and `drift` names each that was let go, and each scan that was switched off."
    ),
    makes=(
        "Trusted access and delegated administrator of inspector2.amazonaws.com in AWS Organizations",
        "Inspector's administrator in each governed region, with Inspector on in its own account",
        "Inspector's organization configuration in each governed region: members, auto-enabling, scans, EC2 scan mode",
    ),
    costs=(
        "Inspector bills each instance, image and function that it scans; hybrid scans of instances cost more than agent-based ones",
        "Lambda code scans and repository scans are billed on top",
    ),
    stays=(
        "Everything: the administrator, its members and the scans in each account stay as they are, and are released. Nobody is "
        "dismissed, as that would leave every member on its own."
    ),
    frameworks={
        "NIST SP 800-53 Rev. 5": ("RA-5", "SI-2"),
        "PCI DSS 4.0.1": ("11.3.1",),
        "ISO/IEC 27001:2022": ("A.8.8",),
        "AWS Well-Architected": ("SEC06-BP01",),
    },
    sources=(
        "https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html",
        "https://docs.aws.amazon.com/inspector/latest/user/scanning-resources.html",
        "https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html",
    ),
)
