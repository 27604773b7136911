from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Change, Client, Specimen

TOPIC = "arn:aws:sns:eu-west-1:111111111111:{}"
ALARM: dict[str, Any] = {
    "AlarmName": "root-used",
    "AlarmActions": [TOPIC.format("one"), TOPIC.format("two")],
    "ActionsEnabled": True,
    "AlarmDescription": "somebody signed in as root",
    "ComparisonOperator": "GreaterThanThreshold",
    "DatapointsToAlarm": 1,
    "Dimensions": [{"Name": "Account", "Value": "one"}],
    "EvaluationPeriods": 2,
    "InsufficientDataActions": [TOPIC.format("one")],
    "MetricName": "RootUsed",
    "Namespace": "Security",
    "OKActions": [TOPIC.format("one")],
    "Period": 300,
    "Statistic": "Sum",
    "Tags": TAGS,
    "Threshold": 0,
    "TreatMissingData": "notBreaching",
    "Unit": "Count",
}
PERCENTILE = {"ExtendedStatistic": "p95", "EvaluateLowSampleCountPercentile": "ignore", "EvaluationPeriods": 1}
PERCENTILE |= {
    "ComparisonOperator": "GreaterThanThreshold",
    "MetricName": "Time",
    "Namespace": "Security",
    "Period": 60,
}


def put(**changed: Any) -> Change:
    """The alarm put again as it is now, but for this."""

    def change(client: Client, name: str) -> None:
        cloudwatch = client("cloudwatch")
        (now,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        settings = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
        kept = {key: value for key, value in now.items() if key in settings and value not in ("", [], None)}
        cloudwatch.put_metric_alarm(**{**kept, **changed})

    return change


def untag(client: Client, name: str) -> None:
    arn = f"arn:aws:cloudwatch:eu-west-1:111111111111:alarm:{name}"
    client("cloudwatch").untag_resource(ResourceARN=arn, TagKeys=["team"])


def remove(client: Client, name: str) -> None:
    client("cloudwatch").delete_alarms(AlarmNames=[name])


SPECIMENS = [
    Specimen(
        "AWS::CloudWatch::Alarm",
        ALARM,
        {
            "AlarmActions": put(AlarmActions=[TOPIC.format("one")]),
            "ActionsEnabled": lambda client, name: client("cloudwatch").disable_alarm_actions(AlarmNames=[name]),
            "AlarmDescription": put(AlarmDescription="nothing"),
            "ComparisonOperator": put(ComparisonOperator="LessThanThreshold"),
            "DatapointsToAlarm": put(DatapointsToAlarm=2),
            "Dimensions": put(Dimensions=[{"Name": "Account", "Value": "two"}]),
            "EvaluationPeriods": put(EvaluationPeriods=3),
            "InsufficientDataActions": put(InsufficientDataActions=[TOPIC.format("two")]),
            "MetricName": put(MetricName="Other"),
            "Namespace": put(Namespace="Other"),
            "OKActions": put(OKActions=[TOPIC.format("two")]),
            "Period": put(Period=60),
            "Statistic": put(Statistic="Maximum"),
            "Tags": untag,
            "Threshold": put(Threshold=100),
            "TreatMissingData": put(TreatMissingData="missing"),
            "Unit": put(Unit="Percent"),
        },
        remove,
    ),
    Specimen(
        "AWS::CloudWatch::Alarm",
        PERCENTILE | {"Threshold": 2.5},
        {
            "ExtendedStatistic": put(ExtendedStatistic="p99"),
            "EvaluateLowSampleCountPercentile": put(EvaluateLowSampleCountPercentile="evaluate"),
        },
        remove,
    ),
]
