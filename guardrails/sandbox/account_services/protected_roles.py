"""Roles that an AWS service keeps in an account: nobody but the service changes or deletes them.

Of a role that is linked to a service, the description and the length of sessions are the account's own.
Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-service-linked-role.html
"""

from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PATH: Final = "/aws-reserved/"
LINKED_PATH: Final = "/aws-service-role/"
CHANGES: Final = (
    "AttachRolePolicy",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
    "UpdateRoleDescription",
)
ALLOWED_WHERE_LINKED: Final = ("TagRole", "UntagRole", "UpdateRole", "UpdateRoleDescription")


@operation("iam", *CHANGES)
def change_role(call: Call) -> Answer:
    """Let a change pass, unless the role is a service's own."""
    name = call.parameters["RoleName"]
    paths = (PATH,) if call.operation in ALLOWED_WHERE_LINKED else (PATH, LINKED_PATH)
    for role in iam_backends[call.account_id][PARTITION].get_roles():
        if role.name == name and role.path.startswith(paths):
            message = (
                f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            )
            raise Refusal("UnmodifiableEntity", message)
    return FORWARD


@operation("iam", "CreateRole")
def create_role(call: Call) -> Answer:
    """Let a role be made, unless its path is reserved for services."""
    path = call.parameters.get("Path", "/")
    if path.startswith((PATH, LINKED_PATH)):
        raise Refusal("InvalidInput", f"The path {path} is reserved.")
    return FORWARD
