import json
from typing import Any

from tests.sandbox.cloudformation.specimens import Change, Client, Specimen

ROLE = "arn:aws:iam::111111111111:role/{}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
RECORDER: dict[str, Any] = {
    "Name": "default",
    "RoleARN": ROLE.format("one"),
    "RecordingGroup": {"AllSupported": True, "IncludeGlobalResourceTypes": True},
    "RecordingMode": {"RecordingFrequency": "DAILY"},
}
BESIDE = {"Recorder": {"Type": "AWS::Config::ConfigurationRecorder", "Properties": RECORDER}}


def make_destinations(client: Client) -> None:
    for name in ("one", "two"):
        client("sns").create_topic(Name=name)
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        location = {"LocationConstraint": "eu-west-1"}
        client("s3").create_bucket(Bucket=f"config-{name}", CreateBucketConfiguration=location)


def put_recorder(**changed: Any) -> Change:
    def change(client: Client, name: str) -> None:
        (now,) = client("config").describe_configuration_recorders()["ConfigurationRecorders"]
        kept = {key: now[key] for key in ("name", "roleARN", "recordingGroup", "recordingMode")}
        client("config").put_configuration_recorder(ConfigurationRecorder={**kept, **changed})

    return change


def put_channel(**changed: Any) -> Change:
    def change(client: Client, name: str) -> None:
        (now,) = client("config").describe_delivery_channels()["DeliveryChannels"]
        client("config").put_delivery_channel(DeliveryChannel={**now, **changed})

    return change


def remove_channel(client: Client, name: str) -> None:
    client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    client("config").delete_delivery_channel(DeliveryChannelName=name)


SPECIMENS = [
    Specimen(
        "AWS::Config::ConfigurationRecorder",
        RECORDER,
        {
            "RoleARN": put_recorder(roleARN=ROLE.format("two")),
            "RecordingGroup": put_recorder(recordingGroup={"allSupported": False, "resourceTypes": ["AWS::IAM::Role"]}),
            "RecordingMode": put_recorder(recordingMode={"recordingFrequency": "CONTINUOUS"}),
        },
        lambda client, name: client("config").delete_configuration_recorder(ConfigurationRecorderName=name),
        before=make_destinations,
    ),
    Specimen(
        "AWS::Config::DeliveryChannel",
        {
            "Name": "default",
            "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "One_Hour"},
            # One word out of two, so that the recorder is referred to and made first.
            "S3BucketName": {
                "Fn::Sub": ["config-${Name}", {"Name": {"Fn::Select": [0, ["one", {"Ref": "Recorder"}]]}}]
            },
            "S3KeyPrefix": "one",
            "SnsTopicARN": "arn:aws:sns:eu-west-1:111111111111:one",
        },
        {
            "ConfigSnapshotDeliveryProperties": put_channel(
                configSnapshotDeliveryProperties={"deliveryFrequency": "Three_Hours"}
            ),
            "S3BucketName": put_channel(s3BucketName="config-two"),
            "S3KeyPrefix": put_channel(s3KeyPrefix="two"),
            "SnsTopicARN": put_channel(snsTopicARN="arn:aws:sns:eu-west-1:111111111111:two"),
        },
        remove_channel,
        before=make_destinations,
        beside=BESIDE,
        # The key must exist; what is read of it is what is read of the topic.
        fixed=frozenset({"S3KmsKeyArn"}),
    ),
]
