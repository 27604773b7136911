"""The members of Macie's administrator in a region: accounts of the organization, without invitations.

Source: https://docs.aws.amazon.com/macie/latest/APIReference/members.html
"""

from typing import Final

from guardrails.sandbox.macie import sessions
from guardrails.sandbox.macie.refusals import NOT_ENABLED, PAGING, access_denied, conflict, not_found, validation
from guardrails.sandbox.macie.sessions import REGIONS, MacieAdministration
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 25


@operation("macie2", "CreateMember")
def create_member(call: Call) -> Answer:
    """Take an account of the organization in; Macie comes on there. The management account enables it itself.

    Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-members-add.html
    """
    found, account_id = sessions.require_administrator(call), str(call.parameters["account"]["accountId"])
    if not organization.is_active_member(account_id) or account_id == found.administrator_id:
        raise validation("The account is not one of the organization that can be a member.")
    if account_id in found.members:
        raise conflict("The account is already a member.")
    if account_id == MANAGEMENT_ACCOUNT_ID and sessions.find(account_id, call.region) is None:
        raise access_denied(f"{NOT_ENABLED} The management account enables it itself.")
    take_in(found, account_id, call.region)
    found.tags[account_id] = dict(call.parameters.get("tags") or {})
    return {"arn": _arn(call, account_id)}


@operation("macie2", "GetMember")
def get_member(call: Call) -> Answer:
    """One member, or one that was let go."""
    found = sessions.require_administrator(call)
    return _described(call, found, _known(found, str(call.parameters["id"])))


@operation("macie2", "ListMembers")
def list_members(call: Call) -> Answer:
    """The administrator's members, twenty-five a page; with onlyAssociated=false those that were let go too."""
    found = sessions.require_administrator(call)
    associated = str(call.parameters.get("onlyAssociated", "true")).lower()
    if associated not in ("true", "false"):
        raise validation("onlyAssociated must be true or false.")
    everybody = found.known if associated == "false" else found.members
    return PAGING.page(call, "members", [_described(call, found, each) for each in everybody], PER_PAGE)


@operation("macie2", "DisassociateMember")
def disassociate_member(call: Call) -> Answer:
    """Let a member go, which keeps Macie on its own.

    Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-members-remove.html
    """
    found, account_id = sessions.require_administrator(call), str(call.parameters["id"])
    if not found.let_go(account_id):
        raise not_found("The account is not a member.")
    return {}


@operation("macie2", "DeleteMember")
def delete_member(call: Call) -> Answer:
    """Forget a member that was let go."""
    found, account_id = sessions.require_administrator(call), _named(call)
    if account_id in found.members:
        raise conflict("Disassociate the member before it is deleted.")
    if found.removed.pop(account_id, None) is None:
        raise not_found("The account is not a member.")
    return {}


@operation("macie2", "UpdateMemberSession")
def update_member_session(call: Call) -> Answer:
    """Suspend Macie in a member account, or let it go on."""
    found, account_id = sessions.require_administrator(call), _named(call)
    session = sessions.find(account_id, call.region)
    if account_id not in found.members or session is None:
        raise not_found("The account is not a member.")
    if call.parameters["status"] not in ("ENABLED", "PAUSED"):
        raise validation("The status is not valid.")
    session.status = str(call.parameters["status"])
    return {}


@operation("macie2", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """A member's administrator."""
    sessions.require(call)
    found = REGIONS.administrator_of(call.account_id, call.region)
    key = "master" if call.operation == "GetMasterAccount" else "administrator"
    return {key: {"accountId": found, "relationshipStatus": "Enabled"}} if found else {}


@operation("macie2", "DisassociateFromAdministratorAccount", "DisassociateFromMasterAccount")
def disassociate_from_administrator_account(call: Call) -> Answer:
    """An account of the organization cannot leave its administrator by itself.

    Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-relationships.html
    """
    sessions.require(call)
    if REGIONS.administrator_of(call.account_id, call.region):
        raise access_denied("An account of the organization cannot disassociate itself from its administrator.")
    raise not_found("The account is not a member.")


def take_in(found: MacieAdministration, account_id: str, region: str) -> None:
    """Make an account a member, Macie switched on; with automated discovery where new members get it."""
    session = sessions.switch_on(account_id, region)
    found.join(account_id)
    if found.discovery_for != "NONE":
        session.discovery = "ENABLED"


def _named(call: Call) -> str:
    return str(call.parameters["id"])


def _known(found: MacieAdministration, account_id: str) -> str:
    if account_id not in found.known:
        raise not_found("The account is not a member.")
    return account_id


def _arn(call: Call, account_id: str) -> str:
    return f"arn:aws:macie2:{call.region}:{call.account_id}:member/{account_id}"


def _described(call: Call, found: MacieAdministration, account_id: str) -> Answer:
    session = sessions.find(account_id, call.region)
    status = "Paused" if session and session.status == "PAUSED" else "Enabled"
    return {
        "accountId": account_id,
        "administratorAccountId": call.account_id,
        "masterAccountId": call.account_id,
        "arn": _arn(call, account_id),
        "relationshipStatus": status if account_id in found.members else "Removed",
        "tags": found.tags.get(account_id, {}),
        "updatedAt": found.since(account_id),
    }
