"""AWS::SecurityHub::Hub."""

from typing import Any, Final

from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceType, own_tags
from guardrails.sandbox.securityhub import hubs

SERVICE: Final = "securityhub"
DEFAULT_GENERATOR: Final = "SECURITY_CONTROL"


class SecurityHubHub:
    """Security Hub, on in an account and region.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-hub.html
    """

    name = "AWS::SecurityHub::Hub"
    applied = frozenset({"AutoEnableControls", "ControlFindingGenerator", "EnableDefaultStandards", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Switch Security Hub on, with the default standards unless they are declined."""
        asked: dict[str, Any] = {
            "ControlFindingGenerator": properties.get("ControlFindingGenerator"),
            "EnableDefaultStandards": properties.get("EnableDefaultStandards"),
            "Tags": place.all_tags(properties.get("Tags")),
        }
        service_calls.ask(place, SERVICE, "EnableSecurityHub", **asked)
        found = hubs.switch_on(place.account, place.region)
        found.auto_enable_controls = properties.get("AutoEnableControls", True)
        return Resource(found.arn, {"ARN": found.arn, "SubscribedAt": found.subscribed.isoformat()})

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Change the configuration; the default standards are a matter of the beginning."""
        service_calls.ask(
            place,
            SERVICE,
            "UpdateSecurityHubConfiguration",
            AutoEnableControls=properties.get("AutoEnableControls", True),
            ControlFindingGenerator=properties.get("ControlFindingGenerator", DEFAULT_GENERATOR),
        )
        hubs.switch_on(place.account, place.region).tags = place.all_tags(properties.get("Tags"))
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Switch Security Hub off."""
        if hubs.find(place.account, place.region) is not None:
            service_calls.ask(place, SERVICE, "DisableSecurityHub")

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The hub's configuration and tags (a mapping here)."""
        found = hubs.find(place.account, place.region)
        if found is None:
            return None
        return {
            "AutoEnableControls": found.auto_enable_controls,
            "ControlFindingGenerator": found.finding_generator,
            "Tags": {tag["Key"]: tag["Value"] for tag in own_tags(found.tags)},
        }


TYPES: Final[tuple[ResourceType, ...]] = (SecurityHubHub(),)
