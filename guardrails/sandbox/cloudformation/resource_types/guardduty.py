"""AWS::GuardDuty::Detector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.guardduty.models import guardduty_backends

from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceType, own_tags

SERVICE: Final = "guardduty"
DEFAULT_FREQUENCY: Final = "SIX_HOURS"


@dataclass(frozen=True, slots=True)
class _Detector(Resource):
    """A detector, with the features that the template names, and their additional configurations: of others it says nothing."""

    features: frozenset[str] = frozenset()


class GuardDutyDetector:
    """The detector of an account and region. Features are applied; the older DataSources are not.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-guardduty-detector.html
    """

    name = "AWS::GuardDuty::Detector"
    applied = frozenset({"Enable", "Features", "FindingPublishingFrequency", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the detector; there is one in an account and region."""
        tags = place.all_tags(properties.get("Tags"))
        made = service_calls.ask(place, SERVICE, "CreateDetector", **_settings(properties), Tags=tags)
        return _resource(made["DetectorId"], properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Change the detector; features that are no longer named stay as they are."""
        service_calls.ask(place, SERVICE, "UpdateDetector", DetectorId=resource.physical_id, **_settings(properties))
        detector = guardduty_backends[place.account][place.region].get_detector(resource.physical_id)
        detector.tags = place.all_tags(properties.get("Tags"))
        return _resource(resource.physical_id, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the detector; a member's is its administrator's."""
        if resource.physical_id in guardduty_backends[place.account][place.region].detectors:
            service_calls.ask(place, SERVICE, "DeleteDetector", DetectorId=resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The detector, with the status of the features that the template names."""
        if resource.physical_id not in guardduty_backends[place.account][place.region].detectors:
            return None
        found = service_calls.ask(place, SERVICE, "GetDetector", DetectorId=resource.physical_id)
        named = resource.features if isinstance(resource, _Detector) else frozenset()
        return {
            "Enable": found["Status"] == "ENABLED",
            "Features": [_feature(each, named) for each in found["Features"] if each["Name"] in named],
            "FindingPublishingFrequency": found["FindingPublishingFrequency"],
            "Tags": own_tags(found["Tags"]),
        }


def _settings(properties: Properties) -> dict[str, Any]:
    frequency = properties.get("FindingPublishingFrequency", DEFAULT_FREQUENCY)
    return {
        "Enable": properties["Enable"],
        "Features": properties.get("Features"),
        "FindingPublishingFrequency": frequency,
    }


def _resource(detector_id: str, properties: Properties) -> Resource:
    features = properties.get("Features", ())
    named = {str(each["Name"]) for each in features}
    named |= {f"{each['Name']}/{one['Name']}" for each in features for one in each.get("AdditionalConfiguration") or ()}
    return _Detector(detector_id, {"Id": detector_id}, frozenset(named))


def _feature(shown: Mapping[str, Any], named: frozenset[str]) -> dict[str, Any]:
    """A feature in the template's shape."""
    additional = [
        {"Name": each["Name"], "Status": each["Status"]}
        for each in shown.get("AdditionalConfiguration", ())
        if f"{shown['Name']}/{each['Name']}" in named
    ]
    feature = {"Name": shown["Name"], "Status": shown["Status"]}
    return {**feature, "AdditionalConfiguration": additional} if additional else feature


TYPES: Final[tuple[ResourceType, ...]] = (GuardDutyDetector(),)
