"""AWS::IAM::Role."""

import json
from contextlib import ExitStack
from typing import Final

from moto.iam.models import IAMBackend, Role

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, own_tags, tag_list
from guardrails.sandbox.cloudformation.resource_types.iam import principals
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of

DEFAULT_SESSION: Final = 3600


class IamRole:
    """A role with its inline policies and its attachments.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    """

    name = "AWS::IAM::Role"
    applied = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the role, then attach its policies; when one is refused the role goes again."""
        name = properties.get("RoleName") or place.generated_name(64)
        backend = backend_of(place)
        with ExitStack() as undo:
            role = backend.create_role(
                role_name=name,
                assume_role_policy_document="{}",
                path=properties.get("Path", "/"),
                permissions_boundary=properties.get("PermissionsBoundary"),
                description="",
                tags=[],
                max_session_duration=None,
            )
            undo.callback(_delete_role, backend, role)
            resource = self._apply(place, role, properties)
            undo.pop_all()
        return resource

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply everything that can change."""
        return self._apply(place, backend_of(place).get_role(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Detach, then delete."""
        backend = backend_of(place)
        role = next((role for role in backend.get_roles() if role.name == resource.physical_id), None)
        if role is not None:
            _delete_role(backend, role)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Everything about the role, with its inline policies and its attachments."""
        role = next((role for role in backend_of(place).get_roles() if role.name == resource.physical_id), None)
        if role is None:
            return None
        return {
            "AssumeRolePolicyDocument": json.loads(role.assume_role_policy_document),
            "Description": role.description,
            **principals.read(role),
            "MaxSessionDuration": int(role.max_session_duration or DEFAULT_SESSION),
            "Path": role.path,
            "PermissionsBoundary": role.permissions_boundary_arn,
            "RoleName": role.name,
            "Tags": own_tags(role.tags),
        }

    def _apply(self, place: Place, role: Role, properties: Properties) -> Resource:
        backend = backend_of(place)
        role.assume_role_policy_document = principals.text(properties["AssumeRolePolicyDocument"])
        role.description = properties.get("Description", "")
        role.max_session_duration = properties.get("MaxSessionDuration", DEFAULT_SESSION)
        role.permissions_boundary_arn = properties.get("PermissionsBoundary")
        role.tags = tag_list(place.all_tags(properties.get("Tags")))
        principals.put(backend, "role", role, properties)
        return Resource(role.name, {"Arn": role.arn, "RoleId": role.id})


def _delete_role(backend: IAMBackend, role: Role) -> None:
    principals.put(backend, "role", role, {})
    backend.delete_role(role.name)
