"""Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def statuses(detector: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {feature["Name"]: feature["Status"] for feature in detector["Features"]}


def test_an_account_has_one_detector_per_region(sandbox: Embedded, refused: Refused) -> None:
    """A second detector in the region is refused; another region may have one."""
    sandbox.client("guardduty").create_detector(Enable=True)
    assert refused(sandbox.client("guardduty").create_detector, Enable=True) == "BadRequestException"
    assert sandbox.client("guardduty", "us-east-1").create_detector(Enable=True)["DetectorId"]


def test_protection_plans_are_on_by_default_but_runtime_monitoring(sandbox: Embedded) -> None:
    """A new detector has every plan on except Runtime Monitoring; one that is named is as it is named."""
    guardduty = sandbox.client("guardduty")
    wanted = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    detector = guardduty.create_detector(Enable=True, Features=wanted)["DetectorId"]
    shown = statuses(guardduty.get_detector(DetectorId=detector))
    assert shown["S3_DATA_EVENTS"] == "DISABLED"
    assert shown["EKS_AUDIT_LOGS"] == shown["CLOUD_TRAIL"] == "ENABLED"
    assert shown["RUNTIME_MONITORING"] == "DISABLED"


def test_update_changes_what_is_named(sandbox: Embedded, refused: Refused) -> None:
    """Frequency, plans and tags change as told; the two runtime monitorings together are refused.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
    """
    guardduty = sandbox.client("guardduty")
    detector = guardduty.create_detector(Enable=True, Tags={"a": "1"})["DetectorId"]
    both = [{"Name": name, "Status": "ENABLED"} for name in ("RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING")]
    assert refused(guardduty.update_detector, DetectorId=detector, Features=both) == "BadRequestException"
    guardduty.update_detector(DetectorId=detector, FindingPublishingFrequency="ONE_HOUR", Features=both[:1])
    shown = guardduty.get_detector(DetectorId=detector)
    assert (shown["FindingPublishingFrequency"], statuses(shown)["RUNTIME_MONITORING"]) == ("ONE_HOUR", "ENABLED")
    assert shown["Tags"] == {"a": "1"}
    arn = f"arn:aws:guardduty:eu-west-1:111111111111:detector/{detector}"
    guardduty.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    guardduty.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert guardduty.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_somebody_elses_detector_is_not_ours(sandbox: Embedded, refused: Refused) -> None:
    """An id that the account does not own is refused, and so is a deleted one.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
    """
    guardduty = sandbox.client("guardduty")
    assert refused(guardduty.get_detector, DetectorId="0" * 32) == "BadRequestException"
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    guardduty.delete_detector(DetectorId=detector)
    assert refused(guardduty.get_detector, DetectorId=detector) == "BadRequestException"
    assert guardduty.list_detectors()["DetectorIds"] == []


def test_data_sources_are_plans_by_their_older_names(sandbox: Embedded, refused: Refused) -> None:
    """A data source switches the protection plan that it is; an additional configuration of another plan is refused.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-feature-object-api-changes-march2023.html
    """
    guardduty = sandbox.client("guardduty")
    detector = guardduty.create_detector(Enable=True, DataSources={"Kubernetes": {"AuditLogs": {"Enable": False}}})
    shown = guardduty.get_detector(DetectorId=detector["DetectorId"])
    assert statuses(shown)["EKS_AUDIT_LOGS"] == shown["DataSources"]["Kubernetes"]["AuditLogs"]["Status"] == "DISABLED"
    assert shown["DataSources"]["S3Logs"]["Status"] == shown["DataSources"]["CloudTrail"]["Status"] == "ENABLED"
    additional = [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}]
    wanted = [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED", "AdditionalConfiguration": additional}]
    assert refused(guardduty.update_detector, Features=wanted, **detector_id(detector)) == "BadRequestException"


def detector_id(made: dict[str, str]) -> dict[str, str]:
    return {"DetectorId": made["DetectorId"]}
