import json
from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Change, Client, Specimen

SERVICE = {"Service": "cloudtrail.amazonaws.com"}
LOGS = "arn:aws:logs:eu-west-1:111111111111:log-group:{}:*"
ROLE = "arn:aws:iam::111111111111:role/{}"
SELECTOR = {
    "ReadWriteType": "WriteOnly",
    "IncludeManagementEvents": True,
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::one/"]}],
}
ADVANCED = [{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
TRAIL: dict[str, Any] = {
    "TrailName": "audit",
    "CloudWatchLogsLogGroupArn": LOGS.format("one"),
    "CloudWatchLogsRoleArn": ROLE.format("one"),
    "EnableLogFileValidation": True,
    "EventSelectors": [SELECTOR],
    "IncludeGlobalServiceEvents": True,
    "IsLogging": True,
    "IsMultiRegionTrail": False,
    "S3BucketName": "trail-logs",
    "S3KeyPrefix": "one",
    "SnsTopicName": "first",
    "Tags": TAGS,
}


def make_destinations(client: Client) -> None:
    for topic in ("first", "second"):
        client("sns").create_topic(Name=topic)
    s3 = client("s3")
    for name in ("trail-logs", "other-logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        allowed = [
            {"Effect": "Allow", "Principal": SERVICE, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}"},
            {"Effect": "Allow", "Principal": SERVICE, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"},
        ]
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": allowed}))


def updated(**parameters: Any) -> Change:
    return lambda client, name: client("cloudtrail").update_trail(Name=name, **parameters)


def untag(client: Client, name: str) -> None:
    arn = client("cloudtrail").get_trail(Name=name)["Trail"]["TrailARN"]
    client("cloudtrail").remove_tags(ResourceId=arn, TagsList=[TAGS[0]])


def remove(client: Client, name: str) -> None:
    client("cloudtrail").delete_trail(Name=name)


SPECIMENS = [
    Specimen(
        "AWS::CloudTrail::Trail",
        TRAIL,
        {
            "CloudWatchLogsLogGroupArn": updated(CloudWatchLogsLogGroupArn=LOGS.format("two")),
            "CloudWatchLogsRoleArn": updated(CloudWatchLogsRoleArn=ROLE.format("two")),
            "EnableLogFileValidation": updated(EnableLogFileValidation=False),
            "IncludeGlobalServiceEvents": updated(IncludeGlobalServiceEvents=False),
            "S3BucketName": updated(S3BucketName="other-logs"),
            "S3KeyPrefix": updated(S3KeyPrefix="two"),
            "SnsTopicName": updated(SnsTopicName="second"),
            "IsLogging": lambda client, name: client("cloudtrail").stop_logging(Name=name),
            "EventSelectors": lambda client, name: client("cloudtrail").put_event_selectors(
                TrailName=name, EventSelectors=[{**SELECTOR, "ReadWriteType": "All"}]
            ),
            "Tags": untag,
        },
        remove,
        before=make_destinations,
    ),
    Specimen(
        "AWS::CloudTrail::Trail",
        {
            "S3BucketName": "trail-logs",
            "IsLogging": True,
            "IsMultiRegionTrail": True,
            "AdvancedEventSelectors": ADVANCED,
        },
        {
            "IsMultiRegionTrail": updated(IsMultiRegionTrail=False),
            "AdvancedEventSelectors": lambda client, name: client("cloudtrail").put_event_selectors(
                TrailName=name, EventSelectors=[SELECTOR]
            ),
        },
        remove,
        before=make_destinations,
    ),
]
