"""Who may enter which account with which permission set. Assignments are made and taken away asynchronously.

A request is carried out when it is first looked at: the answer to the request and the first look say IN_PROGRESS, the
next SUCCEEDED or FAILED. A list of assignments is a look as well.
Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from moto.identitystore.models import identitystore_backends
from moto.ssoadmin.models import AccountAssignment, SSOAdminBackend

from guardrails.sandbox.identity_center import permission_set_versions
from guardrails.sandbox.identity_center.instances import instance, invalid, permission_set
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 100


@dataclass
class AssignmentRequest:
    """A request to make or take away an assignment, and how far it has come."""

    id: str
    deletion: bool
    assignment: AccountAssignment
    store: SSOAdminBackend
    requested: datetime
    status: str = "IN_PROGRESS"


_REQUESTS: Final[dict[str, AssignmentRequest]] = lifecycle.forgotten_on_reset({})


@operation("sso-admin", "CreateAccountAssignment")
def create_account_assignment(call: Call) -> Answer:
    """Ask for an assignment of an existing principal to an active account; asking for one that exists changes nothing."""
    made = _assignment(call)
    _check_principal(call, made)
    _check_target(call, made)
    return {"AccountAssignmentCreationStatus": _shown(_requested(call, made, deletion=False))}


@operation("sso-admin", "DeleteAccountAssignment")
def delete_account_assignment(call: Call) -> Answer:
    """Ask for an assignment to be taken away.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteAccountAssignment.html
    """
    gone = _assignment(call)
    settle()
    if not any(_same(gone, each) for each in instance(call).account_assignments):
        raise Refusal("ResourceNotFoundException", "The account assignment does not exist.")
    return {"AccountAssignmentDeletionStatus": _shown(_requested(call, gone, deletion=True))}


@operation("sso-admin", "DescribeAccountAssignmentCreationStatus")
def describe_creation_status(call: Call) -> Answer:
    """Look at a request for an assignment."""
    return {
        "AccountAssignmentCreationStatus": _look(_request(call, "AccountAssignmentCreationRequestId", deletion=False))
    }


@operation("sso-admin", "DescribeAccountAssignmentDeletionStatus")
def describe_deletion_status(call: Call) -> Answer:
    """Look at a request to take an assignment away."""
    return {
        "AccountAssignmentDeletionStatus": _look(_request(call, "AccountAssignmentDeletionRequestId", deletion=True))
    }


@operation("sso-admin", "ListAccountAssignments")
def list_account_assignments(call: Call) -> Answer:
    """List who is assigned a permission set in an account, a hundred a page."""
    found = permission_set(call)
    settle()
    account_id = call.parameters["AccountId"]
    wanted = [
        each
        for each in instance(call).account_assignments
        if each.permission_set_arn == found.permission_set_arn and each.target_id == account_id
    ]
    return organization.page(call, "AccountAssignments", [_summary(each) for each in wanted], PAGE_SIZE)


@operation("sso-admin", "ListAccountAssignmentsForPrincipal")
def list_account_assignments_for_principal(call: Call) -> Answer:
    """List what a principal is assigned, a hundred a page."""
    store, wanted = instance(call), call.parameters
    settle()
    account_id = wanted.get("Filter", {}).get("AccountId")
    found = [
        each
        for each in store.account_assignments
        if (each.principal_type, each.principal_id) == (wanted["PrincipalType"], wanted["PrincipalId"])
        and account_id in (None, each.target_id)
    ]
    return organization.page(call, "AccountAssignments", [_summary(each) for each in found], PAGE_SIZE)


def _assignment(call: Call) -> AccountAssignment:
    wanted = call.parameters
    permission_set(call)
    if wanted["TargetType"] != "AWS_ACCOUNT" or wanted["PrincipalType"] not in ("USER", "GROUP"):
        raise invalid("TargetType is AWS_ACCOUNT, and PrincipalType USER or GROUP.")
    return AccountAssignment(
        wanted["InstanceArn"],
        wanted["TargetId"],
        wanted["TargetType"],
        wanted["PermissionSetArn"],
        wanted["PrincipalType"],
        wanted["PrincipalId"],
    )


def _check_principal(call: Call, made: AccountAssignment) -> None:
    store = instance(call)
    data = identitystore_backends[store.account_id][store.region_name].identity_stores[
        store.instances[0].identity_store_id
    ]
    known: Mapping[str, Any] = data.groups if made.principal_type == "GROUP" else data.users
    if made.principal_id not in known:
        raise Refusal("ResourceNotFoundException", f"{made.principal_type} not found: {made.principal_id}")


def _check_target(call: Call, made: AccountAssignment) -> None:
    if made.target_id != MANAGEMENT_ACCOUNT_ID and not organization.is_active_member(made.target_id):
        raise Refusal(
            "ResourceNotFoundException", f"The account {made.target_id} is not an active account of the organization."
        )
    if made.target_id == MANAGEMENT_ACCOUNT_ID != call.account_id:
        message = "Assignments in the management account are made from the management account only."
        raise Refusal("AccessDeniedException", message)


def _requested(call: Call, assignment: AccountAssignment, *, deletion: bool) -> AssignmentRequest:
    made = AssignmentRequest(str(uuid4()), deletion, assignment, instance(call), datetime.now(UTC))
    _REQUESTS[made.id] = made
    return made


def _request(call: Call, parameter: str, *, deletion: bool) -> AssignmentRequest:
    instance(call)
    found = _REQUESTS.get(call.parameters[parameter])
    if found is None or found.deletion != deletion:
        raise Refusal("ResourceNotFoundException", "There is no such account assignment request.")
    return found


def _look(request: AssignmentRequest) -> Mapping[str, Any]:
    shown = _shown(request)
    _carry_out(request)
    return shown


def settle() -> None:
    """Carry out what is under way."""
    for request in _REQUESTS.values():
        _carry_out(request)


def _carry_out(request: AssignmentRequest) -> None:
    if request.status != "IN_PROGRESS":
        return
    assignments = request.store.account_assignments
    existing = [each for each in assignments if _same(each, request.assignment)]
    if request.deletion:
        assignments[:] = [each for each in assignments if each not in existing]
    elif not existing:
        assignments.append(request.assignment)
        arn, account_id = request.assignment.permission_set_arn, request.assignment.target_id
        permission_set_versions.arrive(arn, account_id)
    request.status = "SUCCEEDED"


def _same(one: AccountAssignment, other: AccountAssignment) -> bool:
    return _summary(one) == _summary(other)


def _summary(assignment: AccountAssignment) -> Mapping[str, str]:
    return {
        "AccountId": assignment.target_id,
        "PermissionSetArn": assignment.permission_set_arn,
        "PrincipalType": assignment.principal_type,
        "PrincipalId": assignment.principal_id,
    }


def _shown(request: AssignmentRequest) -> Mapping[str, Any]:
    assignment = request.assignment
    return {
        "Status": request.status,
        "RequestId": request.id,
        "TargetId": assignment.target_id,
        "TargetType": assignment.target_type,
        "PermissionSetArn": assignment.permission_set_arn,
        "PrincipalType": assignment.principal_type,
        "PrincipalId": assignment.principal_id,
        "CreatedDate": request.requested,
    }
