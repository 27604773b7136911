"""AWS::SNS::Topic and AWS::SNS::TopicPolicy."""

import json
from typing import Final

from moto.sns.models import SNSBackend, Topic, sns_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)


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
        """Put the policy on every topic."""
        document = properties["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        for topic in [_backend(place).get_topic(arn) for arn in properties["Topics"]]:
            topic.policy = text
        return resource

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Put the default policy back on every topic that still exists."""
        backend = _backend(place)
        for arn in properties["Topics"]:
            if arn in backend.topics:
                topic = backend.topics[arn]
                topic._policy_json = topic._create_default_topic_policy(place.region, place.account, topic.name)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Nothing: the registry gives this type no read handler."""
        return {}


TYPES: Final[tuple[ResourceType, ...]] = (SnsTopic(), SnsTopicPolicy())
