from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.specimens.config import RECORDER, make_destinations

Deploy = Callable[..., dict[str, Any]]


def channel(bucket: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Config::DeliveryChannel",
        "Properties": {"S3BucketName": bucket},
        "DependsOn": "Recorder",
    }


def recorder(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Config::ConfigurationRecorder", "Properties": {**RECORDER, **properties}}


def test_a_recorder_starts_with_its_delivery_channel(
    sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]
) -> None:
    """The recorder records once it has where to deliver to, and is what the template says; both go with the stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html
    """
    make_destinations(sandbox.client)
    config = sandbox.client("config")

    def records() -> bool:
        (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        return bool(status["recording"])

    deploy({"Recorder": recorder()})
    assert records() is False
    deploy({"Recorder": recorder(), "Channel": channel("config-one")})
    assert records() is True
    deploy({"Recorder": recorder(RecordingMode={"RecordingFrequency": "CONTINUOUS"}), "Channel": channel("config-two")})
    (shown,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert shown["recordingMode"]["recordingFrequency"] == "CONTINUOUS"
    assert config.describe_delivery_channels()["DeliveryChannels"][0]["s3BucketName"] == "config-two"
    assert records() is True
    delete()
    assert config.describe_configuration_recorders()["ConfigurationRecorders"] == []
    assert config.describe_delivery_channels()["DeliveryChannels"] == []


def test_a_channel_to_no_bucket_fails(sandbox: Embedded, deploy: Deploy) -> None:
    """A delivery channel whose bucket does not exist fails the stack, and nothing is left.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html
    """
    make_destinations(sandbox.client)
    stack = deploy({"Recorder": recorder(), "Channel": channel("none")})
    assert "Cannot find a S3 bucket" in stack["reasons"][0]
    assert sandbox.client("config").describe_configuration_recorders()["ConfigurationRecorders"] == []
