"""AWS::IAM::OIDCProvider."""

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    own_tags,
    tag_list,
)
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of


class IamOidcProvider:
    """An OpenID Connect identity provider.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html
    """

    name = "AWS::IAM::OIDCProvider"
    applied = frozenset({"ClientIdList", "Tags", "ThumbprintList", "Url"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the provider; each URL has one."""
        url = properties["Url"]
        arn = f"arn:{place.partition}:iam::{place.account}:oidc-provider/{url.removeprefix('https://')}"
        if arn in backend_of(place).open_id_providers:
            raise ResourceFailed(f"Provider with url {url} already exists.")
        made = backend_of(place).create_open_id_connect_provider(url, [], [], [])
        return self.update(place, Resource(made.arn, {"Arn": made.arn}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply client ids, thumbprints and tags."""
        backend, arn = backend_of(place), resource.physical_id
        provider = backend.get_open_id_connect_provider(arn)
        provider.client_id_list = list(properties.get("ClientIdList", []))
        provider.thumbprint_list = list(properties.get("ThumbprintList", []))
        provider.tags = backend._tag_verification(tag_list(place.all_tags(properties.get("Tags"))))
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the provider."""
        backend_of(place).delete_open_id_connect_provider(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The provider's client ids, thumbprints and tags."""
        provider = backend_of(place).open_id_providers.get(resource.physical_id)
        if provider is None:
            return None
        return {
            "ClientIdList": provider.client_id_list,
            "Tags": own_tags(provider.tag_list_type),
            "ThumbprintList": provider.thumbprint_list,
            "Url": f"https://{provider.url}",
        }
