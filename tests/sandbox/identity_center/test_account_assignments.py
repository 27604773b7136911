"""Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def assigned(sandbox: Embedded, assignment: dict[str, Any]) -> list[str]:
    listed = sandbox.client("sso-admin").list_account_assignments(
        InstanceArn=assignment["InstanceArn"],
        AccountId=assignment["TargetId"],
        PermissionSetArn=assignment["PermissionSetArn"],
    )
    return [each["PrincipalId"] for each in listed["AccountAssignments"]]


def test_an_assignment_comes_after_a_while(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """The answer and the first look say IN_PROGRESS, the next SUCCEEDED; making it again leaves one."""
    sso = sandbox.client("sso-admin")
    for _ in range(2):
        status = sso.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]
        states = [status["Status"]]
        for _ in range(2):
            look = sso.describe_account_assignment_creation_status(
                InstanceArn=assignment["InstanceArn"], AccountAssignmentCreationRequestId=status["RequestId"]
            )
            states.append(look["AccountAssignmentCreationStatus"]["Status"])
        assert states == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]
    assert assigned(sandbox, assignment) == [assignment["PrincipalId"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"PrincipalId": "11111111-2222-3333-4444-555555555555"}, "ResourceNotFoundException"),
        ({"TargetId": "999999999999"}, "ResourceNotFoundException"),
        ({"PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-0/ps-0000000000000000"}, "ResourceNotFoundException"),
        ({"PrincipalType": "ROLE"}, "ValidationException"),
    ],
)
def test_nobody_gets_nothing_nowhere(
    sandbox: Embedded, assignment: dict[str, Any], refused: Refused, changed: dict[str, str], code: str
) -> None:
    """A principal, an account and a permission set that do not exist are refused."""
    arguments = {**assignment, **changed}
    arguments["PermissionSetArn"] = arguments["PermissionSetArn"].replace("ssoins-0/", "ssoins-0000000000000000/")
    assert refused(sandbox.client("sso-admin").create_account_assignment, **arguments) == code


def test_an_assignment_is_taken_away(sandbox: Embedded, assignment: dict[str, Any], refused: Refused) -> None:
    """Deletion is followed to its end; a permission set in use stays until then; deleting twice is refused.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteAccountAssignment.html
    """
    sso = sandbox.client("sso-admin")
    sso.create_account_assignment(**assignment)
    assert assigned(sandbox, assignment)
    named = {"InstanceArn": assignment["InstanceArn"], "PermissionSetArn": assignment["PermissionSetArn"]}
    assert refused(sso.delete_permission_set, **named) == "ConflictException"
    request = sso.delete_account_assignment(**assignment)["AccountAssignmentDeletionStatus"]["RequestId"]
    for expected in ("IN_PROGRESS", "SUCCEEDED"):
        look = sso.describe_account_assignment_deletion_status(
            InstanceArn=assignment["InstanceArn"], AccountAssignmentDeletionRequestId=request
        )
        assert look["AccountAssignmentDeletionStatus"]["Status"] == expected
    assert assigned(sandbox, assignment) == []
    assert refused(sso.delete_account_assignment, **assignment) == "ResourceNotFoundException"
    sso.delete_permission_set(**named)


def test_assignments_are_found_by_principal(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """ListAccountAssignmentsForPrincipal names the account.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentsForPrincipal.html
    """
    sso = sandbox.client("sso-admin")
    sso.create_account_assignment(**assignment)
    listed = sso.list_account_assignments_for_principal(
        InstanceArn=assignment["InstanceArn"], PrincipalId=assignment["PrincipalId"], PrincipalType="GROUP"
    )
    assert [each["AccountId"] for each in listed["AccountAssignments"]] == [assignment["TargetId"]]


def test_ten_requests_may_be_outstanding(sandbox: Embedded, assignment: dict[str, Any], refused: Refused) -> None:
    """The eleventh request is throttled while ten are in progress; once time has gone by, it is accepted.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    """
    sso, store = sandbox.client("sso-admin"), sandbox.client("identitystore")
    store_id = sso.list_instances()["Instances"][0]["IdentityStoreId"]
    groups = [
        store.create_group(IdentityStoreId=store_id, DisplayName=f"Group {number}")["GroupId"] for number in range(11)
    ]
    for group in groups[:10]:
        sso.create_account_assignment(**{**assignment, "PrincipalId": group})
    last = {**assignment, "PrincipalId": groups[10]}
    assert refused(sso.create_account_assignment, **last) == "ThrottlingException"
    sso.create_account_assignment(**last)
    assert sorted(assigned(sandbox, assignment)) == sorted(groups)


def test_opposite_requests_conflict(sandbox: Embedded, assignment: dict[str, Any], refused: Refused) -> None:
    """An assignment that is still being made cannot be taken away: ConflictException."""
    sso = sandbox.client("sso-admin")
    sso.create_account_assignment(**assignment)
    assert refused(sso.delete_account_assignment, **assignment) == "ConflictException"


def test_requests_are_listed(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """The requests of an instance are listed with their states, and by state.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentCreationStatus.html
    """
    sso, arn = sandbox.client("sso-admin"), {"InstanceArn": assignment["InstanceArn"]}
    made = sso.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]["RequestId"]
    for expected in ("IN_PROGRESS", "SUCCEEDED"):
        (found,) = sso.list_account_assignment_creation_status(**arn)["AccountAssignmentsCreationStatus"]
        assert (found["RequestId"], found["Status"]) == (made, expected)
    failed = sso.list_account_assignment_creation_status(**arn, Filter={"Status": "FAILED"})
    assert failed["AccountAssignmentsCreationStatus"] == []
    assert sso.list_account_assignment_deletion_status(**arn)["AccountAssignmentsDeletionStatus"] == []


def test_the_management_account_is_not_delegated(
    sandbox: Embedded, assignment: dict[str, Any], new_account: Callable[..., str], refused: Refused
) -> None:
    """A delegated administrator assigns in members only, and changes no permission set in use in the management account.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    """
    organizations, account = sandbox.client("organizations"), new_account("identity")
    organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal="sso.amazonaws.com")
    delegated = sandbox.client("sso-admin", account=account)
    delegated.create_account_assignment(**assignment)
    named = {"InstanceArn": assignment["InstanceArn"], "PermissionSetArn": assignment["PermissionSetArn"]}
    delegated.update_permission_set(**named, SessionDuration="PT2H")
    there = {**assignment, "TargetId": sandbox.running.account_id}
    assert refused(delegated.create_account_assignment, **there) == "AccessDeniedException"
    sandbox.client("sso-admin").create_account_assignment(**there)
    assert assigned(sandbox, there) == [assignment["PrincipalId"]]
    assert refused(delegated.delete_account_assignment, **there) == "AccessDeniedException"
    assert refused(delegated.update_permission_set, **named, SessionDuration="PT4H") == "AccessDeniedException"
    assert refused(delegated.delete_inline_policy_from_permission_set, **named) == "AccessDeniedException"


def test_a_user_has_what_its_groups_have(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """ListAccountAssignmentsForPrincipal shows for a user what a group it is in is assigned.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentsForPrincipal.html
    """
    sso, store = sandbox.client("sso-admin"), sandbox.client("identitystore")
    store_id = {"IdentityStoreId": sso.list_instances()["Instances"][0]["IdentityStoreId"]}
    name = {"GivenName": "Ada", "FamilyName": "Byron"}
    user = store.create_user(**store_id, UserName="ada", DisplayName="Ada", Name=name)["UserId"]
    store.create_group_membership(**store_id, GroupId=assignment["PrincipalId"], MemberId={"UserId": user})
    sso.create_account_assignment(**assignment)
    listed = sso.list_account_assignments_for_principal(
        InstanceArn=assignment["InstanceArn"], PrincipalId=user, PrincipalType="USER"
    )
    (found,) = listed["AccountAssignments"]
    assert (found["PrincipalType"], found["PrincipalId"]) == ("GROUP", assignment["PrincipalId"])
