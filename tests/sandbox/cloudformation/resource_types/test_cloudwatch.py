from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
SETTINGS = {
    "AlarmName": "root-used",
    "MetricName": "RootUsed",
    "Namespace": "Security",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}


def alarm(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**SETTINGS, **properties}}


def test_an_alarm_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """An alarm begins with insufficient data; an update changes it and leaves its state alone.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
    """
    cloudwatch = sandbox.client("cloudwatch")

    def found() -> Any:
        return cloudwatch.describe_alarms(AlarmNames=["root-used"])["MetricAlarms"]

    stack = deploy({"Alarm": alarm(TreatMissingData="notBreaching")}, {"Arn": {"Fn::GetAtt": "Alarm.Arn"}})
    (shown,) = found()
    assert shown["AlarmArn"] == stack["outputs"]["Arn"]
    assert (shown["StateValue"], shown["TreatMissingData"]) == ("INSUFFICIENT_DATA", "notBreaching")
    cloudwatch.set_alarm_state(AlarmName="root-used", StateValue="ALARM", StateReason="tried")
    deploy({"Alarm": alarm(Threshold=5)})
    (shown,) = found()
    assert (shown["StateValue"], shown["Threshold"]) == ("ALARM", 5)
    assert "TreatMissingData" not in shown
    delete()
    assert found() == []


def test_an_alarm_does_not_take_over_another(sandbox: Embedded, deploy: Deploy) -> None:
    """An alarm of the same name that exists already fails the stack and stays as it is."""
    cloudwatch = sandbox.client("cloudwatch")
    cloudwatch.put_metric_alarm(**{**SETTINGS, "Threshold": 9})
    assert deploy({"Alarm": alarm()})["reasons"] == ["root-used already exists"]
    (shown,) = cloudwatch.describe_alarms(AlarmNames=["root-used"])["MetricAlarms"]
    assert shown["Threshold"] == 9
