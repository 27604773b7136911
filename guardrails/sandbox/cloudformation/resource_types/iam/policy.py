"""AWS::IAM::Policy."""

from collections.abc import Iterable
from dataclasses import replace

from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceFailed
from guardrails.sandbox.cloudformation.resource_types.iam import principals
from guardrails.sandbox.cloudformation.resource_types.iam.principals import backend_of


class IamPolicy:
    """One inline policy put on roles, users and groups.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
    """

    name = "AWS::IAM::Policy"
    applied = frozenset({"PolicyDocument", "PolicyName", *principals.KINDS})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the policy on every principal; there must be one."""
        identifier = place.generated_name(128)
        return self.update(place, Resource(identifier, {"Id": identifier}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the policy on every principal, and take it off those that are no longer named."""
        if not any(properties.get(plural) for plural in principals.KINDS):
            raise ResourceFailed("At least one of [Groups,Roles,Users] must be non-empty.")
        name, document = properties["PolicyName"], principals.text(properties["PolicyDocument"])
        backend, places = backend_of(place), []
        for plural, kind in principals.KINDS.items():
            for principal in [principals.named(backend, kind, one) for one in properties.get(plural, ())]:
                principal.policies[name] = document
                places.append(f"{kind}/{principal.name}/{name}")
        self._take_off(place, [one for one in resource.places if one not in places])
        return replace(resource, places=tuple(places))

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the policy off every principal that still exists."""
        self._take_off(place, resource.places)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Nothing: the registry gives this type no read handler."""
        return {}

    def _take_off(self, place: Place, places: Iterable[str]) -> None:
        for kind, principal_name, name in (one.split("/") for one in places):
            for principal in principals.every(backend_of(place), kind):
                if principal.name == principal_name:
                    principal.policies.pop(name, None)
