"""Who may enter which account with which permission set. Assignments are made and taken away asynchronously.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from moto.identitystore.models import IdentityStoreData, identitystore_backends
from moto.ssoadmin.models import AccountAssignment

from guardrails.sandbox.identity_center import assignment_requests
from guardrails.sandbox.identity_center.assignment_requests import AssignmentRequest
from guardrails.sandbox.identity_center.instances import PAGING, instance, invalid, permission_set
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 100


@operation("sso-admin", "CreateAccountAssignment")
def create_account_assignment(call: Call) -> Answer:
    """Ask for an assignment of an existing principal to an active account; asking for one that exists changes nothing."""
    made = _assignment(call)
    _check_principal(call, made)
    _check_target(call, made)
    asked = assignment_requests.ask(made, instance(call), deletion=False)
    return {"AccountAssignmentCreationStatus": assignment_requests.shown(asked)}


@operation("sso-admin", "DeleteAccountAssignment")
def delete_account_assignment(call: Call) -> Answer:
    """Ask for an assignment to be taken away.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteAccountAssignment.html
    """
    gone, store = _assignment(call), instance(call)
    _check_management(call, gone)
    if not assignment_requests.is_known(gone, store):
        raise Refusal("ResourceNotFoundException", "The account assignment does not exist.")
    asked = assignment_requests.ask(gone, store, deletion=True)
    return {"AccountAssignmentDeletionStatus": assignment_requests.shown(asked)}


@operation("sso-admin", "DescribeAccountAssignmentCreationStatus")
def describe_creation_status(call: Call) -> Answer:
    """Look at a request for an assignment."""
    found = _request(call, "AccountAssignmentCreationRequestId", deletion=False)
    return {"AccountAssignmentCreationStatus": assignment_requests.look(found)}


@operation("sso-admin", "DescribeAccountAssignmentDeletionStatus")
def describe_deletion_status(call: Call) -> Answer:
    """Look at a request to take an assignment away."""
    found = _request(call, "AccountAssignmentDeletionRequestId", deletion=True)
    return {"AccountAssignmentDeletionStatus": assignment_requests.look(found)}


@operation("sso-admin", "ListAccountAssignmentCreationStatus")
def list_creation_status(call: Call) -> Answer:
    """List the requests for assignments, of one status when it is named, a hundred a page.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentCreationStatus.html
    """
    return _requests(call, "AccountAssignmentsCreationStatus", deletion=False)


@operation("sso-admin", "ListAccountAssignmentDeletionStatus")
def list_deletion_status(call: Call) -> Answer:
    """List the requests to take assignments away, of one status when it is named, a hundred a page."""
    return _requests(call, "AccountAssignmentsDeletionStatus", deletion=True)


@operation("sso-admin", "ListAccountAssignments")
def list_account_assignments(call: Call) -> Answer:
    """List who is assigned a permission set in an account, a hundred a page."""
    found = permission_set(call)
    assignment_requests.settle()
    account_id = call.parameters["AccountId"]
    wanted = [
        each
        for each in instance(call).account_assignments
        if each.permission_set_arn == found.permission_set_arn and each.target_id == account_id
    ]
    return _page(call, wanted)


@operation("sso-admin", "ListAccountAssignmentsForPrincipal")
def list_account_assignments_for_principal(call: Call) -> Answer:
    """List what a principal is assigned, itself or through a group it is in, a hundred a page.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentsForPrincipal.html
    """
    store, wanted = instance(call), call.parameters
    assignment_requests.settle()
    account_id = wanted.get("Filter", {}).get("AccountId")
    principals = [(wanted["PrincipalType"], wanted["PrincipalId"])]
    if wanted["PrincipalType"] == "USER":
        memberships = _identities(call).group_memberships.values()
        principals += [("GROUP", each["GroupId"]) for each in memberships if _member(each) == wanted["PrincipalId"]]
    found = [
        each
        for each in store.account_assignments
        if (each.principal_type, each.principal_id) in principals and account_id in (None, each.target_id)
    ]
    return _page(call, found)


def _page(call: Call, found: Sequence[AccountAssignment]) -> Answer:
    shown = [assignment_requests.summary(each) for each in found]
    return PAGING.page(call, "AccountAssignments", shown, PAGE_SIZE)


def _member(membership: Mapping[str, Any]) -> str:
    return str(membership["MemberId"]["UserId"])


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


def _identities(call: Call) -> IdentityStoreData:
    store = instance(call)
    return identitystore_backends[store.account_id][store.region_name].identity_stores[
        store.instances[0].identity_store_id
    ]


def _check_principal(call: Call, made: AccountAssignment) -> None:
    data = _identities(call)
    known: Mapping[str, Any] = data.groups if made.principal_type == "GROUP" else data.users
    if made.principal_id not in known:
        raise Refusal("ResourceNotFoundException", f"{made.principal_type} not found: {made.principal_id}")


def _check_target(call: Call, made: AccountAssignment) -> None:
    if made.target_id != MANAGEMENT_ACCOUNT_ID and not organization.is_active_member(made.target_id):
        raise Refusal(
            "ResourceNotFoundException", f"The account {made.target_id} is not an active account of the organization."
        )
    _check_management(call, made)


def _check_management(call: Call, named: AccountAssignment) -> None:
    """Refuse what a delegated administrator asks about the management account.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    """
    if named.target_id == MANAGEMENT_ACCOUNT_ID != call.account_id:
        message = "Assignments in the management account are managed from the management account only."
        raise Refusal("AccessDeniedException", message)


def _request(call: Call, parameter: str, *, deletion: bool) -> AssignmentRequest:
    wanted = call.parameters[parameter]
    for each in assignment_requests.of(instance(call), deletion=deletion):
        if each.id == wanted:
            return each
    raise Refusal("ResourceNotFoundException", "There is no such account assignment request.")


def _requests(call: Call, key: str, *, deletion: bool) -> Answer:
    status = call.parameters.get("Filter", {}).get("Status")
    seen = [assignment_requests.look(each) for each in assignment_requests.of(instance(call), deletion=deletion)]
    shown = [
        {name: each[name] for name in ("Status", "RequestId", "CreatedDate")}
        for each in seen
        if status in (None, each["Status"])
    ]
    return PAGING.page(call, key, shown, PAGE_SIZE)
