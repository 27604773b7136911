from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]


def detector(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::GuardDuty::Detector", "Properties": {"Enable": True, **properties}}


def test_a_detector_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Its features and frequency are what plain GuardDuty calls show; a second detector is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-guardduty-detector.html
    """
    guardduty = sandbox.client("guardduty")
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    stack = deploy({"One": detector(Features=off, FindingPublishingFrequency="ONE_HOUR")}, {"Id": {"Ref": "One"}})

    def shown() -> tuple[str, str]:
        found = guardduty.get_detector(DetectorId=stack["outputs"]["Id"])
        features = {feature["Name"]: feature["Status"] for feature in found["Features"]}
        return found["FindingPublishingFrequency"], features["S3_DATA_EVENTS"]

    assert shown() == ("ONE_HOUR", "DISABLED")
    deploy({"One": detector()})
    assert shown() == ("SIX_HOURS", "DISABLED")
    assert "a detector already exists" in deploy({"One": detector(), "Two": detector()})["reasons"][0]
    delete()
    assert guardduty.list_detectors()["DetectorIds"] == []
