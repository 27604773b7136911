"""AWS::IAM::InstanceProfile."""

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of


class IamInstanceProfile:
    """An instance profile with its role.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html
    """

    name = "AWS::IAM::InstanceProfile"
    applied = frozenset({"InstanceProfileName", "Path", "Roles"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the instance profile with its role."""
        name = properties.get("InstanceProfileName") or place.generated_name(128)
        path, roles = properties.get("Path", "/"), list(properties["Roles"])
        profile = backend_of(place).create_instance_profile(name, path, roles)
        return Resource(profile.name, {"Arn": profile.arn})

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the other role in; everything else about it is create-only."""
        profile = backend_of(place).get_instance_profile(resource.physical_id)
        profile.roles = [backend_of(place).get_role(name) for name in properties["Roles"]]
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the role out, then delete the instance profile."""
        if resource.physical_id in backend_of(place).instance_profiles:
            backend_of(place).delete_instance_profile(resource.physical_id, ignore_attached_roles=True)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The instance profile with its role."""
        profile = backend_of(place).instance_profiles.get(resource.physical_id)
        if profile is None:
            return None
        roles = [role.name for role in profile.roles]
        return {"InstanceProfileName": profile.name, "Path": profile.path, "Roles": roles}
