"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_the_recording_mode_is_kept(sandbox: Embedded, linked_role: str, refused: Refused) -> None:
    """The recorder is shown with its recording mode, continuous by default; a second recorder and a missing role are refused."""
    config = sandbox.client("config")
    put = config.put_configuration_recorder
    assert refused(put, ConfigurationRecorder={"name": "default"}) == "InvalidRoleException"
    put(ConfigurationRecorder={"name": "default", "roleARN": linked_role})
    shown = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert (shown["name"], shown["recordingMode"]["recordingFrequency"]) == ("default", "CONTINUOUS")
    override = {"resourceTypes": ["AWS::EC2::Instance"], "recordingFrequency": "CONTINUOUS"}
    mode = {"recordingFrequency": "DAILY", "recordingModeOverrides": [override]}
    put(ConfigurationRecorder={"name": "default", "roleARN": linked_role, "recordingMode": mode})
    again = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert (again["arn"], again["recordingMode"]) == (shown["arn"], mode)
    code = refused(put, ConfigurationRecorder={"name": "second", "roleARN": linked_role})
    assert code == "MaxNumberOfConfigurationRecordersExceededException"


def test_recording_takes_a_delivery_channel(recorder: Callable[..., Any], bucket: str, refused: Refused) -> None:
    """A recorder starts only with a delivery channel; its first delivery is pending, then it has succeeded.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigurationRecorder.html
    """
    config = recorder()
    start = config.start_configuration_recorder
    assert refused(start, ConfigurationRecorderName="default") == "NoAvailableDeliveryChannelException"
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    start(ConfigurationRecorderName="default")
    looks = [config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0] for _ in range(2)]
    assert [(each["recording"], each["lastStatus"]) for each in looks] == [(True, "Pending"), (True, "Success")]


def test_the_linked_role_must_exist(sandbox: Embedded, refused: Refused) -> None:
    """A recorder with the service-linked role is refused as long as the account does not have that role.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html
    """
    role = "arn:aws:iam::111111111111:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    put, wanted = sandbox.client("config").put_configuration_recorder, {"name": "default", "roleARN": role}
    assert refused(put, ConfigurationRecorder=wanted) == "InvalidRoleException"
    made = sandbox.client("iam").create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"]
    assert made["Arn"] == role
    put(ConfigurationRecorder=wanted)


@pytest.mark.not_kept
def test_service_linked_recorders_are_refused(sandbox: Embedded, linked_role: str, refused: Refused) -> None:
    """Recorders that belong to a service, and tags of recorders, are refused plainly."""
    config = sandbox.client("config")
    put = config.put_service_linked_configuration_recorder
    assert refused(put, ServicePrincipal="observabilityadmin.amazonaws.com") == "NotImplemented"
    recorder = {"name": "default", "roleARN": linked_role}
    tags = [{"Key": "a", "Value": "1"}]
    assert refused(config.put_configuration_recorder, ConfigurationRecorder=recorder, Tags=tags) == "NotImplemented"
