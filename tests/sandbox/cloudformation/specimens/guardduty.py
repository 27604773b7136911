from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Change, Client, Specimen

AGENTS = [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}, {"Name": "EKS_ADDON_MANAGEMENT", "Status": "DISABLED"}]


def update(**changed: Any) -> Change:
    return lambda client, detector: client("guardduty").update_detector(DetectorId=detector, **changed)


def untag(client: Client, detector: str) -> None:
    arn = f"arn:aws:guardduty:eu-west-1:111111111111:detector/{detector}"
    client("guardduty").untag_resource(ResourceArn=arn, TagKeys=["team"])


SPECIMENS = [
    Specimen(
        "AWS::GuardDuty::Detector",
        {
            "Enable": True,
            "FindingPublishingFrequency": "FIFTEEN_MINUTES",
            "Features": [
                {"Name": "S3_DATA_EVENTS", "Status": "ENABLED"},
                {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": AGENTS},
            ],
            "Tags": TAGS,
        },
        {
            "FindingPublishingFrequency": update(FindingPublishingFrequency="ONE_HOUR"),
            "Features": update(Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]),
            "Tags": untag,
            "Enable": update(Enable=False),
        },
        lambda client, detector: client("guardduty").delete_detector(DetectorId=detector),
    )
]
