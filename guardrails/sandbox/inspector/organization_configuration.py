"""Inspector for a whole organization: the delegated administrator of a region, and the scans that new members get.

Source: https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html
"""

from typing import Final

from guardrails.sandbox.inspector import scans
from guardrails.sandbox.inspector.refusals import PAGING, access_denied, not_found, validation
from guardrails.sandbox.inspector.scans import REGIONS, TYPES
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.organizations.service_administration import can_administer, is_management
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

ADMINISTRATORS_PER_PAGE: Final = 5


@operation("inspector2", "EnableDelegatedAdminAccount")
def enable_delegated_admin_account(call: Call) -> Answer:
    """Designate the region's administrator: the service is trusted, the account delegated; it enables Inspector itself."""
    _require_management(call)
    account_id = str(call.parameters["delegatedAdminAccountId"])
    if not can_administer(account_id):
        raise validation("The account is not an active one of an organization with all features.")
    if REGIONS.taken_by_another(account_id, call.region):
        message = "A delegated administrator is already enabled for the organization."
        raise Refusal("ConflictException", message, status=409, resourceId=account_id, resourceType="Account")
    REGIONS.designate(account_id, call.region)
    return {"delegatedAdminAccountId": account_id}


@operation("inspector2", "DisableDelegatedAdminAccount")
def disable_delegated_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator; members keep their scans, on their own. The last region ends the delegation.

    Source: https://docs.aws.amazon.com/inspector/latest/user/remove-delegated-admin.html
    """
    _require_management(call)
    account_id = str(call.parameters["delegatedAdminAccountId"])
    if REGIONS.administered_by(account_id, call.region) is None:
        raise not_found("The account is not the delegated administrator of the organization.")
    REGIONS.dismiss(call.region)
    return {"delegatedAdminAccountId": account_id}


@operation("inspector2", "ListDelegatedAdminAccounts")
def list_delegated_admin_accounts(call: Call) -> Answer:
    """The region's administrator, if there is one."""
    _require_management(call)
    found = REGIONS.of(call.region)
    shown = [{"accountId": found.administrator_id, "status": "ENABLED"}] if found else []
    return PAGING.page(call, "delegatedAdminAccounts", shown, ADMINISTRATORS_PER_PAGE)


@operation("inspector2", "GetDelegatedAdminAccount")
def get_delegated_admin_account(call: Call) -> Answer:
    """A member's administrator, or an administrator's own account."""
    found = REGIONS.of(call.region)
    if found is None or call.account_id not in (found.administrator_id, *found.members):
        raise not_found("The account has no delegated administrator.")
    return {"delegatedAdmin": {"accountId": found.administrator_id, "relationshipStatus": "ENABLED"}}


@operation("inspector2", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """The scans that new members get."""
    found = scans.require_administrator(call)
    return {"autoEnable": found.auto_enable, "maxAccountLimitReached": False}


@operation("inspector2", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say which scans new members get; nothing changes for existing ones.

    Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateOrganizationConfiguration.html
    """
    found, wanted = scans.require_administrator(call), dict(call.parameters["autoEnable"])
    if wanted.pop("ami", None):
        raise not_implemented("inspector2", "UpdateOrganizationConfiguration of ami scans")
    unknown = set(wanted) - set(TYPES.values())
    if unknown:
        raise validation(f"The scan type {min(unknown)} is not valid.")
    found.auto_enable.update({name: bool(on) for name, on in wanted.items() if on is not None})
    return {"autoEnable": found.auto_enable}


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where new members get scans."""
    for region, found in REGIONS.regions.items():
        if old_parent_id is None and new_parent_id is not None and found.wanted:
            found.join(account_id)
            scans.switch(account_id, region, found.wanted, True)


def install() -> None:
    """React to accounts that come."""
    placement.on_account_placed(account_placed)


def _require_management(call: Call) -> None:
    if not is_management(call):
        raise access_denied("Invoking account is not the management account of an organization.")
