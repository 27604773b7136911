"""GuardDuty for a whole organization: the delegated administrator of a region, what it switches on for members, and that it really is on.

AWS takes up to 24 hours for what happens here at once. The management account is covered only once it has GuardDuty
itself: the administrator cannot bring it in before its service-linked role exists.
Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html
Source: https://docs.aws.amazon.com/guardduty/latest/ug/delegated-admin-designate.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.guardduty.models import Detector, guardduty_backends

from guardrails.sandbox.guardduty import detectors, membership
from guardrails.sandbox.guardduty.membership import FeatureSetting, RegionalAdministration, bad_request
from guardrails.sandbox.organizations import delegated_administrators, organization, placement, trusted_access
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PRINCIPAL: Final = "guardduty.amazonaws.com"
SETTINGS: Final = ("ALL", "NEW", "NONE")
MEMBERS_PER_PAGE: Final = 50


@operation("guardduty", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Designate the region's delegated administrator: it gets a detector there, the service trust, the account the delegation."""
    _require_management(call)
    account_id = str(call.parameters["AdminAccountId"])
    if organization.find_account(account_id) is None:
        raise bad_request("The request is rejected because the account is not part of the organization.")
    others = [each for each in membership.administrations().values() if each.administrator_id != account_id]
    if membership.administration(call.region) or others:
        message = (
            "The request is rejected because an account is already enabled as the GuardDuty delegated administrator."
        )
        raise bad_request(message)
    trusted_access.enable(PRINCIPAL)
    if account_id != MANAGEMENT_ACCOUNT_ID:
        delegated_administrators.check(account_id, PRINCIPAL)
        delegated_administrators.register(account_id, PRINCIPAL)
    membership.designate(call.region, account_id)
    _detector(account_id, call.region)
    return {}


