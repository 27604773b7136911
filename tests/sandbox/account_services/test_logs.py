from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

KEY = "arn:aws:kms:eu-west-1:111111111111:key/one"


def test_a_log_group_takes_a_key_and_loses_it(sandbox: Embedded, refused: Callable[..., str]) -> None:
    """A key is associated with a log group that exists, and disassociated; DescribeLogGroups shows it.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
    """
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName="/audit")
    logs.associate_kms_key(logGroupName="/audit", kmsKeyId=KEY)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == KEY
    logs.disassociate_kms_key(logGroupName="/audit")
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]
    code = refused(logs.associate_kms_key, logGroupName="/none", kmsKeyId=KEY)
    assert code == "ResourceNotFoundException"


def test_a_metric_filter_put_again_is_one(sandbox: Embedded, refused: Callable[..., str]) -> None:
    """PutMetricFilter under a name that exists replaces that filter.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
    """
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName="/trail")
    transformation = {"metricName": "RootUsed", "metricNamespace": "Security", "metricValue": "1"}
    asked = {"logGroupName": "/trail", "filterName": "one", "metricTransformations": [transformation]}
    for pattern in ("first", "second"):
        logs.put_metric_filter(**asked, filterPattern=pattern)
    (found,) = logs.describe_metric_filters(logGroupName="/trail")["metricFilters"]
    assert found["filterPattern"] == "second"
    code = refused(
        logs.put_metric_filter, **{**asked, "metricTransformations": [transformation] * 2}, filterPattern="none"
    )
    assert code == "InvalidParameterException"
