"""Scans switched on and off: by an account for itself, by the delegated administrator for its members. Both take their time.

Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_Enable.html
"""

from collections.abc import Sequence
from typing import Any

from guardrails.sandbox.inspector import scans
from guardrails.sandbox.inspector.refusals import validation
from guardrails.sandbox.inspector.scans import REGIONS, TYPES
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

NO_ACCESS = "Invoking account does not have access to this account"


@operation("inspector2", "Enable")
def enable(call: Call) -> Answer:
    """Switch types of scan on in the accounts named, or in one's own; accounts out of reach fail one by one."""
    types = _types(call.parameters["resourceTypes"])
    reached, failed = _reached(call)
    for account_id in reached:
        scans.switch(account_id, call.region, types, True)
    return {"accounts": [scans.account(each, call.region) for each in reached], "failedAccounts": failed}


@operation("inspector2", "Disable")
def disable(call: Call) -> Answer:
    """Switch types of scan off, every type when none is named; an administrator with members cannot switch Inspector off.

    Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_Disable.html
    """
    types = _types(call.parameters.get("resourceTypes") or list(TYPES))
    reached, failed = _reached(call)
    for account_id in list(reached):
        problem = _why_not_off(call, account_id, types)
        if problem:
            reached.remove(account_id)
            failed.append(_failed(account_id, *problem))
            continue
        scans.switch(account_id, call.region, types, False)
    return {"accounts": [scans.account(each, call.region) for each in reached], "failedAccounts": failed}


@operation("inspector2", "BatchGetAccountStatus")
def batch_get_account_status(call: Call) -> Answer:
    """Which scans are on in the accounts named, or in one's own. A look: what was on its way has arrived.

    Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html
    """
    reached, failed = _reached(call)
    shown = [_state(each, call.region) for each in reached]
    for account_id in reached:
        scans.seen(account_id, call.region)
    return {"accounts": shown, "failedAccounts": failed}


def _types(named: Sequence[Any]) -> list[str]:
    unknown = [str(each) for each in named if each not in TYPES]
    if unknown:
        raise validation(f"The resource type {unknown[0]} is not valid.")
    return [str(each) for each in named]


def _reached(call: Call) -> tuple[list[str], list[Answer]]:
    """The accounts that a request names and the caller reaches, and the failures of the others."""
    asked = list(call.parameters.get("accountIds") or [call.account_id])
    members = REGIONS.members_of(call.account_id, call.region)
    reached = [each for each in asked if each == call.account_id or each in members]
    return reached, [_failed(each, "ACCESS_DENIED", NO_ACCESS) for each in asked if each not in reached]


def _why_not_off(call: Call, account_id: str, types: Sequence[str]) -> tuple[str, str] | None:
    if account_id == call.account_id and REGIONS.administrator_of(account_id, call.region):
        return "ACCESS_DENIED", "A member account cannot disable scans; its administrator can."
    on = {name for name, shown in TYPES.items() if scans.statuses(account_id, call.region)[shown].startswith("ENABL")}
    if REGIONS.members_of(account_id, call.region) and on <= set(types):
        return "DISASSOCIATE_ALL_MEMBERS", "Disassociate all members before Inspector is disabled."
    return None


def _state(account_id: str, region: str) -> Answer:
    found = scans.statuses(account_id, region)
    state = {"errorCode": "", "errorMessage": ""}
    return {
        "accountId": account_id,
        "state": {"status": scans.overall(found), **state},
        "resourceState": {name: {"status": each, **state} for name, each in found.items()},
    }


def _failed(account_id: str, code: str, message: str) -> Answer:
    return {"accountId": account_id, "errorCode": code, "errorMessage": message}
