"""Permission sets in accounts: where they are in use, whether they are up to date there, and bringing them up to date.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from moto.ssoadmin.models import PermissionSet, SSOAdminBackend

from guardrails.sandbox.identity_center import assignment_requests, permission_set_versions, reserved_roles
from guardrails.sandbox.identity_center.instances import (
    PAGING,
    changeable_permission_set,
    instance,
    invalid,
    permission_set,
)
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
    permission_set: PermissionSet
    account_id: str | None
    store: SSOAdminBackend
    requested: datetime
    status: str = "IN_PROGRESS"
    failure_reason: str = ""


_PROVISIONINGS: Final[dict[str, Provisioning]] = lifecycle.forgotten_on_reset({})


@operation("sso-admin", "ProvisionPermissionSet")
def provision_permission_set(call: Call) -> Answer:
    """Ask for one account, or every account where it is in use, to be brought up to date with a permission set."""
    found, account_id = changeable_permission_set(call), call.parameters.get("TargetId")
    if (call.parameters["TargetType"] == "AWS_ACCOUNT") != (account_id is not None):
        raise invalid("TargetId is required for AWS_ACCOUNT and not allowed for ALL_PROVISIONED_ACCOUNTS.")
    store = instance(call)
    if account_id is not None and account_id not in _accounts(store, found.permission_set_arn):
        raise Refusal("ResourceNotFoundException", f"The permission set is not in use in the account {account_id}.")
    _settle()
    made = Provisioning(str(uuid4()), found, account_id, store, datetime.now(UTC))
    _PROVISIONINGS[made.id] = made
    return {"PermissionSetProvisioningStatus": _shown(made)}


@operation("sso-admin", "DescribePermissionSetProvisioningStatus")
def describe_permission_set_provisioning_status(call: Call) -> Answer:
    """Look at such a request: the first look says IN_PROGRESS still, the next SUCCEEDED or FAILED."""
    instance(call)
    found = _PROVISIONINGS.get(call.parameters["ProvisionPermissionSetRequestId"])
    if found is None:
        raise Refusal("ResourceNotFoundException", "There is no such provisioning request.")
    return {"PermissionSetProvisioningStatus": _look(found)}


@operation("sso-admin", "ListPermissionSetProvisioningStatus")
def list_permission_set_provisioning_status(call: Call) -> Answer:
    """List such requests, of one status when it is named, a hundred a page.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListPermissionSetProvisioningStatus.html
    """
    store, status = instance(call), call.parameters.get("Filter", {}).get("Status")
    seen = [_look(each) for each in reversed(_PROVISIONINGS.values()) if each.store is store]
    shown = [
        {name: each[name] for name in ("Status", "RequestId", "CreatedDate")}
        for each in seen
        if status in (None, each["Status"])
    ]
    return PAGING.page(call, "PermissionSetsProvisioningStatus", shown, PAGE_SIZE)


@operation("sso-admin", "ListAccountsForProvisionedPermissionSet")
def list_accounts_for_provisioned_permission_set(call: Call) -> Answer:
    """List the accounts in which a permission set is in use (those up to date, or those behind), a hundred a page."""
    arn = permission_set(call).permission_set_arn
    _settle()
    found = [each for each in _accounts(instance(call), arn) if _wanted(call, arn, each)]
    return PAGING.page(call, "AccountIds", found, PAGE_SIZE)


@operation("sso-admin", "ListPermissionSetsProvisionedToAccount")
def list_permission_sets_provisioned_to_account(call: Call) -> Answer:
    """List the permission sets in use in an account (those up to date, or those behind), a hundred a page."""
    store, account_id = instance(call), str(call.parameters["AccountId"])
    assignment_requests.settle()
    _settle()
    assigned = dict.fromkeys(
        each.permission_set_arn for each in store.account_assignments if each.target_id == account_id
    )
    return PAGING.page(
        call, "PermissionSets", [each for each in assigned if _wanted(call, each, account_id)], PAGE_SIZE
    )


def _accounts(store: SSOAdminBackend, arn: str) -> Iterable[str]:
    assignment_requests.settle()
    return dict.fromkeys(each.target_id for each in store.account_assignments if each.permission_set_arn == arn)


def _look(request: Provisioning) -> Mapping[str, Any]:
    seen = _shown(request)
    _carry_out(request)
    return seen


def _settle() -> None:
    for request in _PROVISIONINGS.values():
        _carry_out(request)


def _carry_out(request: Provisioning) -> None:
    """Bring the accounts up to date; those that cannot be stay behind, and the request fails."""
    if request.status != "IN_PROGRESS":
        return
    request.status = "SUCCEEDED"
    in_use = _accounts(request.store, request.permission_set.permission_set_arn)
    for account_id in in_use if request.account_id is None else [request.account_id]:
        try:
            reserved_roles.provision(request.permission_set, account_id, request.store.region_name)
        except reserved_roles.CannotProvisionError as problem:
            request.status, request.failure_reason = "FAILED", str(problem)


def _wanted(call: Call, arn: str, account_id: str) -> bool:
    status = call.parameters.get("ProvisioningStatus")
    return status is None or permission_set_versions.is_latest(arn, account_id) == (status == UP_TO_DATE)


def _shown(found: Provisioning) -> Mapping[str, Any]:
    account = {"AccountId": found.account_id} if found.account_id else {}
    reason = {"FailureReason": found.failure_reason} if found.failure_reason else {}
    return {
        "Status": found.status,
        "RequestId": found.id,
        "PermissionSetArn": found.permission_set.permission_set_arn,
        "CreatedDate": found.requested,
        **account,
        **reason,
    }
