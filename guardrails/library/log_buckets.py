"""What buckets for logs have in common, for the templates that make them: the bucket, its policy, its key, where it replicates to.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from typing import Any, Final

from troposphere import GetAtt, Parameter, Ref, Sub, Template, kms, s3

KEY_ADMINISTRATION: Final = (
    *("kms:CreateAlias", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*"),
    *("kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
ACCOUNT: Final = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
EVERYBODY: Final = {"AWS": "*"}
KEPT: Final = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
ACCOUNT_ID: Final = "^[0-9]{12}$"
ORGANIZATION_ID: Final = "^o-[a-z0-9]{10,32}$"
BUCKET_NAME: Final = "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
KEY_ARN: Final = "^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$"
OWNED: Final = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""What a service says when it writes into another's bucket: it is the bucket owner's."""


def given(t: Template, **patterns: str) -> None:
    """Parameters of the stack, each with the pattern that its value matches."""
    for name, pattern in patterns.items():
        t.add_parameter(Parameter(name, Type="String", AllowedPattern=pattern))


def log_bucket(title: str, name: str, key: Any = None, **properties: Any) -> s3.Bucket:
    """A bucket that is versioned, private, its account's alone, and encrypted with the key: with S3's own where there is none."""
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    rule = s3.ServerSideEncryptionRule(
        BucketKeyEnabled=key is not None,
        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(**encryption),
    )
    return s3.Bucket(
        title,
        BucketName=Sub(name),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")],
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule]),
        **properties,
        **KEPT,
    )


def lifecycle(rule: str, expiration_days: int, noncurrent_days: int, **properties: Any) -> s3.LifecycleConfiguration:
    """One rule: logs expire, their older versions and what was never uploaded whole go soon after."""
    return s3.LifecycleConfiguration(
        Rules=[
            s3.LifecycleRule(
                Id=rule,
                Status="Enabled",
                ExpirationInDays=expiration_days,
                NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days),
                AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
                **properties,
            )
        ]
    )


def bucket_policy(title: str, bucket: str, *statements: dict[str, Any]) -> s3.BucketPolicy:
    """The policy of the bucket with this title: these statements, only over TLS 1.2 or later, and nobody deletes."""
    whole, objects = Sub(f"${{{bucket}.Arn}}"), Sub(f"${{{bucket}.Arn}}/*")
    removal = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]
    always = [
        deny("PlainHttp", "s3:*", [whole, objects], Bool={"aws:SecureTransport": "false"}),
        deny("OldTls", "s3:*", [whole, objects], NumericLessThan={"s3:TlsVersion": "1.2"}),
        deny("Removal", removal, objects),
    ]
    document = {"Version": "2012-10-17", "Statement": [*always, *statements]}
    return s3.BucketPolicy(title, Bucket=Ref(bucket), PolicyDocument=document, **KEPT)


def key_and_alias(alias: str, description: str, *statements: dict[str, Any]) -> tuple[kms.Key, kms.Alias]:
    """A key that rotates, with these statements: IAM here administers it, and whom IAM lets read a bucket here decrypts, through S3.

    Readers need no word on KMS in their own policies, which `ReadOnlyAccess` would not have; an object that IAM does not
    let them read stays closed.
    """
    here = {"kms:CallerAccount": Ref("AWS::AccountId"), "kms:ViaService": Sub("s3.${AWS::Region}.amazonaws.com")}
    always = [
        allow("AdministrationThroughIam", ACCOUNT, list(KEY_ADMINISTRATION)),
        allow("DecryptionByReadersHere", EVERYBODY, "kms:Decrypt", StringEquals=here),
    ]
    key = kms.Key(
        "Key",
        Description=description,
        EnableKeyRotation=True,
        PendingWindowInDays=30,
        KeyPolicy={"Version": "2012-10-17", "Statement": [*always, *statements]},
        **KEPT,
    )
    return key, kms.Alias("Alias", AliasName=f"alias/{alias}", TargetKeyId=Ref(key))


def key_arn() -> Any:
    """The ARN of the key that `key_and_alias` makes."""
    return GetAtt("Key", "Arn")


def allow(sid: str, principal: Any, action: Any, resource: Any = "*", **conditions: Any) -> dict[str, Any]:
    """A statement that allows, under these conditions: operator=keys."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement


def deny(sid: str, action: Any, resource: Any, **conditions: Any) -> dict[str, Any]:
    """A statement that denies to everyone, under these conditions: operator=keys."""
    statement = {"Sid": sid, "Effect": "Deny", "Principal": EVERYBODY, "Action": action, "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement
