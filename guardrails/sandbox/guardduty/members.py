"""The members of GuardDuty's administrator in a region, accounts of the organization without invitations, and their detectors.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateMembers.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guardrails.sandbox.guardduty import detectors, enrolment, organization_policies, protection_plans
from guardrails.sandbox.guardduty.membership import REGIONS, RegionalAdministration
from guardrails.sandbox.guardduty.refusals import PAGING, bad_request, invalid_parameter
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 50
NOT_MEMBER: Final = "the given account ID is not an associated member of account the current account."
ALL: Final = "auto-enable is set to ALL for the members of the organization."


@operation("guardduty", "ListMembers")
def list_members(call: Call) -> Answer:
    """The administrator's members, fifty a page; with OnlyAssociated=false also those that were let go."""
    detectors.own(call)
    found, associated = REGIONS.administered_by(call.account_id, call.region), call.parameters.get("OnlyAssociated")
    if str(associated).lower() not in ("none", "true", "false"):
        raise invalid_parameter("onlyAssociated")
    shown: Iterable[str] = ()
    if found:
        shown = found.known if str(associated).lower() == "false" else found.members
    return PAGING.page(call, "Members", [_described(call, found, each) for each in shown if found], PER_PAGE)


@operation("guardduty", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members named, those that were let go too; others come back unprocessed."""
    detectors.own(call)
    found, asked = REGIONS.administered_by(call.account_id, call.region), _asked(call)
    known = found.known if found else {}
    return {
        "Members": [_described(call, found, each) for each in asked if found and each in known],
        "UnprocessedAccounts": _unprocessed(each for each in asked if each not in known),
    }


@operation("guardduty", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Take accounts of the organization in as members, whatever the automatic setting is; the organization's plans apply."""
    found = require_administrator(call)
    asked = [str(each["AccountId"]) for each in call.parameters["AccountDetails"]]
    taken = [each for each in asked if each != found.administrator_id and enrolment.may_join(each)]
    for account_id in taken:
        enrolment.join(found, account_id, call.region)
    return {"UnprocessedAccounts": _unprocessed(each for each in asked if each not in taken)}


@operation("guardduty", "DisassociateMembers")
def disassociate_members(call: Call) -> Answer:
    """Let members go, which keep GuardDuty on their own; refused while every account of the organization is to be one.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisassociateMembers.html
    """
    found = _unless_all(call)
    return {"UnprocessedAccounts": _unprocessed(each for each in _asked(call) if not found.let_go(each))}


@operation("guardduty", "DeleteMembers")
def delete_members(call: Call) -> Answer:
    """Forget members that were let go; refused while every account of the organization is to be one.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DeleteMembers.html
    """
    found = _unless_all(call)
    kept = [each for each in _asked(call) if found.removed.pop(each, None) is None]
    return {"UnprocessedAccounts": _unprocessed(kept)}


@operation("guardduty", "StartMonitoringMembers", "StopMonitoringMembers")
def monitor_members(call: Call) -> Answer:
    """Suspend members' detectors, or let them run again; suspending is refused while every account is to have GuardDuty.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_StopMonitoringMembers.html
    """
    start = call.operation == "StartMonitoringMembers"
    found = require_administrator(call) if start else _unless_all(call)
    for account_id in _asked(call):
        if account_id in found.members:
            enrolment.detector_of(account_id, call.region).enabled = start
    return {"UnprocessedAccounts": _unprocessed(each for each in _asked(call) if each not in found.members)}


@operation("guardduty", "GetMemberDetectors")
def get_member_detectors(call: Call) -> Answer:
    """The protection plans of members' detectors.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetMemberDetectors.html
    """
    found, asked = require_administrator(call), _asked(call)
    shown = []
    for account_id in (each for each in asked if each in found.members):
        detector = enrolment.detector_of(account_id, call.region)
        plans = [each for each in detectors.described(detector)["Features"] if each["Name"] in protection_plans.EVERY]
        shown.append(
            {"AccountId": account_id, "DataSources": detectors.data_sources(detector), "Features": plans},
        )
    return {
        "MemberDataSourceConfigurations": shown,
        "UnprocessedAccounts": _unprocessed(each for each in asked if each not in found.members),
    }


@operation("guardduty", "UpdateMemberDetectors")
def update_member_detectors(call: Call) -> Answer:
    """Switch protection plans of members on and off, as only the administrator can.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateMemberDetectors.html
    """
    found, asked = require_administrator(call), _asked(call)
    features = protection_plans.wanted(call.parameters, "Status")
    names = [str(feature["Name"]) for feature in features]
    for account_id in (each for each in asked if each in found.members):
        organization_policies.refuse_managed(account_id, call.region, names)
        detectors.switch(enrolment.detector_of(account_id, call.region), features)
    return {"UnprocessedAccounts": _unprocessed(each for each in asked if each not in found.members)}


@operation("guardduty", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """A member's administrator."""
    detectors.own(call)
    found = REGIONS.administrator_of(call.account_id, call.region)
    key = "Master" if call.operation == "GetMasterAccount" else "Administrator"
    return {key: {"AccountId": found, "RelationshipStatus": "Enabled"}} if found else {}


@operation("guardduty", "DisassociateFromAdministratorAccount", "DisassociateFromMasterAccount")
def disassociate_from_administrator_account(call: Call) -> Answer:
    """An account of the organization cannot leave its administrator by itself.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html
    """
    detectors.own(call)
    if REGIONS.administrator_of(call.account_id, call.region):
        raise bad_request("a member account managed with AWS Organizations cannot disassociate itself.")
    raise bad_request("the current account is not a member account.")


def require_administrator(call: Call) -> RegionalAdministration:
    """The administration of the region, whose administrator the caller is, by the detector that it names.

    Raises:
        Refusal: another account's detector, or an account that administers nothing here.
    """
    detectors.own(call)
    found = REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        raise bad_request("the current account is not the GuardDuty delegated administrator.")
    return found


def _unless_all(call: Call) -> RegionalAdministration:
    found = require_administrator(call)
    if found.auto_enable == "ALL":
        raise bad_request(ALL)
    return found


def _asked(call: Call) -> list[str]:
    return [str(each) for each in call.parameters["AccountIds"]]


def _described(call: Call, found: RegionalAdministration, account_id: str) -> Mapping[str, Any]:
    since = found.since(account_id).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    detector = enrolment.find_detector(account_id, call.region)
    return {
        "AccountId": account_id,
        **({"DetectorId": detector.id} if detector else {}),
        "MasterId": call.account_id,
        "AdministratorId": call.account_id,
        "Email": organization.account(account_id).email,
        "RelationshipStatus": "Enabled" if account_id in found.members else "Removed",
        "InvitedAt": since,
        "UpdatedAt": since,
    }


def _unprocessed(account_ids: Iterable[str]) -> list[Mapping[str, str]]:
    return [{"AccountId": each, "Result": f"The request is rejected because {NOT_MEMBER}"} for each in account_ids]
