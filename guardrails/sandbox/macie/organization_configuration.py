"""Macie for a whole organization: the delegated administrator of a region, and whether new accounts get Macie.

Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-notes.html
"""

from typing import Final

from guardrails.sandbox.macie import members, sessions
from guardrails.sandbox.macie.refusals import NOT_ENABLED, PAGING, access_denied, conflict, not_found, validation
from guardrails.sandbox.macie.sessions import REGIONS
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.organizations.service_administration import can_administer, is_management
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 25


@operation("macie2", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Designate the region's administrator, where Macie comes on; the service is trusted, the account delegated.

    A management account must have enabled Macie itself.
    """
    _require_management(call)
    account_id = str(call.parameters["adminAccountId"])
    if not can_administer(account_id):
        raise validation(
            "The request failed because the account is not an active one of an organization with all features."
        )
    if REGIONS.taken_by_another(account_id, call.region):
        raise conflict("The request failed because an account is already set as the Macie administrator.")
    if account_id == MANAGEMENT_ACCOUNT_ID and sessions.find(account_id, call.region) is None:
        raise access_denied(NOT_ENABLED)
    REGIONS.designate(account_id, call.region)
    sessions.switch_on(account_id, call.region)
    return {}


@operation("macie2", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator; members keep Macie on their own. The last region ends the delegation."""
    _require_management(call)
    if REGIONS.administered_by(str(call.parameters["adminAccountId"]), call.region) is None:
        raise not_found("The request failed because the account is not the delegated Macie administrator account.")
    REGIONS.dismiss(call.region)
    return {}


@operation("macie2", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """The region's administrator, if there is one."""
    _require_management(call)
    found = REGIONS.of(call.region)
    shown = [{"accountId": found.administrator_id, "status": "ENABLED"}] if found else []
    return PAGING.page(call, "adminAccounts", shown, PER_PAGE)


@operation("macie2", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Whether new accounts get Macie."""
    return {"autoEnable": sessions.require_administrator(call).auto_enable, "maxAccountLimitReached": False}


@operation("macie2", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say whether new accounts get Macie; nothing changes for existing ones."""
    sessions.require_administrator(call).auto_enable = bool(call.parameters["autoEnable"])
    return {}


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where new ones get Macie."""
    for region, found in REGIONS.regions.items():
        if old_parent_id is None and new_parent_id is not None and found.auto_enable:
            members.take_in(found, account_id, region)


def install() -> None:
    """React to accounts that come."""
    placement.on_account_placed(account_placed)


def _require_management(call: Call) -> None:
    if not is_management(call):
        raise access_denied("The request failed because the account is not the management account of an organization.")
