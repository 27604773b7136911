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
    """Deletion is followed to its end; a permission set in use stays until then; deleting twice is refused."""
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
    """ListAccountAssignmentsForPrincipal names the account."""
    sso = sandbox.client("sso-admin")
    sso.create_account_assignment(**assignment)
    listed = sso.list_account_assignments_for_principal(
        InstanceArn=assignment["InstanceArn"], PrincipalId=assignment["PrincipalId"], PrincipalType="GROUP"
    )
    assert [each["AccountId"] for each in listed["AccountAssignments"]] == [assignment["TargetId"]]
