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
