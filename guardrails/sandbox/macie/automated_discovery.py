"""Automated sensitive data discovery: of an account, or the organization's, for ALL, NEW or no accounts by itself (NONE).

Source: https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
"""

from guardrails.sandbox.macie import sessions
from guardrails.sandbox.macie.refusals import access_denied, validation
from guardrails.sandbox.macie.sessions import REGIONS
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation


@operation("macie2", "GetAutomatedDiscoveryConfiguration")
def get_automated_discovery_configuration(call: Call) -> Answer:
    """Whether it is on; for an administrator, also for whom it comes on by itself."""
    session, found = sessions.require(call), REGIONS.administered_by(call.account_id, call.region)
    shown = {"status": session.discovery, "lastUpdatedAt": session.updated}
    return {**shown, "autoEnableOrganizationMembers": found.discovery_for} if found else shown


@operation("macie2", "UpdateAutomatedDiscoveryConfiguration")
def update_automated_discovery_configuration(call: Call) -> Answer:
    """Switch it on or off; the administrator's word holds for its members, and a member has none of its own."""
    session, found = sessions.require(call), REGIONS.administered_by(call.account_id, call.region)
    status, reach = str(call.parameters["status"]), call.parameters.get("autoEnableOrganizationMembers")
    if REGIONS.administrator_of(call.account_id, call.region):
        raise access_denied("Only the Macie administrator account can change automated discovery for the organization.")
    if status not in ("ENABLED", "DISABLED") or reach not in (None, "ALL", "NEW", "NONE"):
        raise validation("The request's status or autoEnableOrganizationMembers is not valid.")
    if reach and found is None:
        raise validation("autoEnableOrganizationMembers is for the Macie administrator account of an organization.")
    session.discovery = status
    if found:
        found.discovery_for = "NONE" if status == "DISABLED" else str(reach or "ALL")
        for account_id in found.members:
            member = sessions.find(account_id, call.region)
            if member and (status == "DISABLED" or found.discovery_for == "ALL"):
                member.discovery = status
    return {}
