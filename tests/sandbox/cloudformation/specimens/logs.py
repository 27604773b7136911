from tests.sandbox.cloudformation.specimens import TAGS, Client, Specimen


def untag_log_group(client: Client, name: str) -> None:
    arn = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"].removesuffix(":*")
    client("logs").untag_resource(resourceArn=arn, tagKeys=["team"])


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
]
