"""AWS::Events::Rule."""

import json
from typing import Any, Final

from moto.events.models import EventsBackend, events_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
    tag_list,
)


def _backend(place: Place) -> EventsBackend:
    return events_backends[place.account][place.region]


class EventsRule:
    """A rule on an event bus, with its targets.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    """

    name = "AWS::Events::Rule"
    applied = frozenset(
        {
            "Description",
            "EventBusName",
            "EventPattern",
            "Name",
            "RoleArn",
            "ScheduleExpression",
            "State",
            "Tags",
            "Targets",
        }
    )

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the rule, then its targets."""
        name = properties.get("Name") or place.generated_name(64)
        bus = _backend(place)._get_event_bus(properties.get("EventBusName", "default"))
        if name in bus.rules:
            raise ResourceFailed(f"{name} already exists")
        return self._apply(place, name, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the rule again, with exactly its targets."""
        return self._apply(place, _name(resource), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the targets off, then delete the rule."""
        backend, bus_name = _backend(place), properties.get("EventBusName", "default")
        rule = backend._get_event_bus(bus_name).rules.get(_name(resource))
        if rule is not None:
            rule.remove_targets([target["Id"] for target in rule.targets])
            backend.delete_rule(rule.name, bus_name)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The rule with its targets and tags."""
        backend = _backend(place)
        bus = backend.event_buses.get(resource.physical_id.rpartition("|")[0] or "default")
        rule = bus.rules.get(_name(resource)) if bus else None
        if rule is None:
            return None
        pattern = rule.event_pattern.dump()
        return {
            "Description": rule.description,
            "EventBusName": rule.event_bus_name,
            "EventPattern": json.loads(pattern) if pattern else None,
            "Name": rule.name,
            "RoleArn": rule.role_arn,
            "ScheduleExpression": rule.scheduled_expression,
            "State": rule.state,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(rule.arn)),
            "Targets": rule.targets,
        }

    def _apply(self, place: Place, name: str, properties: Properties) -> Resource:
        backend, bus_name = _backend(place), properties.get("EventBusName", "default")
        rule = backend.put_rule(
            name,
            description=properties.get("Description"),
            event_bus_arn=bus_name,
            event_pattern=_text(properties.get("EventPattern")),
            role_arn=properties.get("RoleArn"),
            scheduled_expression=properties.get("ScheduleExpression"),
            state=properties.get("State", "ENABLED"),
        )
        backend.tagger.delete_all_tags_for_resource(rule.arn)
        backend.tagger.tag_resource(rule.arn, tag_list(place.all_tags(properties.get("Tags"))))
        targets: list[dict[str, Any]] = list(properties.get("Targets", []))
        rule.remove_targets([target["Id"] for target in rule.targets])
        if targets:
            backend.put_targets(name, bus_name, targets)
        reference = name if bus_name == "default" else f"{bus_name}|{name}"
        return Resource(reference, {"Arn": rule.arn})


def _name(resource: Resource) -> str:
    return resource.physical_id.rpartition("|")[2]


def _text(pattern: Any) -> str | None:
    return pattern if pattern is None or isinstance(pattern, str) else json.dumps(pattern)


TYPES: Final[tuple[ResourceType, ...]] = (EventsRule(),)
