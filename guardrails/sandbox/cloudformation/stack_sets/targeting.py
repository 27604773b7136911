"""Which accounts a stack set operation reaches: organizational units to any depth, account filters, never the management account.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation.stacks import invalid
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

MAXIMUM_UNITS: Final = 50


def accounts(targets: Mapping[str, Any], *, creating: bool) -> dict[str, str]:
    """The targeted member accounts, each with the target OU that it came with; suspended ones included, in the organization's order.

    Raises:
        Refusal: the targets are no valid combination, or name what does not exist.
    """
    if "AccountsUrl" in targets:
        raise invalid("The sandbox does not implement AccountsUrl.")
    unit_ids, named = list(targets.get("OrganizationalUnitIds", [])), list(targets.get("Accounts", []))
    how = _filter(unit_ids, named, targets.get("AccountFilterType"), creating=creating)
    for unit_id in unit_ids:
        if organization.find_unit(unit_id) is None:
            raise invalid(f"Organizational unit not found: {unit_id}")
    members = {
        account.id: account.parent_id
        for account in organization.backend().accounts
        if account.id != MANAGEMENT_ACCOUNT_ID
    }
    unknown = [account for account in named if account not in members and account != MANAGEMENT_ACCOUNT_ID]
    if unknown and how != "DIFFERENCE":
        raise invalid(f"Accounts {unknown} are not in the organization")
    found = {}
    for account, parent in members.items():
        unit_id = covering(parent, unit_ids)
        if _chosen(how, unit_id is not None, account in named):
            found[account] = unit_id or parent
    return found


def covering(unit_id: str | None, unit_ids: list[str]) -> str | None:
    """The nearest of the given OUs (or root) at or above an OU, or None."""
    while unit_id:
        if unit_id in unit_ids:
            return unit_id
        unit = organization.find_unit(unit_id)
        unit_id = unit.parent_id if unit else None
    return None


def is_suspended(account_id: str) -> bool:
    """Whether the organization still lists the account but it is closed."""
    account = organization.find_account(account_id)
    return account is not None and account.state != "ACTIVE"


def deploys_by_itself(targets: Mapping[str, Any]) -> bool:
    """Whether the OUs of these targets become auto-deployment targets: not when single accounts were picked out of them."""
    return bool(targets.get("OrganizationalUnitIds")) and targets.get("AccountFilterType") != "INTERSECTION"


def _filter(unit_ids: list[str], named: list[str], how: str | None, *, creating: bool) -> str:
    if not unit_ids and (creating or not named):
        raise invalid("OrganizationalUnitIds are required")
    if len(unit_ids) > MAXIMUM_UNITS:
        raise invalid(f"The maximum number of organizational units is {MAXIMUM_UNITS}")
    if named and how == "NONE":
        raise invalid("Accounts cannot be specified with the account filter type NONE")
    if not named and how in {"INTERSECTION", "DIFFERENCE"}:
        raise invalid(f"Accounts are required with the account filter type {how}")
    if creating and named and how in {None, "UNION"}:
        raise invalid(
            "AccountFilterType UNION is not supported for CreateStackInstances; specify INTERSECTION or DIFFERENCE"
        )
    return how or "UNION"


def _chosen(how: str, covered: bool, named: bool) -> bool:
    if how == "INTERSECTION":
        return covered and named
    if how == "DIFFERENCE":
        return covered and not named
    return covered or (how == "UNION" and named)
