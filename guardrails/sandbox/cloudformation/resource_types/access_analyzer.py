"""AWS::AccessAnalyzer::Analyzer."""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.access_analyzer import analyzers
from guardrails.sandbox.cloudformation import service_calls
from guardrails.sandbox.cloudformation.resource_types import Place, Properties, Resource, ResourceType, own_tags
from guardrails.sandbox.serving.refusals import Refusal

SERVICE: Final = "accessanalyzer"


class AccessAnalyzerAnalyzer:
    """An analyzer of external access, of an account or of the organization. Analyzers with a configuration are not applied.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-accessanalyzer-analyzer.html
    """

    name = "AWS::AccessAnalyzer::Analyzer"
    applied = frozenset({"AnalyzerName", "ArchiveRules", "Tags", "Type"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the analyzer with its archive rules."""
        made = service_calls.ask(
            place,
            SERVICE,
            "CreateAnalyzer",
            analyzerName=properties.get("AnalyzerName") or place.generated_name(255),
            type=properties["Type"],
            archiveRules=[_to_service(rule) for rule in properties.get("ArchiveRules", [])],
            tags=place.all_tags(properties.get("Tags")),
        )
        return Resource(made["arn"], {"Arn": made["arn"]})

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put exactly these archive rules and tags."""
        found = self._found(place, resource)
        if found is None:
            raise analyzers.not_found("Analyzer", resource.physical_id)
        rules = [_to_service(rule) for rule in properties.get("ArchiveRules", [])]
        found.rules = {rule["ruleName"]: analyzers.ArchiveRule(rule["ruleName"], rule["filter"]) for rule in rules}
        found.tags = place.all_tags(properties.get("Tags"))
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the analyzer."""
        found = self._found(place, resource)
        if found is not None:
            service_calls.ask(place, SERVICE, "DeleteAnalyzer", analyzerName=found.name)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The analyzer with its archive rules and tags."""
        found = self._found(place, resource)
        if found is None:
            return None
        return {
            "AnalyzerName": found.name,
            "ArchiveRules": [_from_service(rule) for rule in found.rules.values()],
            "Tags": own_tags(found.tags),
            "Type": found.type,
        }

    def _found(self, place: Place, resource: Resource) -> analyzers.Analyzer | None:
        name = resource.physical_id.rpartition("/")[2]
        try:
            return analyzers.own(service_calls.call(place, SERVICE, "GetAnalyzer", analyzerName=name))
        except Refusal:
            return None


def _to_service(rule: Mapping[str, Any]) -> dict[str, Any]:
    """An archive rule in the shape of the service: a filter is a mapping by property."""
    criteria = {
        each["Property"]: {name.lower(): value for name, value in each.items() if name != "Property"}
        for each in rule["Filter"]
    }
    return {"ruleName": rule["RuleName"], "filter": criteria}


def _from_service(rule: analyzers.ArchiveRule) -> dict[str, Any]:
    criteria = [
        {"Property": name, **{key.capitalize(): value for key, value in one.items()}}
        for name, one in rule.filter.items()
    ]
    return {"RuleName": rule.name, "Filter": criteria}


TYPES: Final[tuple[ResourceType, ...]] = (AccessAnalyzerAnalyzer(),)
