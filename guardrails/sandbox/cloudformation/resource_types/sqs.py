"""AWS::SQS::Queue and AWS::SQS::QueuePolicy."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from moto.sqs.models import Queue, SQSBackend, sqs_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
)

DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "ContentBasedDeduplication": False,
        "DeduplicationScope": "queue",
        "DelaySeconds": 0,
        "FifoThroughputLimit": "perQueue",
        "KmsDataKeyReusePeriodSeconds": 300,
        "KmsMasterKeyId": None,
        "MaximumMessageSize": 1_048_576,
        "MessageRetentionPeriod": 345_600,
        "ReceiveMessageWaitTimeSeconds": 0,
        "RedrivePolicy": None,
        "SqsManagedSseEnabled": True,
        "VisibilityTimeout": 30,
    }
)
"""What a new queue has.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""


def _backend(place: Place) -> SQSBackend:
    return sqs_backends[place.account][place.region]


class SqsQueue:
    """A queue, standard or FIFO.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
    """

    name = "AWS::SQS::Queue"
    applied = frozenset({*DEFAULTS, "FifoQueue", "QueueName", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the queue; a FIFO queue's name ends in .fifo."""
        backend, suffix = _backend(place), ".fifo" if properties.get("FifoQueue") else ""
        name = properties.get("QueueName") or place.generated_name(80 - len(suffix)) + suffix
        if name in backend.queues:
            raise ResourceFailed(f"{name} already exists")
        queue = backend.create_queue(name, {}, FifoQueue=properties.get("FifoQueue", False))
        try:
            return self._apply(place, queue, properties)
        except BaseException:
            backend.delete_queue(name)
            raise

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Set the attributes; what is absent goes back to its default."""
        return self._apply(place, _backend(place).get_queue(_queue_name(resource.physical_id)), properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the queue."""
        if _queue_name(resource.physical_id) in _backend(place).queues:
            _backend(place).delete_queue(_queue_name(resource.physical_id))

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The queue's attributes and tags."""
        queue = _backend(place).queues.get(_queue_name(resource.physical_id))
        if queue is None:
            return None
        attributes = {name: getattr(queue, _attribute(name)) for name in (*DEFAULTS, "FifoQueue")}
        attributes["SqsManagedSseEnabled"] = str(attributes["SqsManagedSseEnabled"]).lower() == "true"
        return {**attributes, "QueueName": queue.name, "Tags": own_tags(queue.tags)}

    def _apply(self, place: Place, queue: Queue, properties: Properties) -> Resource:
        wanted = {name: properties.get(name, default) for name, default in DEFAULTS.items()}
        if wanted["KmsMasterKeyId"] and "SqsManagedSseEnabled" not in properties:
            wanted["SqsManagedSseEnabled"] = False
        queue._set_attributes({**wanted, "Policy": queue.policy})
        if not wanted["RedrivePolicy"]:
            queue.dead_letter_queue = None
        queue.tags = place.all_tags(properties.get("Tags"))
        url = queue.physical_resource_id
        return Resource(url, {"Arn": queue.queue_arn, "QueueName": queue.name, "QueueUrl": url})


class SqsQueuePolicy:
    """One policy put on one or more queues; deleting it leaves them without.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html
    """

    name = "AWS::SQS::QueuePolicy"
    applied = frozenset({"PolicyDocument", "Queues"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Put the policy on every queue."""
        identifier = place.generated_name(128)
        return self.update(place, Resource(identifier, {"Id": identifier}), properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the policy on every queue, and take it off those that are no longer named."""
        document, urls = properties["PolicyDocument"], tuple(properties["Queues"])
        for queue in [_backend(place).get_queue(_queue_name(url)) for url in urls]:
            queue.policy = document if isinstance(document, str) else json.dumps(document)
        self._take_off(place, [url for url in resource.places if url not in urls])
        return replace(resource, places=urls)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Take the policy off every queue that still exists."""
        self._take_off(place, resource.places)

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """Nothing: the registry gives this type no read handler."""
        return {}

    def _take_off(self, place: Place, urls: Iterable[str]) -> None:
        for name in map(_queue_name, urls):
            if name in _backend(place).queues:
                _backend(place).queues[name].policy = None


def _queue_name(url: str) -> str:
    return url.rpartition("/")[2]


def _attribute(name: str) -> str:
    """The name of moto's field."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


TYPES: Final[tuple[ResourceType, ...]] = (SqsQueue(), SqsQueuePolicy())
