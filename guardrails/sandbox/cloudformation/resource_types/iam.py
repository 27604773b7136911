"""AWS::IAM::Role and AWS::IAM::ManagedPolicy."""

import json
from contextlib import ExitStack
from typing import Any, Final

from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
    tag_list,
)

DEFAULT_SESSION: Final = 3600
_VERSIONS: Final = 5


def _backend(place: Place) -> IAMBackend:
    return iam_backends[place.account][place.partition]


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
        backend = _backend(place)
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
        return self._apply(place, _backend(place).get_role(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Detach, then delete."""
        backend = _backend(place)
        role = next((role for role in backend.get_roles() if role.name == resource.physical_id), None)
        if role is not None:
            _delete_role(backend, role)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Everything about the role, with its inline policies and its attachments."""
        role = next((role for role in _backend(place).get_roles() if role.name == resource.physical_id), None)
        if role is None:
            return None
        return {
            "AssumeRolePolicyDocument": json.loads(role.assume_role_policy_document),
            "Description": role.description,
            "ManagedPolicyArns": list(role.managed_policies),
            "MaxSessionDuration": int(role.max_session_duration or DEFAULT_SESSION),
            "Path": role.path,
            "PermissionsBoundary": role.permissions_boundary_arn,
            "Policies": [
                {"PolicyName": name, "PolicyDocument": json.loads(document)} for name, document in role.policies.items()
            ],
            "RoleName": role.name,
            "Tags": own_tags(role.tags),
        }

    def _apply(self, place: Place, role: Role, properties: Properties) -> Resource:
        backend = _backend(place)
        role.assume_role_policy_document = _text(properties["AssumeRolePolicyDocument"])
        role.description = properties.get("Description", "")
        role.max_session_duration = properties.get("MaxSessionDuration", DEFAULT_SESSION)
        role.permissions_boundary_arn = properties.get("PermissionsBoundary")
        role.tags = tag_list(place.all_tags(properties.get("Tags")))
        role.policies = {one["PolicyName"]: _text(one["PolicyDocument"]) for one in properties.get("Policies", [])}
        wanted = list(properties.get("ManagedPolicyArns", []))
        for arn in [arn for arn in role.managed_policies if arn not in wanted]:
            backend.detach_role_policy(arn, role.name)
        for arn in [arn for arn in wanted if arn not in role.managed_policies]:
            backend.attach_role_policy(arn, role.name)
        return Resource(role.name, {"Arn": role.arn, "RoleId": role.id})


class IamManagedPolicy:
    """A customer managed policy. An update makes a new default version and drops the oldest when there are five.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
    """

    name = "AWS::IAM::ManagedPolicy"
    applied = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the policy and attach it to its roles."""
        backend = _backend(place)
        with ExitStack() as undo:
            policy = backend.create_policy(
                description=properties.get("Description", ""),
                path=properties.get("Path", "/"),
                policy_document=_text(properties["PolicyDocument"]),
                policy_name=properties.get("ManagedPolicyName") or place.generated_name(128),
                tags=[],
            )
            undo.callback(self._remove, backend, policy)
            _attach(backend, policy, properties)
            undo.pop_all()
        return _policy_resource(policy)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Make the document the default version and attach the policy to exactly its roles."""
        backend = _backend(place)
        policy = backend.get_policy(resource.physical_id)
        document = _text(properties["PolicyDocument"])
        current = next(version for version in policy.versions if version.version_id == policy.default_version_id)
        if current.document != document:
            if len(policy.versions) == _VERSIONS:
                oldest = next(version for version in policy.versions if version.version_id != policy.default_version_id)
                backend.delete_policy_version(policy.arn, oldest.version_id)
            backend.create_policy_version(policy.arn, document, set_as_default=True)
        _attach(backend, policy, properties)
        return _policy_resource(policy)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Detach the policy from the stack's roles, then delete it; other attachments stop that."""
        backend = _backend(place)
        policy = backend.managed_policies.get(resource.physical_id)
        if policy is not None:
            self._remove(backend, policy, properties.get("Roles", []))

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The policy's default version, and the roles it is attached to."""
        backend = _backend(place)
        policy = backend.managed_policies.get(resource.physical_id)
        if policy is None:
            return None
        current = next(version for version in policy.versions if version.version_id == policy.default_version_id)
        return {
            "Description": policy.description,
            "ManagedPolicyName": policy.name,
            "Path": policy.path,
            "PolicyDocument": json.loads(current.document),
            "Roles": [role.name for role in backend.get_roles() if policy.arn in role.managed_policies],
        }

    def _remove(self, backend: IAMBackend, policy: ManagedPolicy, roles: Any = ()) -> None:
        for role in backend.get_roles():
            if policy.arn in role.managed_policies and role.name in roles:
                backend.detach_role_policy(policy.arn, role.name)
        if policy.attachment_count:
            raise ResourceFailed("Cannot delete a policy attached to entities.")
        backend.delete_policy(policy.arn)


def _attach(backend: IAMBackend, policy: ManagedPolicy, properties: Properties) -> None:
    wanted = properties.get("Roles", [])
    for role in list(backend.get_roles()):
        attached = policy.arn in role.managed_policies
        if attached and role.name not in wanted:
            backend.detach_role_policy(policy.arn, role.name)
    for name in wanted:
        if policy.arn not in backend.get_role(name).managed_policies:
            backend.attach_role_policy(policy.arn, name)


def _policy_resource(policy: ManagedPolicy) -> Resource:
    return Resource(
        policy.arn, {"PolicyArn": policy.arn, "PolicyId": policy.id, "DefaultVersionId": policy.default_version_id}
    )


def _delete_role(backend: IAMBackend, role: Role) -> None:
    for arn in list(role.managed_policies):
        backend.detach_role_policy(arn, role.name)
    role.policies = {}
    backend.delete_role(role.name)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


TYPES: Final[tuple[ResourceType, ...]] = (IamRole(), IamManagedPolicy())
