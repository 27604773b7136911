"""Which accounts a stack set operation reaches: organizational units to any depth, account filters, never the management account.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import template_urls
from guardrails.sandbox.cloudformation.stacks import invalid
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

MAXIMUM_UNITS: Final = 50
"""In one operation."""
MAXIMUM_FILE_BYTES: Final = 10_000_000
"""Of a list of accounts in S3 (10 MB)."""


def accounts(targets: Mapping[str, Any], caller_id: str, *, creating: bool) -> dict[str, str]:
    """The targeted member accounts, each with the target OU that it came with; suspended ones included, in the organization's order.

    Raises:
        Refusal: the targets are no valid combination, or name what does not exist.
    """
    unit_ids, named = list(targets.get("OrganizationalUnitIds", [])), _named(targets, caller_id)
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
    covered = {parent: covering(parent, unit_ids) for parent in set(members.values())}
    picked = frozenset(named)
    return {
        account: covered[parent] or parent
        for account, parent in members.items()
        if _chosen(how, covered[parent] is not None, account in picked)
    }


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


def _named(targets: Mapping[str, Any], caller_id: str) -> list[str]:
    """The accounts that targets name, or those in the file that they point to: separated by commas or lines."""
    url = targets.get("AccountsUrl")
    if url is None:
        return list(targets.get("Accounts", []))
    if targets.get("Accounts"):
        raise invalid("You can specify either Accounts or AccountsUrl, but not both")
    if not str(url).partition("?")[0].endswith((".csv", ".txt")):
        raise invalid("The file of AccountsUrl must be .csv or .txt")
    content = template_urls.read(str(url), caller_id, "AccountsUrl")
    if len(content) > MAXIMUM_FILE_BYTES:
        raise invalid(f"The file of AccountsUrl may not exceed {MAXIMUM_FILE_BYTES} bytes in size")
    return list(dict.fromkeys(content.decode().replace(",", " ").split()))


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
