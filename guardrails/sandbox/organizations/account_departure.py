"""A member account leaves the organization, removed by the management account or by itself, and lives on alone.

Only an account that was once invited has what a standalone account needs: one that was created in the organization lacks
a payment method, which no API can give it.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html
"""

from moto.organizations.models import FakeAccount

from guardrails.sandbox.organizations import authority, organization, placement, policy_targets, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "RemoveAccountFromOrganization")
def remove_account_from_organization(call: Call) -> Answer:
    """Remove a member account."""
    authority.require_management(call)
    _depart(organization.account(call.parameters["AccountId"]))
    return {}


@operation("organizations", "LeaveOrganization")
def leave_organization(call: Call) -> Answer:
    """Leave the organization, called by the member itself.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
    """
    authority.require_membership(call)
    _depart(organization.account(call.account_id))
    return {}


def _depart(leaving: FakeAccount) -> None:
    if leaving.id == MANAGEMENT_ACCOUNT_ID:
        raise Refusal(
            "MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization."
        )
    if any(admin.account.id == leaving.id for admin in organization.backend().admins):
        message = "Deregister the account as delegated administrator first."
        raise organization.constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", message)
    if leaving.joined_method == "CREATED":
        message = (
            "To complete this operation with this member account, you first must associate a valid payment instrument, "
            "such as a credit card, with the account."
        )
        raise organization.constraint("MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED", message)
    policy_targets.detach_everything(leaving)
    tree.drop_account(leaving)
    placement.account_placed(leaving.id, leaving.parent_id, None)
