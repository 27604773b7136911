"""AWS::IAM::ManagedPolicy."""

import json
from contextlib import ExitStack
from typing import Final

from moto.iam.models import IAMBackend, ManagedPolicy

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed
from guardrails.sandbox.cloudformation.resource_types.iam import principals
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of

_VERSIONS: Final = 5


class IamManagedPolicy:
    """A customer managed policy. An update makes a new default version and drops the oldest when there are five.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
    """

    name = "AWS::IAM::ManagedPolicy"
    applied = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", *principals.KINDS})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the policy and attach it."""
        backend = backend_of(place)
        with ExitStack() as undo:
            policy = backend.create_policy(
                description=properties.get("Description", ""),
                path=properties.get("Path", "/"),
                policy_document=principals.text(properties["PolicyDocument"]),
                policy_name=properties.get("ManagedPolicyName") or place.generated_name(128),
                tags=[],
            )
            undo.callback(self._remove, backend, policy, properties)
            _attach(backend, policy, properties)
            undo.pop_all()
        return _policy_resource(policy)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Make the document the default version and attach the policy to exactly its principals."""
        backend = backend_of(place)
        policy = backend.get_policy(resource.physical_id)
        document = principals.text(properties["PolicyDocument"])
        current = next(version for version in policy.versions if version.version_id == policy.default_version_id)
        if current.document != document:
            if len(policy.versions) == _VERSIONS:
                oldest = next(version for version in policy.versions if version.version_id != policy.default_version_id)
                backend.delete_policy_version(policy.arn, oldest.version_id)
            backend.create_policy_version(policy.arn, document, set_as_default=True)
        _attach(backend, policy, properties)
        return _policy_resource(policy)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Detach the policy from the stack's principals, then delete it; other attachments stop that."""
        backend = backend_of(place)
        policy = backend.managed_policies.get(resource.physical_id)
        if policy is not None:
            self._remove(backend, policy, properties)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The policy's default version, and whom it is attached to."""
        backend = backend_of(place)
        policy = backend.managed_policies.get(resource.physical_id)
        if policy is None:
            return None
        current = next(version for version in policy.versions if version.version_id == policy.default_version_id)
        return {
            "Description": policy.description,
            "ManagedPolicyName": policy.name,
            "Path": policy.path,
            "PolicyDocument": json.loads(current.document),
            **{
                plural: [one.name for one in principals.every(backend, kind) if policy.arn in one.managed_policies]
                for plural, kind in principals.KINDS.items()
            },
        }

    def _remove(self, backend: IAMBackend, policy: ManagedPolicy, properties: Properties) -> None:
        for plural, kind in principals.KINDS.items():
            for one in principals.every(backend, kind):
                if policy.arn in one.managed_policies and one.name in properties.get(plural, ()):
                    getattr(backend, f"detach_{kind}_policy")(policy.arn, one.name)
        if policy.attachment_count:
            raise ResourceFailed("Cannot delete a policy attached to entities.")
        backend.delete_policy(policy.arn)


def _attach(backend: IAMBackend, policy: ManagedPolicy, properties: Properties) -> None:
    """Attach the policy to exactly the principals that the properties name."""
    for plural, kind in principals.KINDS.items():
        wanted = properties.get(plural, [])
        for one in principals.every(backend, kind):
            if policy.arn in one.managed_policies and one.name not in wanted:
                getattr(backend, f"detach_{kind}_policy")(policy.arn, one.name)
        for one in [principals.named(backend, kind, name) for name in wanted]:
            if policy.arn not in one.managed_policies:
                getattr(backend, f"attach_{kind}_policy")(policy.arn, one.name)


def _policy_resource(policy: ManagedPolicy) -> Resource:
    return Resource(
        policy.arn, {"PolicyArn": policy.arn, "PolicyId": policy.id, "DefaultVersionId": policy.default_version_id}
    )
