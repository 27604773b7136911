"""The members of Security Hub's administrator in a region: accounts of the organization, without invitations.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.securityhub import administration, hubs
from guardrails.sandbox.securityhub.administration import REGIONS, SecurityHubAdministration
from guardrails.sandbox.securityhub.refusals import PAGING, access_denied, invalid_input
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 50
NOT_MEMBER: Final = "The account is not a member of the administrator account."


@operation("securityhub", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Take accounts of the organization in as members; where Security Hub is off it comes on with the default standards.

    The management account is not switched on for it: it must have enabled Security Hub itself.
    """
    found, asked = administration.require_administrator(call), call.parameters["AccountDetails"]
    if len(asked) > PER_PAGE:
        raise invalid_input(f"At most {PER_PAGE} accounts can be named in a request.")
    unprocessed = [
        {"AccountId": str(each["AccountId"]), "ProcessingResult": reason}
        for each in asked
        if (reason := take_in(found, str(each["AccountId"]), call.region, hubs.DEFAULT_STANDARDS))
    ]
    return {"UnprocessedAccounts": unprocessed}


@operation("securityhub", "ListMembers")
def list_members(call: Call) -> Answer:
    """The administrator's members, fifty a page."""
    found = administration.require_administrator(call)
    return PAGING.page(call, "Members", [_described(found, each) for each in found.members], PER_PAGE)


@operation("securityhub", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members named; those that are none come back unprocessed."""
    found, asked = administration.require_administrator(call), list(call.parameters["AccountIds"])
    return {
        "Members": [_described(found, each) for each in asked if each in found.members],
        "UnprocessedAccounts": _unprocessed(each for each in asked if each not in found.members),
    }


@operation("securityhub", "DisassociateMembers")
def disassociate_members(call: Call) -> Answer:
    """Let members go, which keep Security Hub on their own; refused under central configuration, where a policy switches them off.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/accounts-orgs-disassociate.html
    """
    found = administration.require_administrator(call)
    if administration.central():
        raise access_denied("Accounts of the organization cannot be disassociated under central configuration.")
    for each in call.parameters["AccountIds"]:
        found.members.pop(each, None)
    return {}


@operation("securityhub", "DeleteMembers")
def delete_members(call: Call) -> Answer:
    """Accounts of an organization cannot be deleted from the administrator's members: all come back unprocessed.

    Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DeleteMembers.html
    """
    administration.require_administrator(call)
    reason = "The account belongs to the organization and cannot be deleted."
    return {
        "UnprocessedAccounts": [
            {"AccountId": each, "ProcessingResult": reason} for each in call.parameters["AccountIds"]
        ]
    }


@operation("securityhub", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """A member's administrator."""
    administration.require_hub(call)
    found = REGIONS.of(call.region)
    if found is None or call.account_id not in found.members:
        return {}
    key = "Master" if call.operation == "GetMasterAccount" else "Administrator"
    since = found.members[call.account_id]
    return {key: {"AccountId": found.administrator_id, "MemberStatus": "Enabled", "InvitedAt": since}}


def take_in(found: SecurityHubAdministration, account_id: str, region: str, standards: Iterable[str]) -> str | None:
    """Make an account a member, Security Hub switched on with these standards where it was off; or the reason why not."""
    if account_id == found.administrator_id:
        return "The administrator account cannot be its own member."
    if not organization.is_active_member(account_id):
        return "The account is not an active member of the organization."
    if hubs.find(account_id, region) is None:
        if account_id == MANAGEMENT_ACCOUNT_ID:
            return "The organization management account must enable Security Hub before it can be a member."
        hubs.switch_on(account_id, region).enable(standards)
    found.join(account_id)
    return None


def _described(found: SecurityHubAdministration, account_id: str) -> Mapping[str, Any]:
    return {
        "AccountId": account_id,
        "Email": organization.account(account_id).email,
        "MasterId": found.administrator_id,
        "AdministratorId": found.administrator_id,
        "MemberStatus": "Enabled",
        "InvitedAt": found.members[account_id],
        "UpdatedAt": found.members[account_id],
    }


def _unprocessed(account_ids: Iterable[str]) -> list[Mapping[str, str]]:
    return [{"AccountId": each, "ProcessingResult": NOT_MEMBER} for each in account_ids]
