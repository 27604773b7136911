"""AWS::IAM::User."""

from contextlib import ExitStack

from moto.iam.models import IAMBackend, User

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    own_tags,
    tag_list,
)
from guardrails.sandbox.cloudformation.resource_types.iam import principals
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of


class IamUser:
    """A user with its groups, policies and console password. moto knows no permissions boundary of users.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
    """

    name = "AWS::IAM::User"
    applied = frozenset({"Groups", "LoginProfile", "ManagedPolicyArns", "Path", "Policies", "Tags", "UserName"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the user, then everything about it; when something is refused the user goes again."""
        backend = backend_of(place)
        with ExitStack() as undo:
            user = backend.create_user(place.region, properties.get("UserName") or place.generated_name(64))
            undo.callback(_delete_user, backend, user)
            resource = self._apply(place, user, properties)
            undo.pop_all()
        return resource

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply everything that can change."""
        return self._apply(place, backend_of(place).get_user(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take everything off the user, then delete it; access keys that somebody made stop that."""
        user = backend_of(place).users.get(resource.physical_id)
        if user is not None:
            _delete_user(backend_of(place), user)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The user with its groups and policies; the password is write-only."""
        backend = backend_of(place)
        user = backend.users.get(resource.physical_id)
        if user is None:
            return None
        return {
            **principals.read(user),
            "Groups": [group.name for group in backend.get_groups_for_user(user.name)],
            "LoginProfile": {"PasswordResetRequired": user.password_reset_required} if user.password else None,
            "Path": user.path,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(user.arn)),
            "UserName": user.name,
        }

    def _apply(self, place: Place, user: User, properties: Properties) -> Resource:
        backend = backend_of(place)
        user.path = properties.get("Path", "/")
        login = properties.get("LoginProfile") or {}
        user.password = login.get("Password")
        user.password_reset_required = login.get("PasswordResetRequired", False)
        principals.put(backend, "user", user, properties)
        wanted = properties.get("Groups", [])
        for group in [group for group in backend.get_groups_for_user(user.name) if group.name not in wanted]:
            backend.remove_user_from_group(group.name, user.name)
        for name in wanted:
            backend.add_user_to_group(name, user.name)
        backend.tagger.delete_all_tags_for_resource(user.arn)
        backend.tagger.tag_resource(user.arn, tag_list(place.all_tags(properties.get("Tags"))))
        return Resource(user.name, {"Arn": user.arn})


def _delete_user(backend: IAMBackend, user: User) -> None:
    if user.access_keys:
        raise ResourceFailed("Cannot delete entity, must delete access keys first.")
    principals.put(backend, "user", user, {})
    for group in backend.get_groups_for_user(user.name):
        backend.remove_user_from_group(group.name, user.name)
    backend.delete_user(user.name)
