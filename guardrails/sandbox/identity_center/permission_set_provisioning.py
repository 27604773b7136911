"""Permission sets in accounts: where they are in use, whether they are up to date there, and bringing them up to date.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from guardrails.sandbox.identity_center import account_assignments, permission_set_versions
from guardrails.sandbox.identity_center.instances import instance, invalid, permission_set
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 100
UP_TO_DATE: Final = "LATEST_PERMISSION_SET_PROVISIONED"


@dataclass
class Provisioning:
    """A request to bring accounts up to date with a permission set, and how far it has come."""

    id: str
    permission_set_arn: str
    account_id: str | None
    requested: datetime
    status: str = "IN_PROGRESS"


_PROVISIONINGS: Final[dict[str, Provisioning]] = lifecycle.forgotten_on_reset({})


@operation("sso-admin", "ProvisionPermissionSet")
def provision_permission_set(call: Call) -> Answer:
    """Bring one account, or every account where it is in use, up to date with a permission set."""
    found, account_id = permission_set(call), call.parameters.get("TargetId")
    if (call.parameters["TargetType"] == "AWS_ACCOUNT") != (account_id is not None):
        raise invalid("TargetId is required for AWS_ACCOUNT and not allowed for ALL_PROVISIONED_ACCOUNTS.")
    in_use = _accounts(call, found.permission_set_arn)
    if account_id is not None and account_id not in in_use:
        raise Refusal("ResourceNotFoundException", f"The permission set is not in use in the account {account_id}.")
    for each in in_use if account_id is None else [account_id]:
        permission_set_versions.provision(found.permission_set_arn, each)
    made = Provisioning(str(uuid4()), found.permission_set_arn, account_id, datetime.now(UTC))
    _PROVISIONINGS[made.id] = made
    return {"PermissionSetProvisioningStatus": _shown(made)}


@operation("sso-admin", "DescribePermissionSetProvisioningStatus")
def describe_permission_set_provisioning_status(call: Call) -> Answer:
    """Look at such a request: the first look says IN_PROGRESS still, the next SUCCEEDED."""
    instance(call)
    found = _PROVISIONINGS.get(call.parameters["ProvisionPermissionSetRequestId"])
    if found is None:
        raise Refusal("ResourceNotFoundException", "There is no such provisioning request.")
    shown = _shown(found)
    found.status = "SUCCEEDED"
    return {"PermissionSetProvisioningStatus": shown}


@operation("sso-admin", "ListAccountsForProvisionedPermissionSet")
def list_accounts_for_provisioned_permission_set(call: Call) -> Answer:
    """List the accounts in which a permission set is in use (those up to date, or those behind), a hundred a page."""
    arn = permission_set(call).permission_set_arn
    found = [each for each in _accounts(call, arn) if _wanted(call, arn, each)]
    return organization.page(call, "AccountIds", found, PAGE_SIZE)


@operation("sso-admin", "ListPermissionSetsProvisionedToAccount")
def list_permission_sets_provisioned_to_account(call: Call) -> Answer:
    """List the permission sets in use in an account (those up to date, or those behind), a hundred a page."""
    store, account_id = instance(call), str(call.parameters["AccountId"])
    account_assignments.settle()
    assigned = dict.fromkeys(
        each.permission_set_arn for each in store.account_assignments if each.target_id == account_id
    )
    return organization.page(
        call, "PermissionSets", [each for each in assigned if _wanted(call, each, account_id)], PAGE_SIZE
    )


def _accounts(call: Call, arn: str) -> Iterable[str]:
    account_assignments.settle()
    return dict.fromkeys(
        each.target_id for each in instance(call).account_assignments if each.permission_set_arn == arn
    )


def _wanted(call: Call, arn: str, account_id: str) -> bool:
    status = call.parameters.get("ProvisioningStatus")
    return status is None or permission_set_versions.is_latest(arn, account_id) == (status == UP_TO_DATE)


def _shown(found: Provisioning) -> Mapping[str, Any]:
    account = {"AccountId": found.account_id} if found.account_id else {}
    return {
        "Status": found.status,
        "RequestId": found.id,
        "PermissionSetArn": found.permission_set_arn,
        "CreatedDate": found.requested,
        **account,
    }
