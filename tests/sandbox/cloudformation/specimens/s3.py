import json
from typing import Any

from tests.sandbox.cloudformation.specimens import OTHER_TAG, TAGS, Client, Specimen, document

ACCOUNT = {"AWS": "arn:aws:iam::111111111111:root"}
LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
OTHER_LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 1}}}
BLOCK = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
RULE: dict[str, Any] = {
    "Status": "Enabled",
    "Prefix": "logs/",
    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
    "ExpirationInDays": 2555,
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 10}],
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
OTHER_RULE = {"ID": "short", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
SSE_KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/logs"}
WRITER = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs-of-logs/*",
}


def make_log_bucket(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="logs-of-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_policy(Bucket="logs-of-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [WRITER]}))


def make_destination(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="replicas", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="replicas", VersioningConfiguration={"Status": "Enabled"})


REPLICATION: dict[str, Any] = {
    "Role": "arn:aws:iam::111111111111:role/replication",
    "Rules": [
        {
            "Id": "all",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            "Destination": {
                "Bucket": "arn:aws:s3:::replicas",
                "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:111111111111:key/1"},
                "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            },
        }
    ],
}
SPECIMENS = [
    Specimen(
        "AWS::S3::Bucket",
        {
            "BucketName": "logs-111111111111",
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": LOCK,
            "VersioningConfiguration": {"Status": "Enabled"},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": BLOCK,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": SSE_KMS}
                ]
            },
            "LifecycleConfiguration": {"Rules": [RULE]},
            "LoggingConfiguration": {"DestinationBucketName": "logs-of-logs", "LogFilePrefix": "logs/"},
            "Tags": TAGS,
        },
        {
            "ObjectLockConfiguration": lambda client, name: client("s3").put_object_lock_configuration(
                Bucket=name, ObjectLockConfiguration=OTHER_LOCK
            ),
            "OwnershipControls": lambda client, name: client("s3").delete_bucket_ownership_controls(Bucket=name),
            "PublicAccessBlockConfiguration": lambda client, name: client("s3").delete_public_access_block(Bucket=name),
            "BucketEncryption": lambda client, name: client("s3").delete_bucket_encryption(Bucket=name),
            "LifecycleConfiguration": lambda client, name: client("s3").put_bucket_lifecycle_configuration(
                Bucket=name, LifecycleConfiguration={"Rules": [OTHER_RULE]}
            ),
            "LoggingConfiguration": lambda client, name: client("s3").put_bucket_logging(
                Bucket=name, BucketLoggingStatus={}
            ),
            "Tags": lambda client, name: client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": OTHER_TAG}),
        },
        lambda client, name: client("s3").delete_bucket(Bucket=name),
        # S3 lets nobody suspend the versioning of a bucket with object lock, nor take the lock away.
        fixed=frozenset({"ObjectLockEnabled", "VersioningConfiguration"}),
        before=make_log_bucket,
    ),
    Specimen(
        "AWS::S3::Bucket",
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {
            "VersioningConfiguration": lambda client, name: client("s3").put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Suspended"}
            )
        },
        lambda client, name: client("s3").delete_bucket(Bucket=name),
    ),
    Specimen(
        "AWS::S3::Bucket",
        {"VersioningConfiguration": {"Status": "Enabled"}, "ReplicationConfiguration": REPLICATION},
        {
            "ReplicationConfiguration": lambda client, name: client("s3").delete_bucket_replication(Bucket=name),
        },
        lambda client, name: client("s3").delete_bucket(Bucket=name),
        fixed=frozenset({"VersioningConfiguration"}),  # a bucket that replicates keeps its versioning
        before=make_destination,
    ),
    Specimen(
        "AWS::S3::BucketPolicy",
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document("s3:ListBucket", Principal=ACCOUNT)},
        {
            "PolicyDocument": lambda client, name: client("s3").put_bucket_policy(
                Bucket=name, Policy=json.dumps(document("s3:*", Principal=ACCOUNT))
            )
        },
        lambda client, name: client("s3").delete_bucket_policy(Bucket=name),
        beside={"Bucket": {"Type": "AWS::S3::Bucket"}},
    ),
]
