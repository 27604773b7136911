"""Requests to make assignments and to take them away, which are carried out after the call.

A request is carried out when it is first looked at: the answer to the request and the first look say IN_PROGRESS, the
next SUCCEEDED or FAILED. A list of assignments is a look as well.
Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_AccountAssignmentOperationStatus.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from moto.ssoadmin.models import AccountAssignment, SSOAdminBackend

from guardrails.sandbox.identity_center import instances, permission_set_versions, reserved_roles
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.refusals import Refusal

MAX_OUTSTANDING: Final = 10


@dataclass
class AssignmentRequest:
    """A request to make or take away an assignment, and how far it has come."""

    id: str
    deletion: bool
    assignment: AccountAssignment
    store: SSOAdminBackend
    requested: datetime
    status: str = "IN_PROGRESS"
    failure_reason: str = ""


_REQUESTS: Final[dict[str, AssignmentRequest]] = lifecycle.forgotten_on_reset({})


def ask(assignment: AccountAssignment, store: SSOAdminBackend, *, deletion: bool) -> AssignmentRequest:
    """Ask for an assignment to be made, or taken away: ten may be outstanding. To be refused lets time go by.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    Raises:
        Refusal: ThrottlingException, there are ten; ConflictException, the same is under way.
    """
    outstanding = [each for each in _REQUESTS.values() if each.status == "IN_PROGRESS"]
    if any(same(each.assignment, assignment) and each.deletion != deletion for each in outstanding):
        settle()
        raise Refusal("ConflictException", "There is a conflicting operation in process for this account assignment.")
    if len(outstanding) >= MAX_OUTSTANDING:
        settle()
        message = f"There are {MAX_OUTSTANDING} account assignment requests in progress. Try again later."
        raise Refusal("ThrottlingException", message)
    made = AssignmentRequest(str(uuid4()), deletion, assignment, store, datetime.now(UTC))
    _REQUESTS[made.id] = made
    return made


def of(store: SSOAdminBackend, *, deletion: bool) -> list[AssignmentRequest]:
    """The requests of one kind, the newest first."""
    found = [each for each in _REQUESTS.values() if each.store is store and each.deletion == deletion]
    return found[::-1]


def is_known(assignment: AccountAssignment, store: SSOAdminBackend) -> bool:
    """Whether the assignment exists, or is being made."""
    coming = [each.assignment for each in of(store, deletion=False) if each.status == "IN_PROGRESS"]
    return any(same(each, assignment) for each in (*store.account_assignments, *coming))


def look(request: AssignmentRequest) -> Mapping[str, Any]:
    """Show a request as it stands, and carry it out if that has not been done."""
    seen = shown(request)
    _carry_out(request)
    return seen


def settle() -> None:
    """Carry out what is under way."""
    for request in _REQUESTS.values():
        _carry_out(request)


def same(one: AccountAssignment, other: AccountAssignment) -> bool:
    """Whether two assignments let the same principal into the same account with the same permission set."""
    return summary(one) == summary(other)


def summary(assignment: AccountAssignment) -> Mapping[str, str]:
    """An assignment as lists show it."""
    return {
        "AccountId": assignment.target_id,
        "PermissionSetArn": assignment.permission_set_arn,
        "PrincipalType": assignment.principal_type,
        "PrincipalId": assignment.principal_id,
    }


def shown(request: AssignmentRequest) -> Mapping[str, Any]:
    """A request as AWS shows it."""
    assignment = request.assignment
    reason = {"FailureReason": request.failure_reason} if request.failure_reason else {}
    return {
        "Status": request.status,
        "RequestId": request.id,
        **reason,
        "TargetId": assignment.target_id,
        "TargetType": assignment.target_type,
        "PermissionSetArn": assignment.permission_set_arn,
        "PrincipalType": assignment.principal_type,
        "PrincipalId": assignment.principal_id,
        "CreatedDate": request.requested,
    }


def _carry_out(request: AssignmentRequest) -> None:
    if request.status != "IN_PROGRESS":
        return
    try:
        _take_away(request) if request.deletion else _make(request)
    except reserved_roles.CannotProvisionError as problem:
        request.status, request.failure_reason = "FAILED", str(problem)
    else:
        request.status = "SUCCEEDED"


def _make(request: AssignmentRequest) -> None:
    made, assignments = request.assignment, request.store.account_assignments
    if any(same(each, made) for each in assignments):
        return
    if not permission_set_versions.is_in(made.permission_set_arn, made.target_id):
        found = instances.find_permission_set(request.store, made.permission_set_arn)
        reserved_roles.provision(found, made.target_id, request.store.region_name)
    assignments.append(made)


def _take_away(request: AssignmentRequest) -> None:
    gone, assignments = request.assignment, request.store.account_assignments
    assignments[:] = [each for each in assignments if not same(each, gone)]
    left = (gone.permission_set_arn, gone.target_id)
    if all((each.permission_set_arn, each.target_id) != left for each in assignments):
        reserved_roles.remove(*left)
