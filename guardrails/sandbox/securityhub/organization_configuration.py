"""Security Hub for a whole organization: the delegated administrator of a region, and whether it configures locally or centrally.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/designate-orgs-admin-account.html
Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateOrganizationConfiguration.html
"""

from typing import Final

from guardrails.sandbox.organizations import organization, placement
from guardrails.sandbox.organizations.service_administration import can_administer, is_management
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.securityhub import administration, central_configuration, finding_aggregators, hubs, members
from guardrails.sandbox.securityhub.administration import REGIONS, SecurityHubAdministration
from guardrails.sandbox.securityhub.refusals import (
    PAGING,
    access_denied,
    conflict,
    invalid_access,
    invalid_input,
    not_found,
)
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

ADMINISTRATORS_PER_PAGE: Final = 10


@operation("securityhub", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Designate the region's administrator, where Security Hub comes on; the service is trusted, the account delegated.

    A management account must have enabled Security Hub itself.
    """
    _require_management(call)
    account_id = str(call.parameters["AdminAccountId"])
    if not can_administer(account_id):
        raise invalid_input(f"Account {account_id} is not an active one of an organization with all features.")
    found = REGIONS.of(call.region)
    if found and found.administrator_id == account_id:
        return {"AdminAccountId": account_id, "Feature": "SecurityHub"}
    if REGIONS.taken_by_another(account_id, call.region):
        raise conflict("An administrator account is already designated for the organization.")
    if account_id == MANAGEMENT_ACCOUNT_ID and hubs.find(account_id, call.region) is None:
        raise invalid_access(f"Account {account_id} is not subscribed to AWS Security Hub")
    designate(account_id, call.region)
    return {"AdminAccountId": account_id, "Feature": "SecurityHub"}


@operation("securityhub", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator; members keep Security Hub on their own. Refused under central configuration.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/remove-admin-overview.html
    """
    _require_management(call)
    found = REGIONS.of(call.region)
    if found is None or found.administrator_id != call.parameters["AdminAccountId"]:
        raise invalid_input(
            f"Account {call.parameters['AdminAccountId']} is not the administrator of the organization."
        )
    if administration.central():
        raise access_denied("The administrator cannot be removed while central configuration is in use.")
    REGIONS.dismiss(call.region)
    return {}


@operation("securityhub", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """The region's administrator, if there is one."""
    _require_management(call)
    found = REGIONS.of(call.region)
    shown = [{"AccountId": found.administrator_id, "Status": "ENABLED"}] if found else []
    return {**PAGING.page(call, "AdminAccounts", shown, ADMINISTRATORS_PER_PAGE), "Feature": "SecurityHub"}


@operation("securityhub", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """How the organization is configured. A look: central configuration that was starting has started."""
    found, central = administration.require_administrator(call), administration.central()
    configuration = {"ConfigurationType": "CENTRAL" if central else "LOCAL", "Status": "ENABLED"}
    if central and central.pending:
        configuration["Status"], central.pending = "PENDING", False
    return {
        "AutoEnable": found.auto_enable,
        "AutoEnableStandards": found.auto_enable_standards,
        "MemberAccountLimitReached": False,
        "OrganizationConfiguration": configuration,
    }


@operation("securityhub", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say what is switched on for new accounts of this region, or start or stop central configuration."""
    found, wanted = administration.require_administrator(call), call.parameters
    standards = str(wanted.get("AutoEnableStandards", found.auto_enable_standards))
    now = "CENTRAL" if administration.central() else "LOCAL"
    kind = str((wanted.get("OrganizationConfiguration") or {}).get("ConfigurationType", now))
    if standards not in ("NONE", "DEFAULT") or kind not in ("LOCAL", "CENTRAL"):
        raise invalid_input("Invalid parameter in the organization's configuration.")
    if kind == "CENTRAL":
        if wanted["AutoEnable"] or standards != "NONE":
            raise invalid_input("Auto Enable and AutoEnableStandards can not be enabled for Central Configuration")
        if now == "LOCAL":
            _start_central(call)
        return {}
    if now == "CENTRAL":
        _stop_central(call)
    found.auto_enable, found.auto_enable_standards = wanted["AutoEnable"], standards
    return {}


def designate(account_id: str, region: str) -> None:
    """Make an account a region's administrator, with a hub; not a member any more. Nothing is switched on in other accounts."""
    REGIONS.designate(account_id, region)
    if hubs.find(account_id, region) is None:
        hubs.switch_on(account_id, region).enable(hubs.DEFAULT_STANDARDS)


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where the administrator takes new ones in, and takes on the policy of its place."""
    if old_parent_id is None:
        for region, found in REGIONS.regions.items():
            if found.auto_enable:
                _take_in(found, account_id, region)
    central_configuration.account_placed(account_id, old_parent_id, new_parent_id)


def install() -> None:
    """React to accounts that come, move and go, and to Regions that are linked."""
    placement.on_account_placed(account_placed)
    finding_aggregators.on_linked(_regions_linked)


def _take_in(found: SecurityHubAdministration, account_id: str, region: str) -> None:
    standards = hubs.DEFAULT_STANDARDS if found.auto_enable_standards == "DEFAULT" else ()
    members.take_in(found, account_id, region, standards)


def _require_management(call: Call) -> None:
    if not is_management(call):
        raise access_denied("The request was rejected because the account is not an organization management account.")
    feature = str(call.parameters.get("Feature", "SecurityHub"))
    if feature != "SecurityHub":
        raise Refusal(
            "NotImplemented", f"The sandbox does not implement the feature {feature}, Security Hub CSPM only."
        )


def _start_central(call: Call) -> None:
    aggregator = finding_aggregators.find(call.account_id)
    if call.account_id == MANAGEMENT_ACCOUNT_ID:
        raise access_denied("Central configuration takes a delegated administrator other than the management account.")
    if aggregator is None:
        raise not_found("Central configuration takes a finding aggregator in the home Region.")
    if aggregator.home_region != call.region:
        raise invalid_access(f"Central configuration starts in the home Region {aggregator.home_region} only.")
    administration.start_central(call.account_id, call.region)
    _regions_linked(call.account_id)


def _stop_central(call: Call) -> None:
    central = administration.require_central(call)
    if central.policies or central.associations:
        raise conflict("Disassociate and delete the configuration policies before central configuration is stopped.")
    administration.stop_central()


def _regions_linked(account_id: str) -> None:
    """The administrator of central configuration administers every linked Region; accounts with a hub there are members."""
    central = administration.central()
    if central is None or central.administrator_id != account_id:
        return
    for region in finding_aggregators.regions(account_id):
        if REGIONS.administered_by(account_id, region) is None:
            designate(account_id, region)
        found = REGIONS.regions[region]
        found.auto_enable, found.auto_enable_standards = False, "NONE"
        for account in organization.accounts():
            if hubs.find(account, region) and account != account_id:
                found.join(account)
    central_configuration.reconfigure(central, central_configuration.effective(central))
