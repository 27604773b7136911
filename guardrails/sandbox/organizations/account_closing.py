"""Member accounts are closed asynchronously: PENDING_CLOSURE until somebody has looked at them, SUSPENDED from then on.

A suspended account stays in the organization; it can be moved, and policies can be attached to it.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
"""

from datetime import UTC, datetime
from typing import Final

from moto.organizations.models import FakeAccount

from guardrails.sandbox.organizations import authority, organization, placement, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_IN_PROGRESS: Final = 3
QUOTA_AT_LEAST: Final = 250
QUOTA_AT_MOST: Final = 1_000
QUOTA_PERCENT: Final = 20

_CLOSED: Final[dict[str, datetime]] = tree.of_this_organization({})
"""When which account was closed. The sandbox has no clock: every closing is one of the last thirty days."""


@operation("organizations", "CloseAccount")
def close_account(call: Call) -> Answer:
    """Close a member account, in an organization with all features, as often as the quota of thirty days allows."""
    authority.require_management(call)
    organization.require_all_features()
    closed = organization.account(call.parameters["AccountId"])
    if closed.id == MANAGEMENT_ACCOUNT_ID:
        raise organization.constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
    if closed.state == "PENDING_CLOSURE":
        raise Refusal("ConflictException", "The account is already being closed.")
    if closed.state != "ACTIVE":
        raise Refusal("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
    if sum(account.state == "PENDING_CLOSURE" for account in tree.ACCOUNTS.values()) >= MAX_IN_PROGRESS:
        message = "You attempted to exceed the number of accounts that you can close at a time."
        raise organization.constraint("CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED", message)
    members = len(tree.ACCOUNTS) - 1
    if len(_CLOSED) >= min(QUOTA_AT_MOST, max(QUOTA_AT_LEAST, members * QUOTA_PERCENT // 100)):
        message = "You have exceeded close account quota for the past 30 days."
        raise organization.constraint("CLOSE_ACCOUNT_QUOTA_EXCEEDED", message)
    _CLOSED[closed.id] = datetime.now(UTC)
    closed.state = closed.status = "PENDING_CLOSURE"
    placement.account_placed(closed.id, closed.parent_id, None)
    return {}


def settle(account: FakeAccount) -> None:
    """Let the closing of an account come to an end."""
    if account.state == "PENDING_CLOSURE":
        account.state = account.status = "SUSPENDED"
