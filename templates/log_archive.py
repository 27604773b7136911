"""The log archive: one key and one locked bucket, into which only this organization's trail can write.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import GetAtt, Output, Parameter, Ref, Sub, Template, kms, s3

Days = Annotated[int, Field(ge=1, le=36500)]
KEY_ADMINISTRATION: Final = (
    *("kms:CreateAlias", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*"),
    *("kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
ACCOUNT: Final = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
TRAIL: Final = {"Service": "cloudtrail.amazonaws.com"}
KEPT: Final = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


@dataclass(frozen=True)
class Parameters:
    """`prefix` starts every name; `home_region` is the trail's. Days: locked for, until colder storage, until deletion."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    home_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    retention_days: Days = 365
    glacier_days: Days = 90
    deep_archive_days: Days = 365
    expiration_days: Days = 2555

    def __post_init__(self) -> None:
        if not self.glacier_days < self.deep_archive_days < self.expiration_days:
            raise ValueError("glacier_days, deep_archive_days and expiration_days must grow in this order")
        if self.expiration_days < self.retention_days:
            raise ValueError("expiration_days must not be less than retention_days: a locked log does not expire")


def template(p: Parameters) -> Template:
    """The key and its alias, the bucket and its policy."""
    this_trail = {"aws:SourceArn": Sub(trail_arn(p, p.home_region))}
    t = Template("Log archive: the key and the locked bucket of the organization trail")
    t.set_version()
    t.add_parameter(Parameter("ManagementAccountId", Type="String", AllowedPattern="^[0-9]{12}$"))
    t.add_parameter(Parameter("OrganizationId", Type="String", AllowedPattern="^o-[a-z0-9]{10,32}$"))
    key = kms.Key(
        "Key",
        Description="Encrypts the log archive",
        EnableKeyRotation=True,
        PendingWindowInDays=30,
        KeyPolicy={"Version": "2012-10-17", "Statement": key_statements(p, this_trail)},
        **KEPT,
    )
    alias = kms.Alias("Alias", AliasName=f"alias/{p.prefix}-log-archive", TargetKeyId=Ref(key))
    policy = s3.BucketPolicy(
        "BucketPolicy",
        Bucket=Ref("Bucket"),
        PolicyDocument={"Version": "2012-10-17", "Statement": bucket_statements(this_trail)},
        **KEPT,
    )
    t.add_resource([key, alias, bucket(p, key), policy])
    t.add_output([Output("BucketName", Value=Ref("Bucket")), Output("KeyArn", Value=GetAtt(key, "Arn"))])
    return t


def bucket(p: Parameters, key: kms.Key) -> s3.Bucket:
    """Versioned, locked, encrypted with the key, private; logs grow colder and expire."""
    tiers = [("GLACIER_IR", p.glacier_days), ("DEEP_ARCHIVE", p.deep_archive_days)]
    return s3.Bucket(
        "Bucket",
        BucketName=Sub(f"{p.prefix}-log-archive-${{AWS::AccountId}}-${{AWS::Region}}"),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=s3.ObjectLockConfiguration(
            ObjectLockEnabled="Enabled",
            Rule=s3.ObjectLockRule(DefaultRetention=s3.DefaultRetention(Mode=p.mode, Days=p.retention_days)),
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")],
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    BucketKeyEnabled=True,
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(
                        SSEAlgorithm="aws:kms", KMSMasterKeyID=GetAtt(key, "Arn")
                    ),
                )
            ]
        ),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[
                s3.LifecycleRule(
                    Id="GrowColderThenExpire",
                    Status="Enabled",
                    Transitions=[s3.LifecycleRuleTransition(StorageClass=c, TransitionInDays=d) for c, d in tiers],
                    ExpirationInDays=p.expiration_days,
                    NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=30),
                    AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
                )
            ]
        ),
        **KEPT,
    )


def key_statements(p: Parameters, this_trail: dict[str, Any]) -> list[dict[str, Any]]:
    """IAM in this account administers; the trail encrypts; whom IAM here lets read the bucket decrypts, through S3 only.

    A bucket with a bucket key asks the trail for Decrypt besides. Readers need no word on KMS in their own policies, which
    `ReadOnlyAccess` would not have; an object that IAM does not let them read stays closed.
    """
    ours = {"kms:EncryptionContext:aws:cloudtrail:arn": Sub(trail_arn(p, region="*"))}
    here = {"kms:CallerAccount": Ref("AWS::AccountId"), "kms:ViaService": Sub("s3.${AWS::Region}.amazonaws.com")}
    encryption = ["kms:GenerateDataKey*", "kms:Decrypt"]
    return [
        allow("AdministrationThroughIam", ACCOUNT, list(KEY_ADMINISTRATION)),
        allow("EncryptionByTheTrail", TRAIL, encryption, condition=this_trail, like=ours),
        allow("DescriptionByTheTrail", TRAIL, "kms:DescribeKey", condition=this_trail),
        allow("DecryptionByReadersHere", {"AWS": "*"}, "kms:Decrypt", condition=here),
    ]


def bucket_statements(this_trail: dict[str, Any]) -> list[dict[str, Any]]:
    """Only this organization's trail writes, nobody deletes or shortens a lock, and only over TLS 1.2 or later."""
    owned = {**this_trail, "s3:x-amz-acl": "bucket-owner-full-control"}
    whole, objects = Sub("${Bucket.Arn}"), Sub("${Bucket.Arn}/*")
    logs = [Sub("${Bucket.Arn}/AWSLogs/${ManagementAccountId}/*"), Sub("${Bucket.Arn}/AWSLogs/${OrganizationId}/*")]
    removal = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]
    return [
        deny("PlainHttp", "s3:*", [whole, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OldTls", "s3:*", [whole, objects], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        deny("WritesByOthers", "s3:PutObject", objects, {"StringNotEquals": this_trail}),
        deny("Removal", removal, objects),
        allow("TheTrailLooksAtTheBucket", TRAIL, "s3:GetBucketAcl", whole, this_trail),
        allow("TheTrailWrites", TRAIL, "s3:PutObject", logs, owned),
    ]


def trail_arn(p: Parameters, region: str) -> str:
    """The ARN of the organization trail, which is known before the trail exists."""
    return f"arn:${{AWS::Partition}}:cloudtrail:{region}:${{ManagementAccountId}}:trail/{p.prefix}-organization-trail"


def allow(
    sid: str, principal: Any, action: Any, resource: Any = "*", condition: Any = None, like: Any = None
) -> dict[str, Any]:
    """A statement that allows, where all of these keys equal these values, and are like those."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    conditions = {"StringEquals": condition, "StringLike": like}
    held = {operator: keys for operator, keys in conditions.items() if keys}
    return {**statement, "Condition": held} if held else statement


def deny(sid: str, action: Any, resource: Any, condition: Any = None) -> dict[str, Any]:
    """A statement that denies to everyone, under this condition."""
    statement = {"Sid": sid, "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement
