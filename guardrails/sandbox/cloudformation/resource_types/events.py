"""AWS::Events::Rule, AWS::Events::EventBus and AWS::Events::EventBusPolicy."""

import json
from typing import Any, Final

from moto.events.models import EventBus, EventBusPolicyStatement, EventsBackend, events_backends

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


class EventsEventBus:
    """An event bus, without partner events and without a policy.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
    """

    name = "AWS::Events::EventBus"
    applied = frozenset({"DeadLetterConfig", "Description", "KmsKeyIdentifier", "Name", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the bus."""
        return self._apply(place, _backend(place).create_event_bus(properties["Name"]), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings."""
        return self._apply(place, _backend(place).describe_event_bus(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the bus; one with rules stays.

        Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html
        """
        backend = _backend(place)
        if resource.physical_id in backend.event_buses:
            if backend.event_buses[resource.physical_id].rules:
                raise ResourceFailed(f"Event bus {resource.physical_id} has rules and cannot be deleted.")
            backend.delete_event_bus(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The bus's settings and tags."""
        backend = _backend(place)
        bus = backend.event_buses.get(resource.physical_id)
        if bus is None:
            return None
        return {
            "DeadLetterConfig": bus.dead_letter_config,
            "Description": bus.description,
            "KmsKeyIdentifier": bus.kms_key_identifier,
            "Name": bus.name,
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(bus.arn)),
        }

    def _apply(self, place: Place, bus: EventBus, properties: Properties) -> Resource:
        bus.dead_letter_config = properties.get("DeadLetterConfig")
        bus.description = properties.get("Description")
        bus.kms_key_identifier = properties.get("KmsKeyIdentifier")
        tagger = _backend(place).tagger
        tagger.delete_all_tags_for_resource(bus.arn)
        tagger.tag_resource(bus.arn, tag_list(place.all_tags(properties.get("Tags"))))
        return Resource(bus.name, {"Arn": bus.arn, "Name": bus.name})


class EventsEventBusPolicy:
    """One statement of a bus's policy: given whole, or by principal, action and condition.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
    """

    name = "AWS::Events::EventBusPolicy"
    applied = frozenset({"Action", "Condition", "EventBusName", "Principal", "Statement", "StatementId"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the statement under an id that is free."""
        bus = _backend(place)._get_event_bus(properties.get("EventBusName", "default"))
        sid = properties["StatementId"]
        if sid in bus._statements:
            raise ResourceFailed(f"Resource of type '{self.name}' with identifier '{bus.name}|{sid}' already exists.")
        return self.update(place, Resource(f"{bus.name}|{sid}"), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the statement again."""
        bus_name, _, sid = resource.physical_id.partition("|")
        bus, whole = _backend(place).describe_event_bus(bus_name), properties.get("Statement")
        if whole is not None:
            statement = json.loads(whole) if isinstance(whole, str) else dict(whole)
            bus._statements[sid] = EventBusPolicyStatement.from_dict({**statement, "Sid": sid})
            return resource
        action, principal, condition = (properties.get(name) for name in ("Action", "Principal", "Condition"))
        put: Any = _backend(place)._put_permission_from_params
        put(bus, action, principal, sid, condition)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the statement off."""
        bus_name, _, sid = resource.physical_id.partition("|")
        bus = _backend(place).event_buses.get(bus_name)
        if bus is not None:
            bus.remove_statement(sid)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The statement without its id; principal, action and condition by themselves are write-only."""
        bus_name, _, sid = resource.physical_id.partition("|")
        bus = _backend(place).event_buses.get(bus_name)
        if bus is None or sid not in bus._statements:
            return None
        statement = bus._statements[sid].describe()
        del statement["Sid"]
        return {"EventBusName": bus.name, "Statement": statement, "StatementId": sid}


def _name(resource: Resource) -> str:
    return resource.physical_id.rpartition("|")[2]


def _text(pattern: Any) -> str | None:
    return pattern if pattern is None or isinstance(pattern, str) else json.dumps(pattern)


TYPES: Final[tuple[ResourceType, ...]] = (EventsRule(), EventsEventBus(), EventsEventBusPolicy())
