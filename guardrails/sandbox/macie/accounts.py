"""Macie switched on, suspended and switched off by an account for itself, region by region.

Source: https://docs.aws.amazon.com/macie/latest/APIReference/macie.html
"""

from datetime import UTC, datetime
from typing import Final

from guardrails.sandbox.macie import sessions
from guardrails.sandbox.macie.refusals import conflict, validation
from guardrails.sandbox.macie.sessions import REGIONS
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

FREQUENCIES: Final = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")
STATUSES: Final = ("ENABLED", "PAUSED")


@operation("macie2", "EnableMacie")
def enable_macie(call: Call) -> Answer:
    """Switch Macie on; twice is a conflict."""
    if sessions.find(call.account_id, call.region):
        raise conflict("Macie has already been enabled")
    frequency, status = _checked(call, "FIFTEEN_MINUTES", "ENABLED")
    made = sessions.switch_on(call.account_id, call.region)
    made.frequency, made.status = frequency, status
    return {}


@operation("macie2", "GetMacieSession")
def get_macie_session(call: Call) -> Answer:
    """Show the account's Macie."""
    found = sessions.require(call)
    role = f"arn:aws:iam::{call.account_id}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    return {
        "createdAt": found.created,
        "updatedAt": found.updated,
        "findingPublishingFrequency": found.frequency,
        "serviceRole": role,
        "status": found.status,
    }


@operation("macie2", "UpdateMacieSession")
def update_macie_session(call: Call) -> Answer:
    """Suspend Macie or let it go on, or publish at another frequency; a member is suspended by its administrator."""
    found = sessions.require(call)
    if "status" in call.parameters and REGIONS.administrator_of(call.account_id, call.region):
        raise conflict("A member account cannot suspend Macie; its administrator can.")
    found.frequency, found.status = _checked(call, found.frequency, found.status)
    found.updated = datetime.now(UTC)
    return {}


@operation("macie2", "DisableMacie")
def disable_macie(call: Call) -> Answer:
    """Switch Macie off: not a member's, and not an administrator's that still has members.

    Source: https://docs.aws.amazon.com/macie/latest/user/disable-macie.html
    """
    sessions.require(call)
    if REGIONS.administrator_of(call.account_id, call.region):
        raise conflict("Cannot disable Macie while associated with an administrator account")
    if REGIONS.members_of(call.account_id, call.region):
        raise conflict("Cannot disable Macie while the account has member accounts")
    sessions.switch_off(call.account_id, call.region)
    return {}


def _checked(call: Call, frequency: str, status: str) -> tuple[str, str]:
    frequency = str(call.parameters.get("findingPublishingFrequency", frequency))
    status = str(call.parameters.get("status", status))
    if frequency not in FREQUENCIES or status not in STATUSES:
        raise validation("The request's frequency or status is not valid.")
    return frequency, status
