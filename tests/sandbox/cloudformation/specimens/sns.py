from tests.sandbox.cloudformation.specimens import TAGS, Change, Specimen


def attribute(name: str, value: str) -> Change:
    return lambda client, arn: client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName=name, AttributeValue=value
    )


def subscription(name: str, value: str) -> Change:
    return lambda client, arn: client("sns").set_subscription_attributes(
        SubscriptionArn=arn, AttributeName=name, AttributeValue=value
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
    Specimen(
        "AWS::SNS::Subscription",
        {
            "TopicArn": {"Ref": "Topic"},
            "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:eu-west-1:111111111111:one",
            "DeliveryPolicy": {"healthyRetryPolicy": {"numRetries": 3}},
            "FilterPolicy": {"severity": ["high"]},
            "FilterPolicyScope": "MessageBody",
            "RawMessageDelivery": True,
            "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111111111111:dead"},
            "SubscriptionRoleArn": "arn:aws:iam::111111111111:role/one",
        },
        {
            "DeliveryPolicy": subscription("DeliveryPolicy", '{"healthyRetryPolicy": {"numRetries": 1}}'),
            "FilterPolicy": subscription("FilterPolicy", '{"severity": ["high", "low"]}'),
            "FilterPolicyScope": subscription("FilterPolicyScope", "MessageAttributes"),
            "RawMessageDelivery": subscription("RawMessageDelivery", "false"),
            "RedrivePolicy": subscription(
                "RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111111111111:other"}'
            ),
            "SubscriptionRoleArn": subscription("SubscriptionRoleArn", "arn:aws:iam::111111111111:role/two"),
        },
        lambda client, arn: client("sns").unsubscribe(SubscriptionArn=arn),
        beside={"Topic": {"Type": "AWS::SNS::Topic"}},
    ),
]
