"""Roles that an AWS service keeps in an account: nobody but the service changes or deletes them.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
"""

from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PATH: Final = "/aws-reserved/"
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


@operation("iam", *CHANGES)
def change_role(call: Call) -> Answer:
    """Let a change pass, unless the role is a service's own."""
    name = call.parameters["RoleName"]
    for role in iam_backends[call.account_id][PARTITION].get_roles():
        if role.name == name and role.path.startswith(PATH):
            message = (
                f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            )
            raise Refusal("UnmodifiableEntity", message)
    return FORWARD


@operation("iam", "CreateRole")
def create_role(call: Call) -> Answer:
    """Let a role be made, unless its path is reserved for services."""
    path = call.parameters.get("Path", "/")
    if path.startswith(PATH):
        raise Refusal("InvalidInput", f"The path {path} is reserved.")
    return FORWARD
