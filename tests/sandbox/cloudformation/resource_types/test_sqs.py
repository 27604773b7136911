import json
from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
POLICY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def test_a_queue_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Its attributes are what plain SQS calls show; one that leaves the template goes back to its default, the policy stays.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
    """
    dead = queue(QueueName="dead")
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": "Dead.Arn"}, "maxReceiveCount": 3}
    outputs = {"Url": {"Ref": "Queue"}, "Arn": {"Fn::GetAtt": "Queue.Arn"}, "Name": {"Fn::GetAtt": "Queue.QueueName"}}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": POLICY}}
    first = queue(QueueName="events", VisibilityTimeout=60, RedrivePolicy=redrive, KmsMasterKeyId="alias/one")
    stack = deploy({"Dead": dead, "Queue": first, "Policy": policy}, outputs)
    assert stack["outputs"] == {
        "Url": "https://sqs.eu-west-1.amazonaws.com/111111111111/events",
        "Arn": "arn:aws:sqs:eu-west-1:111111111111:events",
        "Name": "events",
    }
    sqs = sandbox.client("sqs")

    def attributes() -> Any:
        return sqs.get_queue_attributes(QueueUrl=stack["outputs"]["Url"], AttributeNames=["All"])["Attributes"]

    assert (attributes()["VisibilityTimeout"], attributes()["SqsManagedSseEnabled"]) == ("60", "false")
    assert json.loads(attributes()["RedrivePolicy"])["maxReceiveCount"] == 3
    deploy({"Dead": dead, "Queue": queue(QueueName="events"), "Policy": policy}, outputs)
    assert (attributes()["VisibilityTimeout"], attributes()["SqsManagedSseEnabled"]) == ("30", "true")
    assert "KmsMasterKeyId" not in attributes()
    assert json.loads(attributes()["Policy"]) == POLICY
    deploy({"Dead": dead, "Queue": queue(QueueName="events")}, outputs)
    assert not attributes().get("Policy")
    delete()
    assert sqs.list_queues().get("QueueUrls", []) == []


def test_a_fifo_queue_gets_a_fifo_name(deploy: Deploy) -> None:
    """A FIFO queue without a name gets one that ends in .fifo; a name that is taken fails.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    """
    stack = deploy({"Queue": queue(FifoQueue=True)}, {"Name": {"Fn::GetAtt": "Queue.QueueName"}})
    assert stack["outputs"]["Name"].endswith(".fifo")
    taken = deploy({"Queue": queue(FifoQueue=True), "A": queue(QueueName="a"), "B": queue(QueueName="a")})
    assert taken["reasons"] == ["a already exists"]
