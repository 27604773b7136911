"""Who may configure AWS Config for the organization: its management account, or a delegated administrator.

Source: https://docs.aws.amazon.com/config/latest/developerguide/aggregated-register-delegated-administrator.html
"""

from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.organizations import organization, trusted_access
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

AGGREGATION: Final = "config.amazonaws.com"
DEPLOYMENT: Final = "config-multiaccountsetup.amazonaws.com"


def require(call: Call, principal: str) -> None:
    """Let the management account and the service's delegated administrators pass.

    Raises:
        Refusal: NoAvailableOrganizationException, OrganizationAllFeaturesNotEnabledException,
        OrganizationAccessDeniedException.
    """
    if organization.backend().org is None or organization.find_account(call.account_id) is None:
        raise Refusal("NoAvailableOrganizationException", "Organization is no longer available.")
    if organization.organization().feature_set != "ALL":
        message = "AWS Config resource cannot be created because your organization does not have all features enabled."
        raise Refusal("OrganizationAllFeaturesNotEnabledException", message)
    if not is_allowed(call.account_id, principal):
        message = (
            "This action can be only made by AWS Organization's master account or a delegated administrator account."
        )
        raise Refusal("OrganizationAccessDeniedException", message)


def trust(call: Call, principal: str) -> None:
    """What the management account sets up for the organization trusts the service."""
    if call.account_id == MANAGEMENT_ACCOUNT_ID:
        trusted_access.enable(principal)


def link_role(account_id: str) -> None:
    """Make the role that deploys to the organization in the account that asks for it, unless it is there."""
    if not _is_linked(account_id):
        iam_backends[account_id][PARTITION].create_service_linked_role(DEPLOYMENT, "", "")


def require_link(owner_id: str, account_id: str) -> None:
    """A delegated administrator deploys to the management account only where that has the role too; nobody makes it by himself.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html

    Raises:
        Refusal: InsufficientPermissionsException.
    """
    if account_id == MANAGEMENT_ACCOUNT_ID != owner_id and not _is_linked(account_id):
        message = "The management account has no service-linked role AWSServiceRoleForConfigMultiAccountSetup."
        raise Refusal("InsufficientPermissionsException", message)


def _is_linked(account_id: str) -> bool:
    roles = iam_backends[account_id][PARTITION].roles.values()
    return any(role.path == f"/aws-service-role/{DEPLOYMENT}/" for role in roles)


def is_allowed(account_id: str, principal: str) -> bool:
    """Whether an account may configure the organization for a service principal now."""
    return account_id == MANAGEMENT_ACCOUNT_ID or account_id in organization.delegated_administrators(principal)
