"""Automated sensitive data discovery: of an account, or the organization's, for ALL, NEW or no accounts by itself (NONE).

Source: https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
"""

from typing import Final

from guardrails.sandbox.macie import sessions
from guardrails.sandbox.macie.refusals import PAGING, access_denied, conflict, validation
from guardrails.sandbox.macie.sessions import REGIONS
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 25
STATUSES: Final = ("ENABLED", "DISABLED")


@operation("macie2", "GetAutomatedDiscoveryConfiguration")
def get_automated_discovery_configuration(call: Call) -> Answer:
    """Whether it is on; for an administrator, also for whom it comes on by itself."""
    session, found = sessions.require(call), REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        return {"status": session.discovery, "lastUpdatedAt": session.updated}
    reach = {"autoEnableOrganizationMembers": found.discovery_for}
    return {"status": found.discovery, "lastUpdatedAt": session.updated, **reach}


@operation("macie2", "UpdateAutomatedDiscoveryConfiguration")
def update_automated_discovery_configuration(call: Call) -> Answer:
    """Switch it on or off; the administrator's word holds for its members, and a member has none of its own."""
    session, found = sessions.require(call), REGIONS.administered_by(call.account_id, call.region)
    status, reach = str(call.parameters["status"]), call.parameters.get("autoEnableOrganizationMembers")
    if REGIONS.administrator_of(call.account_id, call.region):
        raise access_denied("Only the Macie administrator account can change automated discovery for the organization.")
    if status not in STATUSES or reach not in (None, "ALL", "NEW", "NONE"):
        raise validation("The request's status or autoEnableOrganizationMembers is not valid.")
    if reach and found is None:
        raise validation("autoEnableOrganizationMembers is for the Macie administrator account of an organization.")
    session.discovery = status
    if found:
        found.discovery = status
        found.discovery_for = "NONE" if status == "DISABLED" else str(reach or "ALL")
        for account_id in found.members:
            member = sessions.find(account_id, call.region)
            if member and (status == "DISABLED" or found.discovery_for == "ALL"):
                member.discovery = status
    return {}


@operation("macie2", "ListAutomatedDiscoveryAccounts")
def list_automated_discovery_accounts(call: Call) -> Answer:
    """Whether it is on in the administrator's account and in each member's, or in those named; twenty-five a page.

    Source: https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-accounts.html
    """
    accounts, asked = _accounts(call), call.parameters.get("accountIds") or []
    shown = [
        {"accountId": account_id, "status": session.discovery}
        for account_id, session in accounts.items()
        if not asked or account_id in asked
    ]
    return PAGING.page(call, "items", shown, PER_PAGE)


@operation("macie2", "BatchUpdateAutomatedDiscoveryAccounts")
def batch_update_automated_discovery_accounts(call: Call) -> Answer:
    """Switch it on or off in single accounts; those out of reach, or in which Macie is suspended, fail one by one."""
    accounts, errors = _accounts(call), []
    if sessions.require_administrator(call).discovery == "DISABLED":
        raise conflict("Automated sensitive data discovery is not enabled.")
    for each in call.parameters.get("accounts") or []:
        account_id, status = str(each["accountId"]), str(each["status"])
        if status not in STATUSES:
            raise validation("The request's status is not valid.")
        session = accounts.get(account_id)
        if session is None or session.status == "PAUSED":
            code = "ACCOUNT_PAUSED" if session else "ACCOUNT_NOT_FOUND"
            errors.append({"accountId": account_id, "errorCode": code})
        else:
            session.discovery = status
    return {"errors": errors}


def _accounts(call: Call) -> dict[str, sessions.Session]:
    """The administrator's account and its members, each with its Macie."""
    found = sessions.require_administrator(call)
    known = {each: sessions.find(each, call.region) for each in (call.account_id, *found.members)}
    return {account_id: session for account_id, session in known.items() if session}
