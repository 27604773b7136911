"""Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def test_a_role_of_a_service_stays_as_it_is(sandbox: Embedded, assignment: dict[str, Any], refused: Refused) -> None:
    """Nobody in the account can change or delete a role of Identity Center: UnmodifiableEntity."""
    sso, iam = sandbox.client("sso-admin"), sandbox.client("iam", account=assignment["TargetId"])
    sso.create_account_assignment(**assignment)
    sso.list_account_assignments_for_principal(
        InstanceArn=assignment["InstanceArn"], PrincipalId=assignment["PrincipalId"], PrincipalType="GROUP"
    )
    (name,) = (r["RoleName"] for r in iam.list_roles()["Roles"] if r["Path"].startswith("/aws-reserved/"))
    assert refused(iam.attach_role_policy, RoleName=name, PolicyArn=ADMINISTRATOR) == "UnmodifiableEntity"
    assert refused(iam.update_assume_role_policy, RoleName=name, PolicyDocument="{}") == "UnmodifiableEntity"
    assert refused(iam.delete_role, RoleName=name) == "UnmodifiableEntity"
    iam.attach_role_policy(RoleName="OrganizationAccountAccessRole", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def test_the_path_is_reserved(sandbox: Embedded, refused: Refused) -> None:
    """A role cannot be made under the path of a service's roles.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    iam = sandbox.client("iam")
    for path in ("/aws-reserved/sso.amazonaws.com/", "/aws-service-role/config.amazonaws.com/"):
        assert refused(iam.create_role, RoleName="x", Path=path, AssumeRolePolicyDocument="{}") == "InvalidInput"


def test_a_role_linked_to_a_service_keeps_its_policies(sandbox: Embedded, refused: Refused) -> None:
    """The policies and the trust of a service-linked role are the service's, and it is not simply deleted; its description is free.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-service-linked-role.html
    """
    iam = sandbox.client("iam")
    name = iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"]["RoleName"]
    assert refused(iam.attach_role_policy, RoleName=name, PolicyArn=ADMINISTRATOR) == "UnmodifiableEntity"
    assert refused(iam.update_assume_role_policy, RoleName=name, PolicyDocument="{}") == "UnmodifiableEntity"
    assert refused(iam.delete_role, RoleName=name) == "UnmodifiableEntity"
    iam.update_role(RoleName=name, Description="Records")
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "Records"
    iam.delete_service_linked_role(RoleName=name)
    assert refused(iam.get_role, RoleName=name) == "NoSuchEntity"
