from tests.sandbox.cloudformation.specimens import TAGS, Change, Specimen


def attribute(name: str, value: str) -> Change:
    return lambda client, arn: client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName=name, AttributeValue=value
    )


SPECIMENS = [
    Specimen(
        "AWS::SNS::Topic",
        {"DisplayName": "Alerts", "KmsMasterKeyId": "alias/one", "TopicName": "alerts", "Tags": TAGS},
        {
            "DisplayName": attribute("DisplayName", "Other"),
            "KmsMasterKeyId": attribute("KmsMasterKeyId", ""),
            "Tags": lambda client, arn: client("sns").tag_resource(ResourceArn=arn, Tags=[{"Key": "new", "Value": ""}]),
        },
        lambda client, arn: client("sns").delete_topic(TopicArn=arn),
    ),
]
