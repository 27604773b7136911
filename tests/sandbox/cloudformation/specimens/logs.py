from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Client, Specimen


def untag_log_group(client: Client, name: str) -> None:
    arn = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"].removesuffix(":*")
    client("logs").untag_resource(resourceArn=arn, tagKeys=["team"])


TRANSFORMATION: dict[str, Any] = {
    "MetricName": "RootUsed",
    "MetricNamespace": "Security",
    "MetricValue": "1",
    "DefaultValue": 0,
    "Unit": "Count",
    "Dimensions": [{"Key": "Account", "Value": "$.accountId"}],
}


def put_filter(client: Client, name: str, pattern: str, value: str) -> None:
    """The metric filter put again, with this pattern and metric value."""
    client("logs").put_metric_filter(
        logGroupName="/trail",
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[
            {
                "metricName": "RootUsed",
                "metricNamespace": "Security",
                "metricValue": value,
                "unit": "Count",
                "dimensions": {"Account": "$.accountId"},
            }
        ],
    )


SPECIMENS = [
    Specimen(
        "AWS::Logs::LogGroup",
        {"KmsKeyId": "arn:aws:kms:eu-west-1:111111111111:key/one", "LogGroupName": "/audit", "RetentionInDays": 365}
        | {"Tags": TAGS},
        {
            "KmsKeyId": lambda client, name: client("logs").disassociate_kms_key(logGroupName=name),
            "RetentionInDays": lambda client, name: client("logs").put_retention_policy(
                logGroupName=name, retentionInDays=1
            ),
            "Tags": untag_log_group,
        },
        lambda client, name: client("logs").delete_log_group(logGroupName=name),
    ),
    Specimen(
        "AWS::Logs::MetricFilter",
        {
            "FilterName": "root-used",
            "FilterPattern": "{ $.userIdentity.type = Root }",
            "LogGroupName": {"Ref": "Group"},
            "MetricTransformations": [TRANSFORMATION],
        },
        {
            "MetricTransformations": lambda client, name: put_filter(
                client, name, "{ $.userIdentity.type = Root }", "0"
            ),
            "FilterPattern": lambda client, name: put_filter(client, name, "nobody", "0"),
        },
        lambda client, name: client("logs").delete_metric_filter(logGroupName="/trail", filterName=name),
        beside={"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/trail"}}},
    ),
]
