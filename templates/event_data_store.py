"""An event data store of CloudTrail Lake for the whole organization, protected, with a key of its own.

CloudTrail Lake has been closed to new customers since May 31, 2026.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-organizations.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field
from troposphere import GetAtt, Output, Ref, Sub, Template, cloudtrail, kms

ROOT: Final = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")


@dataclass(frozen=True)
class Parameters:
    """For how many days events can be asked for."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    retention_days: Annotated[int, Field(ge=7, le=3653)] = 366


def template(p: Parameters) -> Template:
    """The key, and the event data store that it encrypts; both stay when the stack goes."""
    t = Template("The organization's events in CloudTrail Lake")
    t.set_version()
    kept = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    key = kms.Key(
        "Key",
        Description="The organization's events in CloudTrail Lake",
        EnableKeyRotation=True,
        KeyPolicy={"Version": "2012-10-17", "Statement": key_statements()},
        **kept,
    )
    store = cloudtrail.EventDataStore(
        "Store",
        Name=f"{p.prefix}-organization-events",
        OrganizationEnabled=True,
        MultiRegionEnabled=True,
        RetentionPeriod=p.retention_days,
        TerminationProtectionEnabled=True,
        BillingMode="EXTENDABLE_RETENTION_PRICING",
        KmsKeyId=GetAtt(key, "Arn"),
        **kept,
    )
    t.add_resource([key, store])
    t.add_output(Output("StoreArn", Value=GetAtt(store, "EventDataStoreArn")))
    return t


def key_statements() -> list[dict[str, Any]]:
    """The account through IAM; CloudTrail for event data stores of the account."""
    stores = Sub("arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:eventdatastore/*")
    use = {"Effect": "Allow", "Resource": "*"}
    return [
        {"Sid": "AccountThroughIam", **use, "Principal": {"AWS": ROOT}, "Action": "kms:*"},
        {
            "Sid": "EventDataStoresOfThisAccount",
            **use,
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
                "ArnLike": {"aws:SourceArn": stores},
            },
        },
    ]
