from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]


def group(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/audit", **properties}}


def test_a_log_group_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Retention, key and tags are what plain Logs calls show, after an update too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """
    key = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-0000-0000-000000000000"
    outputs = {"Arn": {"Fn::GetAtt": "Group.Arn"}}
    stack = deploy({"Group": group(RetentionInDays=30, KmsKeyId=key, Tags=[{"Key": "a", "Value": "b"}])}, outputs)
    logs = sandbox.client("logs")
    (found,) = logs.describe_log_groups()["logGroups"]
    assert (found["retentionInDays"], found["kmsKeyId"]) == (30, key)
    assert stack["outputs"]["Arn"] == found["arn"]
    assert logs.list_tags_log_group(logGroupName="/audit")["tags"]["a"] == "b"
    deploy({"Group": group()}, outputs)
    (found,) = logs.describe_log_groups()["logGroups"]
    assert {"retentionInDays", "kmsKeyId"} & set(found) == set()
    delete()
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_retention_that_aws_does_not_have_is_refused(deploy: Deploy) -> None:
    """RetentionInDays takes only AWS's steps."""
    stack = deploy({"Group": group(RetentionInDays=31)})
    assert "31 is not a valid enum value" in stack["reasons"][0]


def test_a_metric_filter_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy) -> None:
    """Its pattern and its transformation are what plain CloudWatch Logs calls show, after an update too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html
    """
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/trail"}}
    logs = sandbox.client("logs")

    def metric_filter(pattern: str) -> dict[str, Any]:
        transformation = {"MetricName": "RootUsed", "MetricNamespace": "Security", "MetricValue": "1"}
        properties = {"LogGroupName": {"Ref": "Group"}, "FilterPattern": pattern, "FilterName": "root-used"}
        return {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {**properties, "MetricTransformations": [transformation]},
        }

    stack = deploy({"Group": group, "Filter": metric_filter("one")}, {"Name": {"Ref": "Filter"}})
    assert stack["outputs"] == {"Name": "root-used"}
    (found,) = logs.describe_metric_filters(logGroupName="/trail")["metricFilters"]
    assert (found["filterPattern"], found["metricTransformations"][0]["metricName"]) == ("one", "RootUsed")
    deploy({"Group": group, "Filter": metric_filter("two")})
    (found,) = logs.describe_metric_filters(logGroupName="/trail")["metricFilters"]
    assert found["filterPattern"] == "two"
    deploy({"Group": group})
    assert logs.describe_metric_filters(logGroupName="/trail")["metricFilters"] == []
