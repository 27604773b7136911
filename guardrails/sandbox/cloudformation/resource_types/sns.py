"""AWS::SNS::Topic, AWS::SNS::TopicPolicy and AWS::SNS::Subscription."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)

_DOCUMENTS: Final = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy")
_SETTINGS: Final = (*_DOCUMENTS, "FilterPolicyScope", "SubscriptionRoleArn")


def _backend(place: Place) -> SNSBackend:
    return sns_backends[place.account][place.region]


class SnsTopic:
    """A standard topic, without subscriptions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
    """

    name = "AWS::SNS::Topic"
    applied = frozenset({"DisplayName", "KmsMasterKeyId", "Tags", "TopicName"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the topic."""
        backend = _backend(place)
        name = properties.get("TopicName") or place.generated_name(256)
        if any(topic.name == name for topic in backend.topics.values()):
            raise ResourceFailed(f"{name} already exists in account {place.account} and region {place.region}")
        return self._apply(place, backend.create_topic(name), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Apply the settings."""
        return self._apply(place, _backend(place).get_topic(resource.physical_id), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the topic."""
        _backend(place).delete_topic(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The topic's settings and tags."""
        topic = _backend(place).topics.get(resource.physical_id)
        if topic is None:
            return None
        return {
            "DisplayName": topic.display_name,
            "KmsMasterKeyId": topic.kms_master_key_id,
            "Tags": own_tags(topic._tags),
            "TopicName": topic.name,
        }

    def _apply(self, place: Place, topic: Topic, properties: Properties) -> Resource:
        topic.display_name = properties.get("DisplayName", "")
        topic.kms_master_key_id = properties.get("KmsMasterKeyId", "")
        topic._tags = place.all_tags(properties.get("Tags"))
        return Resource(topic.arn, {"TopicArn": topic.arn, "TopicName": topic.name})


class SnsTopicPolicy:
    """One policy put on one or more topics; deleting it brings the default policy back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html
    """

    name = "AWS::SNS::TopicPolicy"
    applied = frozenset({"PolicyDocument", "Topics"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the policy on every topic."""
        identifier = place.generated_name(128)
        return self.update(place, Resource(identifier, {"Id": identifier}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the policy on every topic, and the default policy back on those that are no longer named."""
        document, arns = properties["PolicyDocument"], tuple(properties["Topics"])
        text = document if isinstance(document, str) else json.dumps(document)
        for topic in [_backend(place).get_topic(arn) for arn in arns]:
            topic.policy = text
        self._take_off(place, [arn for arn in resource.places if arn not in arns])
        return replace(resource, places=arns)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Put the default policy back on every topic that still exists."""
        self._take_off(place, resource.places)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Nothing: the registry gives this type no read handler."""
        return {}

    def _take_off(self, place: Place, arns: Iterable[str]) -> None:
        backend = _backend(place)
        for topic in [backend.topics[arn] for arn in arns if arn in backend.topics]:
            topic._policy_json = topic._create_default_topic_policy(place.region, place.account, topic.name)


class SnsSubscription:
    """A subscription of an endpoint to a topic, in the topic's region; it needs nobody's confirmation here.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
    """

    name = "AWS::SNS::Subscription"
    applied = frozenset({*_SETTINGS, "Endpoint", "Protocol", "RawMessageDelivery", "Region", "TopicArn"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Subscribe the endpoint; one that is subscribed already gives the same subscription."""
        topic = properties["TopicArn"]
        made = self._backend(place, topic).subscribe(topic, properties.get("Endpoint", ""), properties["Protocol"])
        return self.update(place, Resource(made.arn, {"Arn": made.arn}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Set the attributes; absent ones go away."""
        backend = self._backend(place, resource.physical_id)
        live = self._live(place, resource)
        if live is None:
            raise ResourceFailed("Subscription does not exist")
        # The scope comes first: the filter policy is checked against it.
        for name in ("FilterPolicyScope", *(one for one in _SETTINGS if one != "FilterPolicyScope")):
            value = properties.get(name)
            if value is None:
                live.attributes.pop(name, None)
            else:
                text = value if isinstance(value, str) else json.dumps(value)
                backend.set_subscription_attributes(live.arn, name, text)
        if "FilterPolicy" not in properties:
            live._filter_policy = live._filter_policy_matcher = None
        raw = str(properties.get("RawMessageDelivery", False)).lower()
        backend.set_subscription_attributes(live.arn, "RawMessageDelivery", raw)
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Unsubscribe."""
        self._backend(place, resource.physical_id).unsubscribe(resource.physical_id)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The subscription's attributes; the region is write-only."""
        live = self._live(place, resource)
        if live is None:
            return None
        settings: dict[str, Any] = {name: live.attributes.get(name) for name in _SETTINGS}
        settings |= {name: json.loads(settings[name]) for name in _DOCUMENTS if settings[name]}
        return {
            **settings,
            "Endpoint": live.endpoint,
            "Protocol": live.protocol,
            "RawMessageDelivery": str(live.attributes["RawMessageDelivery"]).lower() == "true",
            "TopicArn": live.topic.arn,
        }

    def _backend(self, place: Place, arn: str) -> SNSBackend:
        return sns_backends[place.account][arn.split(":")[3]]

    def _live(self, place: Place, resource: Resource) -> Subscription | None:
        return self._backend(place, resource.physical_id).subscriptions.get(resource.physical_id)


TYPES: Final[tuple[ResourceType, ...]] = (SnsTopic(), SnsTopicPolicy(), SnsSubscription())
