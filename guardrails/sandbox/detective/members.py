"""The members of the organization's behavior graph: accounts of the organization, without invitations.

Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_CreateMembers.html
"""

from collections.abc import Iterable

from guardrails.sandbox.detective import graphs
from guardrails.sandbox.detective.graphs import PAGING, PER_PAGE, REGIONS, DetectiveAdministration
from guardrails.sandbox.detective.organization_configuration import require_administrator
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import not_implemented


@operation("detective", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Make accounts of the organization members; others would be invited, and come back unprocessed."""
    graphs.own(call)
    if REGIONS.administered_by(call.account_id, call.region) is None:
        raise not_implemented("detective", "CreateMembers by invitation")
    found = require_administrator(call)
    asked = [str(each["AccountId"]) for each in call.parameters["Accounts"]]
    taken = [each for each in asked if organization.is_active_member(each) and each != found.administrator_id]
    for account_id in taken:
        found.join(account_id)
    reason = "The account is not one of the organization that can be a member."
    return {
        "Members": [_described(call, found, each) for each in taken],
        "UnprocessedAccounts": _unprocessed((each for each in asked if each not in taken), reason),
    }


@operation("detective", "ListMembers")
def list_members(call: Call) -> Answer:
    """The members of the organization's graph."""
    found = require_administrator(call)
    return PAGING.page(call, "MemberDetails", [_described(call, found, each) for each in found.members], PER_PAGE)


@operation("detective", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members named; those that are none come back unprocessed."""
    found, asked = require_administrator(call), [str(each) for each in call.parameters["AccountIds"]]
    return {
        "MemberDetails": [_described(call, found, each) for each in asked if each in found.members],
        "UnprocessedAccounts": _unprocessed((each for each in asked if each not in found.members), "Not a member."),
    }


@operation("detective", "DeleteMembers")
def delete_members(call: Call) -> Answer:
    """Take members out of the graph; they can be taken in again.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_DeleteMembers.html
    """
    found, asked = require_administrator(call), [str(each) for each in call.parameters["AccountIds"]]
    gone = [each for each in asked if found.members.pop(each, None) is not None]
    return {
        "AccountIds": gone,
        "UnprocessedAccounts": _unprocessed((each for each in asked if each not in gone), "Not a member."),
    }


def _described(call: Call, found: DetectiveAdministration, account_id: str) -> Answer:
    return {
        "AccountId": account_id,
        "EmailAddress": organization.account(account_id).email,
        "GraphArn": call.parameters["GraphArn"],
        "MasterId": found.administrator_id,
        "AdministratorId": found.administrator_id,
        "Status": "ENABLED",
        "UpdatedTime": found.members[account_id],
        "InvitationType": "ORGANIZATION",
    }


def _unprocessed(account_ids: Iterable[str], reason: str) -> list[Answer]:
    return [{"AccountId": each, "Reason": reason} for each in account_ids]
