"""The members of Inspector's administrator in a region: accounts of the organization that it has associated.

Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_AssociateMember.html
"""

from typing import Final

from guardrails.sandbox.inspector import scans
from guardrails.sandbox.inspector.refusals import PAGING, access_denied, not_found
from guardrails.sandbox.inspector.scans import InspectorAdministration
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 50


@operation("inspector2", "AssociateMember")
def associate_member(call: Call) -> Answer:
    """Take an account of the organization in; a new member gets the scans that new members get."""
    found, account_id = scans.require_administrator(call), str(call.parameters["accountId"])
    if not organization.is_active_member(account_id) or account_id == found.administrator_id:
        raise access_denied("Invoking account does not have access to associate member account")
    if account_id not in found.members:
        found.join(account_id)
        scans.switch(account_id, call.region, found.wanted, True)
    return {"accountId": account_id}


@operation("inspector2", "DisassociateMember")
def disassociate_member(call: Call) -> Answer:
    """Let a member go, which keeps its scans."""
    found, account_id = scans.require_administrator(call), str(call.parameters["accountId"])
    if not found.let_go(account_id):
        raise access_denied("Invoking account does not have access to disassociate member account")
    return {"accountId": account_id}


@operation("inspector2", "ListMembers")
def list_members(call: Call) -> Answer:
    """The administrator's members, fifty a page; with onlyAssociated=false those that were let go too. A look."""
    found = scans.require_administrator(call)
    everybody = found.members if call.parameters.get("onlyAssociated", True) else found.known
    answer = PAGING.page(call, "members", [_described(found, each) for each in everybody], PER_PAGE)
    found.associating.difference_update(str(each["accountId"]) for each in answer["members"])
    return answer


@operation("inspector2", "GetMember")
def get_member(call: Call) -> Answer:
    """One member. A look."""
    found, account_id = scans.require_administrator(call), str(call.parameters["accountId"])
    if account_id not in found.known:
        raise not_found(f"The account {account_id} is not a member.")
    shown = _described(found, account_id)
    found.associating.discard(account_id)
    return {"member": shown}


def _described(found: InspectorAdministration, account_id: str) -> Answer:
    status = "CREATED" if account_id in found.associating else "ENABLED"
    return {
        "accountId": account_id,
        "relationshipStatus": status if account_id in found.members else "REMOVED",
        "delegatedAdminAccountId": found.administrator_id,
        "updatedAt": found.since(account_id),
    }