@operation("guardduty", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator; members keep GuardDuty, on their own. The last region ends the delegation."""
    _require_management(call)
    found = membership.administration(call.region)
    if found is None or found.administrator_id != call.parameters["AdminAccountId"]:
        raise bad_request("The request is rejected because the account is not the GuardDuty delegated administrator.")
    membership.dismiss(call.region)
    if not membership.administrations():
        delegated_administrators.deregister(found.administrator_id, PRINCIPAL)
    return {}


@operation("guardduty", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """The region's delegated administrator, if there is one."""
    _require_management(call)
    found = membership.administration(call.region)
    return {"AdminAccounts": [{"AdminAccountId": found.administrator_id, "AdminStatus": "ENABLED"}] if found else []}


@operation("guardduty", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """What the administrator switches on automatically."""
    found = _administration(call)
    return {
        "AutoEnable": found.auto_enable != "NONE",
        "AutoEnableOrganizationMembers": found.auto_enable,
        "MemberAccountLimitReached": False,
        "Features": [
            _feature(name, found.features.get(name)) for name in (*detectors.ON_BY_DEFAULT, *detectors.OFF_BY_DEFAULT)
        ],
    }


@operation("guardduty", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say what is switched on automatically, for ALL, NEW or no accounts (NONE); and switch it on for those it reaches now.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateOrganizationConfiguration.html
    """
    found = _administration(call)
    features = call.parameters.get("Features", [])
    setting = _setting(call.parameters)
    detectors.check_features(features)
    settings = {str(feature["Name"]): _feature_setting(feature) for feature in features}
    found.auto_enable = setting
    found.features.update(settings)
    if setting == "ALL":
        for account_id in _everybody(found):
            _join(found, account_id, call.region)
    for account_id in found.members:
        _switch_on(found, _detector(account_id, call.region), ("ALL",))
    return {}


@operation("guardduty", "ListMembers")
def list_members(call: Call) -> Answer:
    """The administrator's members, fifty a page."""
    _own_detector(call)
    members = membership.members_of(call.account_id, call.region)
    return organization.page(call, "Members", [_member(call, each) for each in members], MEMBERS_PER_PAGE)


@operation("guardduty", "GetMembers")
def get_members(call: Call) -> Answer:
    """The members named; those that are none come back unprocessed."""
    _own_detector(call)
    members = membership.members_of(call.account_id, call.region)
    asked = list(call.parameters["AccountIds"])
    return {
        "Members": [_member(call, each) for each in asked if each in members],
        "UnprocessedAccounts": _unprocessed(each for each in asked if each not in members),
    }


@operation("guardduty", "CreateMembers")
def create_members(call: Call) -> Answer:
    """Take accounts of the organization in as members, whatever the automatic setting is; the organization's plans apply."""
    found = _administration(call)
    asked = [str(each["AccountId"]) for each in call.parameters["AccountDetails"]]
    taken = [each for each in asked if each != found.administrator_id and _may_join(each)]
    for account_id in taken:
        _join(found, account_id, call.region)
    return {"UnprocessedAccounts": _unprocessed(each for each in asked if each not in taken)}


@operation("guardduty", "DisassociateMembers", "DeleteMembers")
def disassociate_members(call: Call) -> Answer:
    """Let members go; refused while every account of the organization is to be one.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisassociateMembers.html
    """
    found = _administration(call)
    if found.auto_enable == "ALL":
        raise bad_request(
            "The request is rejected because auto-enable is set to ALL for the members of the organization."
        )
    asked = list(call.parameters["AccountIds"])
    gone = [each for each in asked if found.members.pop(each, None) is not None]
    return {"UnprocessedAccounts": _unprocessed(each for each in asked if each not in gone)}


@operation("guardduty", "GetAdministratorAccount", "GetMasterAccount")
def get_administrator_account(call: Call) -> Answer:
    """A member's administrator."""
    _own_detector(call)
    found = membership.administrator_of(call.account_id, call.region)
    key = "Master" if call.operation == "GetMasterAccount" else "Administrator"
    return {key: {"AccountId": found, "RelationshipStatus": "Enabled"}} if found else {}


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where the administrator takes new ones in; one that is gone is a member no more."""
    for region, found in membership.administrations().items():
        if new_parent_id is None:
            found.members.pop(account_id, None)
        elif old_parent_id is None and found.auto_enable != "NONE":
            _join(found, account_id, region)


def install() -> None:
    """React to accounts that come and go."""
    placement.on_account_placed(account_placed)


def _require_management(call: Call) -> None:
    if organization.backend().org is None or call.account_id != MANAGEMENT_ACCOUNT_ID:
        raise bad_request(
            "The request is rejected because the current account is not the management account of an organization."
        )


def _own_detector(call: Call) -> Detector:
    found = guardduty_backends[call.account_id][call.region].detectors.get(str(call.parameters["DetectorId"]))
    if found is None:
        raise bad_request(detectors.NOT_OWNED)
    return found


def _administration(call: Call) -> RegionalAdministration:
    _own_detector(call)
    found = membership.administration(call.region)
    if found is None or found.administrator_id != call.account_id:
        message = "The request is rejected because the current account is not the GuardDuty delegated administrator."
        raise bad_request(message)
    return found


def _setting(wanted: Mapping[str, Any]) -> str:
    given = {"AutoEnable", "AutoEnableOrganizationMembers"} & set(wanted)
    if len(given) != 1:
        raise bad_request(
            "The request is rejected because exactly one of autoEnable, autoEnableOrganizationMembers is required."
        )
    setting = str(wanted.get("AutoEnableOrganizationMembers") or ("NEW" if wanted["AutoEnable"] else "NONE"))
    return _checked(setting)


def _feature_setting(feature: Mapping[str, Any]) -> FeatureSetting:
    additional = {
        str(each["Name"]): _checked(str(each["AutoEnable"])) for each in feature.get("AdditionalConfiguration", [])
    }
    unknown = set(additional) - set(detectors.ADDITIONAL.get(str(feature["Name"]), ()))
    if unknown:
        raise bad_request("The request is rejected because the parameter additionalConfiguration has an invalid value.")
    return FeatureSetting(_checked(str(feature.get("AutoEnable", "NONE"))), additional)


def _checked(setting: str) -> str:
    if setting not in SETTINGS:
        raise bad_request("The request is rejected because an auto-enable parameter has an invalid value.")
    return setting


def _everybody(found: RegionalAdministration) -> Iterable[str]:
    accounts = [account.id for account in organization.backend().accounts if account.state == "ACTIVE"]
    return [each for each in accounts if each != found.administrator_id and _may_join(each)]


def _may_join(account_id: str) -> bool:
    if account_id == MANAGEMENT_ACCOUNT_ID:
        return any(store.detectors for store in guardduty_backends[account_id].values())
    return organization.is_active_member(account_id)


def _join(found: RegionalAdministration, account_id: str, region: str) -> None:
    """Make an account a member with a detector that runs; a detector made for it has the plans that new members get, no others."""
    fresh = not guardduty_backends[account_id][region].detectors
    detector = _detector(account_id, region)
    detector.enabled = True
    if fresh:
        detector.features = []
    if fresh or account_id not in found.members:
        _switch_on(found, detector, ("ALL", "NEW"))
    found.join(account_id)


def _switch_on(found: RegionalAdministration, detector: Detector, reached: tuple[str, ...]) -> None:
    for name, setting in found.features.items():
        additional = {each: True for each, value in setting.additional.items() if value in reached}
        if setting.auto_enable in reached:
            detectors.set_feature(detector, name, True, additional)


def _detector(account_id: str, region: str) -> Detector:
    existing = guardduty_backends[account_id][region].detectors
    return next(iter(existing.values()), None) or detectors.make_detector(account_id, region, True)


def _feature(name: str, setting: FeatureSetting | None) -> Mapping[str, Any]:
    found = setting or FeatureSetting("NONE")
    additional = [
        {"Name": each, "AutoEnable": found.additional.get(each, "NONE")} for each in detectors.ADDITIONAL.get(name, ())
    ]
    shown = {"Name": name, "AutoEnable": found.auto_enable}
    return {**shown, "AdditionalConfiguration": additional} if additional else shown


def _member(call: Call, account_id: str) -> Mapping[str, Any]:
    since = membership.members_of(call.account_id, call.region)[account_id].strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "AccountId": account_id,
        "DetectorId": _detector(account_id, call.region).id,
        "MasterId": call.account_id,
        "AdministratorId": call.account_id,
        "Email": organization.account(account_id).email,
        "RelationshipStatus": "Enabled",
        "InvitedAt": since,
        "UpdatedAt": since,
    }


def _unprocessed(account_ids: Iterable[str]) -> list[Mapping[str, str]]:
    reason = "The request is rejected because the given account ID is not an associated member of account the current account."
    return [{"AccountId": each, "Result": reason} for each in account_ids]
