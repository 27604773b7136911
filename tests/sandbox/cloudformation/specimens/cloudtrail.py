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
DATA = [
    {
        "Name": "objects",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ],
    }
]
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
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": SERVICE}],
    }
    for name in ("one", "two"):
        client("logs").create_log_group(logGroupName=name)
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
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


def store_updated(**parameters: Any) -> Change:
    return lambda client, name: client("cloudtrail").update_event_data_store(EventDataStore=name, **parameters)


def untag_store(client: Client, name: str) -> None:
    client("cloudtrail").remove_tags(ResourceId=name, TagsList=[TAGS[0]])


def remove_store(client: Client, name: str) -> None:
    client("cloudtrail").update_event_data_store(EventDataStore=name, TerminationProtectionEnabled=False)
    client("cloudtrail").delete_event_data_store(EventDataStore=name)


SPECIMENS = [
    Specimen(
        "AWS::CloudTrail::EventDataStore",
        {
            "Name": "events",
            "AdvancedEventSelectors": ADVANCED,
            "BillingMode": "EXTENDABLE_RETENTION_PRICING",
            "MultiRegionEnabled": True,
            "OrganizationEnabled": False,
            "RetentionPeriod": 400,
            "TerminationProtectionEnabled": True,
            "Tags": TAGS,
        },
        {
            "Name": store_updated(Name="others"),
            "AdvancedEventSelectors": store_updated(AdvancedEventSelectors=DATA),
            "MultiRegionEnabled": store_updated(MultiRegionEnabled=False),
            "RetentionPeriod": store_updated(RetentionPeriod=500),
            "TerminationProtectionEnabled": store_updated(TerminationProtectionEnabled=False),
            "Tags": untag_store,
        },
        remove_store,
        fixed=frozenset({"BillingMode", "KmsKeyId", "OrganizationEnabled"}),
    ),
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
