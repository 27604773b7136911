"""GuardDuty for a whole organization: the delegated administrator of a region, what it switches on for members, and that it really is on.

AWS takes up to 24 hours for what happens here at once.
Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html
Source: https://docs.aws.amazon.com/guardduty/latest/ug/delegated-admin-designate.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.guardduty import enrolment, members, organization_policies, protection_plans
from guardrails.sandbox.guardduty.membership import REGIONS, FeatureSetting
from guardrails.sandbox.guardduty.protection_plans import ADDITIONAL, EVERY
from guardrails.sandbox.guardduty.refusals import PAGING, bad_request
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.organizations.service_administration import can_administer, is_management
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

SETTINGS: Final = ("ALL", "NEW", "NONE")
PER_PAGE: Final = 50


@operation("guardduty", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Designate the region's delegated administrator: it gets a detector there, the service trust, the account the delegation."""
    _require_management(call)
    account_id = str(call.parameters["AdminAccountId"])
    if not can_administer(account_id):
        raise bad_request("the account is not an active one of an organization with all features.")
    if REGIONS.taken_by_another(account_id, call.region):
        raise bad_request("an account is already enabled as the GuardDuty delegated administrator.")
    REGIONS.designate(account_id, call.region)
    enrolment.detector_of(account_id, call.region)
    return {}


@operation("guardduty", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator; members keep GuardDuty, on their own. The last region ends the delegation."""
    _require_management(call)
    found = REGIONS.of(call.region)
    if found is None or found.administrator_id != call.parameters["AdminAccountId"]:
        raise bad_request("the account is not the GuardDuty delegated administrator.")
    REGIONS.dismiss(call.region)
    return {}


@operation("guardduty", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """The region's delegated administrator, if there is one."""
    _require_management(call)
    found = REGIONS.of(call.region)
    shown = [{"AdminAccountId": found.administrator_id, "AdminStatus": "ENABLED"}] if found else []
    return PAGING.page(call, "AdminAccounts", shown, PER_PAGE)


@operation("guardduty", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """What the administrator switches on automatically, paged by protection plan."""
    found = members.require_administrator(call)
    sources = {
        name: {"AutoEnable": name in found.features and found.features[name].auto_enable != "NONE"}
        for name in protection_plans.DATA_SOURCES
    }
    return {
        **PAGING.page(call, "Features", [_feature(name, found.features.get(name)) for name in EVERY], PER_PAGE),
        "AutoEnable": found.auto_enable != "NONE",
        "AutoEnableOrganizationMembers": found.auto_enable,
        "MemberAccountLimitReached": False,
        "DataSources": protection_plans.as_data_sources(sources),
    }


@operation("guardduty", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say what is switched on automatically, for ALL, NEW or no accounts (NONE); and switch it on for those it reaches now.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateOrganizationConfiguration.html
    """
    found = members.require_administrator(call)
    setting = _setting(call.parameters)
    features = protection_plans.wanted(call.parameters, "AutoEnable")
    found.auto_enable = setting
    found.features.update({str(feature["Name"]): _feature_setting(feature) for feature in features})
    if organization_policies.decide():
        return {}
    if setting == "ALL":
        for account_id in enrolment.everybody(found):
            enrolment.join(found, account_id, call.region)
    for account_id in found.members:
        enrolment.switch_on(found, enrolment.detector_of(account_id, call.region), ("ALL",))
    return {}


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where the administrator takes new ones in."""
    for region, found in REGIONS.regions.items():
        if organization_policies.decide():
            return
        if old_parent_id is None and new_parent_id is not None and found.auto_enable != "NONE":
            enrolment.join(found, account_id, region)


def install() -> None:
    """React to accounts that come."""
    placement.on_account_placed(account_placed)


def _require_management(call: Call) -> None:
    if not is_management(call):
        raise bad_request("the current account is not the management account of an organization.")


def _setting(wanted: Mapping[str, Any]) -> str:
    given = {"AutoEnable", "AutoEnableOrganizationMembers"} & set(wanted)
    if len(given) != 1:
        raise bad_request("exactly one of autoEnable, autoEnableOrganizationMembers is required.")
    setting = str(wanted.get("AutoEnableOrganizationMembers") or ("NEW" if wanted["AutoEnable"] else "NONE"))
    if setting not in SETTINGS:
        raise bad_request("an auto-enable parameter has an invalid value.")
    return setting


def _feature_setting(feature: Mapping[str, Any]) -> FeatureSetting:
    additional = {str(each["Name"]): str(each["AutoEnable"]) for each in feature.get("AdditionalConfiguration") or []}
    return FeatureSetting(str(feature["AutoEnable"]), additional)


def _feature(name: str, setting: FeatureSetting | None) -> Mapping[str, Any]:
    found = setting or FeatureSetting("NONE")
    additional = [{"Name": each, "AutoEnable": found.additional.get(each, "NONE")} for each in ADDITIONAL.get(name, ())]
    shown = {"Name": name, "AutoEnable": found.auto_enable}
    return {**shown, "AdditionalConfiguration": additional} if additional else shown
