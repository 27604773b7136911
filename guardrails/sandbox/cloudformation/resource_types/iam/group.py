"""AWS::IAM::Group."""

from contextlib import ExitStack

from moto.iam.models import Group, IAMBackend

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed
from guardrails.sandbox.cloudformation.resource_types.iam import principals
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of


class IamGroup:
    """A group with its policies.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html
    """

    name = "AWS::IAM::Group"
    applied = frozenset({"GroupName", "ManagedPolicyArns", "Path", "Policies"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the group, then its policies; when one is refused the group goes again."""
        backend = backend_of(place)
        with ExitStack() as undo:
            group = backend.create_group(properties.get("GroupName") or place.generated_name(128))
            undo.callback(_delete_group, backend, group)
            resource = self._apply(backend, group, properties)
            undo.pop_all()
        return resource

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply everything that can change."""
        return self._apply(backend_of(place), backend_of(place).get_group(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the policies off, then delete the group; users in it stop that."""
        group = backend_of(place).groups.get(resource.physical_id)
        if group is not None:
            _delete_group(backend_of(place), group)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The group with its policies."""
        group = backend_of(place).groups.get(resource.physical_id)
        if group is None:
            return None
        return {**principals.read(group), "GroupName": group.name, "Path": group.path}

    def _apply(self, backend: IAMBackend, group: Group, properties: Properties) -> Resource:
        group.path = properties.get("Path", "/")
        principals.put(backend, "group", group, properties)
        return Resource(group.name, {"Arn": group.arn})


def _delete_group(backend: IAMBackend, group: Group) -> None:
    if group.users:
        raise ResourceFailed("Cannot delete entity, must remove users from group first.")
    principals.put(backend, "group", group, {})
    backend.delete_group(group.name)
