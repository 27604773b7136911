"""The accounts of the organization: described, listed, moved.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.organizations.models import FakeAccount

from guardrails.sandbox.organizations import account_closing, authority, organization, placement, policy_targets, tree
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "DescribeAccount")
def describe_account(call: Call) -> Answer:
    """Describe an account. A look: an account that is being closed is closed afterwards."""
    authority.require_reader(call)
    return {"Account": _look(organization.account(call.parameters["AccountId"]))}


@operation("organizations", "ListAccounts")
def list_accounts(call: Call) -> Answer:
    """List every account of the organization, closed ones for ninety days too, twenty a page."""
    authority.require_reader(call)
    return _described_page(call, tree.ACCOUNTS.values())


@operation("organizations", "ListAccountsForParent")
def list_accounts_for_parent(call: Call) -> Answer:
    """List the accounts directly under a root or OU, twenty a page."""
    authority.require_reader(call)
    above = organization.parent(call.parameters["ParentId"])
    return _described_page(call, tree.accounts_under(above.id))


@operation("organizations", "MoveAccount")
def move_account(call: Call) -> Answer:
    """Move an account from the root or OU in which it is to another one."""
    authority.require_management(call)
    moved = organization.account(call.parameters["AccountId"])
    source = organization.parent(call.parameters["SourceParentId"], "SourceParentNotFoundException")
    destination = organization.parent(call.parameters["DestinationParentId"], "DestinationParentNotFoundException")
    if moved.parent_id == destination.id:
        raise Refusal("DuplicateAccountException", "That account is already present in the specified destination.")
    if moved.parent_id != source.id:
        raise Refusal("AccountNotFoundException", "The account is not in the source root or OU that you specified.")
    relocate(moved, destination.id)
    return {}


def relocate(account: FakeAccount, parent_id: str) -> None:
    """Hang an account under another root or OU, and tell everybody."""
    before = account.parent_id
    tree.move_account(account, parent_id)
    policy_targets.note_change(account)
    placement.account_placed(account.id, before, parent_id)


def described(account: FakeAccount) -> Mapping[str, Any]:
    """An account as ListAccounts shows it: `State` is what counts, `Status` its retired twin; its one path ends with itself."""
    return {
        "Id": account.id,
        "Arn": account.arn,
        "Email": account.email,
        "Name": account.name,
        "Status": account.status,
        "State": account.state,
        "Paths": [f"{organization.path(account.parent_id)}{account.id}/"],
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": account.create_time,
    }


def _described_page(call: Call, accounts: Iterable[FakeAccount]) -> Answer:
    answer = organization.page(call, "Accounts", accounts)
    return {**answer, "Accounts": [_look(account) for account in answer["Accounts"]]}


def _look(account: FakeAccount) -> Mapping[str, Any]:
    """Show the account as it stands, then let its closing come to an end."""
    shown = described(account)
    account_closing.settle(account)
    return shown
