"""The accounts of the organization: described, listed, moved, closed, removed.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.organizations.models import FakeAccount

from guardrails.sandbox.organizations import organization, placement, policy_targets, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MIN_CLOSE_QUOTA: Final = 10


@operation("organizations", "DescribeAccount")
def describe_account(call: Call) -> Answer:
    """Describe an account."""
    organization.require_reader(call)
    return {"Account": described(organization.account(call.parameters["AccountId"]))}


@operation("organizations", "ListAccounts")
def list_accounts(call: Call) -> Answer:
    """List every account of the organization, closed ones for ninety days too, twenty a page."""
    organization.require_reader(call)
    return _described_page(call, tree.ACCOUNTS.values())


@operation("organizations", "ListAccountsForParent")
def list_accounts_for_parent(call: Call) -> Answer:
    """List the accounts directly under a root or OU, twenty a page."""
    organization.require_reader(call)
    above = organization.parent(call.parameters["ParentId"])
    return _described_page(call, tree.accounts_under(above.id))


@operation("organizations", "MoveAccount")
def move_account(call: Call) -> Answer:
    """Move an account from the root or OU in which it is to another one."""
    organization.require_management(call)
    moved = organization.account(call.parameters["AccountId"])
    source = organization.parent(call.parameters["SourceParentId"], "SourceParentNotFoundException")
    destination = organization.parent(call.parameters["DestinationParentId"], "DestinationParentNotFoundException")
    if moved.parent_id == destination.id:
        raise Refusal("DuplicateAccountException", "That account is already present in the specified destination.")
    if moved.parent_id != source.id:
        raise Refusal("AccountNotFoundException", "The account is not in the source root or OU that you specified.")
    tree.move_account(moved, destination.id)
    placement.account_placed(moved.id, source.id, destination.id)
    return {}


@operation("organizations", "CloseAccount")
def close_account(call: Call) -> Answer:
    """Close a member account: it stays in the organization, suspended.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
    """
    organization.require_management(call)
    closed = organization.account(call.parameters["AccountId"])
    if closed.id == MANAGEMENT_ACCOUNT_ID:
        raise organization.constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
    if closed.state != "ACTIVE":
        raise Refusal("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
    everyone = tree.ACCOUNTS.values()
    if sum(each.state != "ACTIVE" for each in everyone) >= max(MIN_CLOSE_QUOTA, len(everyone) // 10):
        message = "You have exceeded close account quota for the past 30 days."
        raise organization.constraint("CLOSE_ACCOUNT_QUOTA_EXCEEDED", message)
    closed.state = closed.status = "SUSPENDED"
    placement.account_placed(closed.id, closed.parent_id, None)
    return {}


@operation("organizations", "RemoveAccountFromOrganization")
def remove_account_from_organization(call: Call) -> Answer:
    """Remove a member account, which lives on by itself.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html
    """
    organization.require_management(call)
    leaving = organization.account(call.parameters["AccountId"])
    if leaving.id == MANAGEMENT_ACCOUNT_ID:
        raise Refusal(
            "MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization."
        )
    if any(admin.account.id == leaving.id for admin in organization.backend().admins):
        message = "Deregister the account as delegated administrator first."
        raise organization.constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", message)
    policy_targets.detach_everything(leaving)
    tree.drop_account(leaving)
    placement.account_placed(leaving.id, leaving.parent_id, None)
    return {}


def described(account: FakeAccount) -> Mapping[str, Any]:
    """An account as ListAccounts shows it: `State` is what counts, `Status` its retired twin; `Paths` its one place in the tree."""
    return {
        "Id": account.id,
        "Arn": account.arn,
        "Email": account.email,
        "Name": account.name,
        "Status": account.status,
        "State": account.state,
        "Paths": [organization.path(account.parent_id)],
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": account.create_time,
    }


def _described_page(call: Call, accounts: Iterable[FakeAccount]) -> Answer:
    answer = organization.page(call, "Accounts", accounts)
    return {**answer, "Accounts": [described(account) for account in answer["Accounts"]]}
