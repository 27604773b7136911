from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Change, Client, Specimen

DEAD = "arn:aws:sqs:eu-west-1:111111111111:{}"


def make_dead_letter_queues(client: Client) -> None:
    for name in ("dead", "deader", "dead.fifo"):
        client("sqs").create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if "fifo" in name else {})


def attribute(name: str, value: Any) -> Change:
    """The attribute set, with the policy that moto would forget."""
    return lambda client, url: client("sqs").set_queue_attributes(QueueUrl=url, Attributes={name: value})


def remove(client: Client, url: str) -> None:
    client("sqs").delete_queue(QueueUrl=url)


SPECIMENS = [
    Specimen(
        "AWS::SQS::Queue",
        {
            "QueueName": "events",
            "DelaySeconds": 1,
            "KmsDataKeyReusePeriodSeconds": 600,
            "KmsMasterKeyId": "alias/one",
            "MaximumMessageSize": 2048,
            "MessageRetentionPeriod": 3600,
            "ReceiveMessageWaitTimeSeconds": 5,
            "RedrivePolicy": {"deadLetterTargetArn": DEAD.format("dead"), "maxReceiveCount": "3"},
            "Tags": TAGS,
            "VisibilityTimeout": 60,
        },
        {
            "DelaySeconds": attribute("DelaySeconds", "2"),
            "KmsDataKeyReusePeriodSeconds": attribute("KmsDataKeyReusePeriodSeconds", "300"),
            "KmsMasterKeyId": attribute("KmsMasterKeyId", "alias/two"),
            "MaximumMessageSize": attribute("MaximumMessageSize", "4096"),
            "MessageRetentionPeriod": attribute("MessageRetentionPeriod", "60"),
            "ReceiveMessageWaitTimeSeconds": attribute("ReceiveMessageWaitTimeSeconds", "0"),
            "RedrivePolicy": attribute(
                "RedrivePolicy", f'{{"deadLetterTargetArn": "{DEAD.format("deader")}", "maxReceiveCount": 3}}'
            ),
            "Tags": lambda client, url: client("sqs").untag_queue(QueueUrl=url, TagKeys=["team"]),
            "VisibilityTimeout": attribute("VisibilityTimeout", "30"),
        },
        remove,
        before=make_dead_letter_queues,
    ),
    Specimen(
        "AWS::SQS::Queue",
        {
            "FifoQueue": True,
            "ContentBasedDeduplication": True,
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
            "SqsManagedSseEnabled": True,
        },
        {
            "ContentBasedDeduplication": attribute("ContentBasedDeduplication", "false"),
            "DeduplicationScope": attribute("DeduplicationScope", "queue"),
            "FifoThroughputLimit": attribute("FifoThroughputLimit", "perQueue"),
            "SqsManagedSseEnabled": attribute("SqsManagedSseEnabled", "false"),
        },
        remove,
    ),
]
