"""Which AWS services may act in the organization's accounts, StackSets' own activation included.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
"""

from datetime import UTC, datetime
from typing import Final

from moto.core.utils import unix_time
from moto.organizations.models import FakeServiceAccess

from guardrails.sandbox.organizations import authority, organization, policy_types, tree
from guardrails.sandbox.organizations.organization import STACK_SETS_PRINCIPAL
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

ALSO_TRUSTED: Final = (
    "agentless.inspector2.amazonaws.com",
    "aws-backup.amazonaws.com",
    "billing-cost-management.amazonaws.com",
    "bcmdashboards.amazonaws.com",
    "cost-optimization-hub.bcm.amazonaws.com",
    "ec2.amazonaws.com",
    "iam.amazonaws.com",
    "malware-protection.guardduty.amazonaws.com",
    "license-manager.member-account.amazonaws.com",
    "networkmanager.amazonaws.com",
    "notifications.amazonaws.com",
    "observabilityadmin.amazonaws.com",
    "private-marketplace.marketplace.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "security-ir.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "support.amazonaws.com",
    "user-subscriptions.amazonaws.com",
)
"""Service principals that AWS knows and moto's list lacks."""

_STACK_SETS: Final[dict[str, str]] = tree.of_this_organization({})


@operation("organizations", "EnableAWSServiceAccess")
def enable_aws_service_access(call: Call) -> Answer:
    """Trust a service; doing so again changes nothing."""
    authority.require_management(call)
    organization.require_all_features()
    enable(known(call.parameters["ServicePrincipal"]))
    return {}


@operation("organizations", "DisableAWSServiceAccess")
def disable_aws_service_access(call: Call) -> Answer:
    """Stop trusting a service that has no delegated administrator left."""
    authority.require_management(call)
    principal = known(call.parameters["ServicePrincipal"])
    if organization.delegated_administrators(principal):
        message = "Deregister the delegated administrators of the service before you disable its access."
        raise organization.constraint("DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE", message)
    if any(needed == principal and policy_types.status(each) for each, needed in policy_types.NEEDS_TRUST.items()):
        message = "You attempted to disable service access before you disabled the policy type."
        raise organization.constraint("POLICY_TYPE_ENABLED_FOR_THIS_SERVICE", message)
    disable(principal)
    return {}


@operation("organizations", "ListAWSServiceAccessForOrganization")
def list_aws_service_access_for_organization(call: Call) -> Answer:
    """List the trusted services, twenty a page."""
    authority.require_reader(call)
    enabled = sorted(organization.backend().services, key=lambda service: str(service["ServicePrincipal"]))
    found = [{**service, "DateEnabled": datetime.fromtimestamp(service["DateEnabled"], UTC)} for service in enabled]
    return organization.page(call, "EnabledServicePrincipals", found)


@operation("cloudformation", "ActivateOrganizationsAccess")
def activate_organizations_access(call: Call) -> Answer:
    """Let StackSets deploy to the organization; this trusts StackSets' service principal too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ActivateOrganizationsAccess.html
    """
    _require_caller_manages(call)
    _STACK_SETS["access"] = "ENABLED"
    enable(STACK_SETS_PRINCIPAL)
    return {}


@operation("cloudformation", "DeactivateOrganizationsAccess")
def deactivate_organizations_access(call: Call) -> Answer:
    """Take StackSets' activation back."""
    _require_caller_manages(call)
    _STACK_SETS["access"] = "DISABLED"
    disable(STACK_SETS_PRINCIPAL)
    return {}


@operation("cloudformation", "DescribeOrganizationsAccess")
def describe_organizations_access(call: Call) -> Answer:
    """Whether StackSets is activated: ENABLED, or DISABLED, or DISABLED_PERMANENTLY when it never was."""
    if organization.backend().org is None:
        raise Refusal("ValidationError", "The account is not a member of an organization.")
    return {"Status": _STACK_SETS.get("access", "DISABLED")}


def stack_sets_activated() -> bool:
    """Whether service-managed stack sets may be made: StackSets is activated and its principal still trusted."""
    return _STACK_SETS.get("access") == "ENABLED" and STACK_SETS_PRINCIPAL in organization.trusted_principals()


def known(principal: str) -> str:
    """A service principal that AWS knows.

    Raises:
        Refusal: InvalidInputException.
    """
    if principal not in FakeServiceAccess.TRUSTED_SERVICES and principal not in ALSO_TRUSTED:
        raise organization.invalid("UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.")
    return principal


def enable(principal: str) -> None:
    """Trust a service, unless it is already trusted."""
    if principal not in organization.trusted_principals():
        organization.backend().services.append({"ServicePrincipal": principal, "DateEnabled": unix_time()})


def disable(principal: str) -> None:
    """Trust a service no longer."""
    services = organization.backend().services
    services[:] = [service for service in services if service["ServicePrincipal"] != principal]


def _require_caller_manages(call: Call) -> None:
    if organization.backend().org is None or call.account_id != MANAGEMENT_ACCOUNT_ID:
        raise Refusal(
            "InvalidOperationException", "You must be the management account of an organization to use this operation."
        )
