"""Detective for a whole organization: a region's administrator with the organization's graph, and whether new accounts are its members.

Unlike its kin, dismissing Detective's administrator does not end the delegation in Organizations; ending the delegation
dismisses the administrator in every region.
Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_EnableOrganizationAdminAccount.html
"""

from guardrails.sandbox.detective import graphs
from guardrails.sandbox.detective.graphs import (
    PAGING,
    PER_PAGE,
    REGIONS,
    DetectiveAdministration,
    validation,
)
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.organizations.service_administration import can_administer, is_management
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("detective", "EnableOrganizationAdminAccount")
def enable_organization_admin_account(call: Call) -> Answer:
    """Designate the region's administrator, with the organization's graph; the service is trusted, the account delegated."""
    _require_management(call)
    account_id = str(call.parameters["AccountId"])
    if not can_administer(account_id):
        raise validation("The account is not an active one of an organization with all features.")
    if REGIONS.taken_by_another(account_id, call.region):
        raise validation("The organization already has a delegated administrator account.")
    REGIONS.designate(account_id, call.region)
    graphs.switch_on(account_id, call.region, {})
    return {}


@operation("detective", "DisableOrganizationAdminAccount")
def disable_organization_admin_account(call: Call) -> Answer:
    """Dismiss the region's administrator with the organization's graph; the delegation in Organizations stays.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_DisableOrganizationAdminAccount.html
    """
    _require_management(call)
    found = REGIONS.of(call.region)
    if found is None:
        raise validation("The organization has no administrator account in the Region.")
    REGIONS.dismiss(call.region, ends_delegation=False)
    return {}


@operation("detective", "ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call: Call) -> Answer:
    """The region's administrator with the organization's graph, if there is one."""
    _require_management(call)
    found = REGIONS.of(call.region)
    graph = graphs.find(found.administrator_id, call.region) if found else None
    shown = (
        [{"AccountId": found.administrator_id, "GraphArn": graph.arn, "DelegationTime": found.since}]
        if found and graph
        else []
    )
    return PAGING.page(call, "Administrators", shown, PER_PAGE)


@operation("detective", "DescribeOrganizationConfiguration")
def describe_organization_configuration(call: Call) -> Answer:
    """Whether new accounts are members of the organization's graph."""
    return {"AutoEnable": require_administrator(call).auto_enable}


@operation("detective", "UpdateOrganizationConfiguration")
def update_organization_configuration(call: Call) -> Answer:
    """Say whether new accounts are members; nothing changes for existing ones.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_UpdateOrganizationConfiguration.html
    """
    found = require_administrator(call)
    found.auto_enable = bool(call.parameters.get("AutoEnable", found.auto_enable))
    return {}


def require_administrator(call: Call) -> DetectiveAdministration:
    """The administration of the region, whose administrator the caller is, by the graph that it names.

    Raises:
        Refusal: ResourceNotFoundException, AccessDeniedException.
    """
    graphs.own(call)
    found = REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        message = "The account is not the organization's Detective administrator account."
        raise Refusal("AccessDeniedException", message, status=403, ErrorCode="UNAUTHORIZED_ACCESS_ATTEMPT")
    return found


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """A new account joins where new ones are members."""
    for found in REGIONS.regions.values():
        if old_parent_id is None and new_parent_id is not None and found.auto_enable:
            found.join(account_id)


def install() -> None:
    """React to accounts that come."""
    placement.on_account_placed(account_placed)


def _require_management(call: Call) -> None:
    if not is_management(call):
        message = "The account is not the management account of an organization."
        raise Refusal("AccessDeniedException", message, status=403, ErrorCode="UNAUTHORIZED_ACCESS_ATTEMPT")
