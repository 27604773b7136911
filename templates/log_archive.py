"""The log archive: one key and one locked bucket, into which only this organization's trail writes, and replication.

The trail writes here itself, as AWS documents for buckets with Object Lock. Every other log lands first in a bucket without a lock
(landing_buckets, access_log_bucket) and is replicated here, where the default retention locks the replica. A second archive in
another region (`replicas_only`) receives replicas only: of this one's logs, and of the landing buckets', as replicas are not
replicated again.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import GetAtt, Output, Ref, Sub, Template, s3

from guardrails.library.log_buckets import (
    ACCOUNT_ID,
    BUCKET_NAME,
    KEY_ARN,
    ORGANIZATION_ID,
    OWNED,
    allow,
    bucket_policy,
    deny,
    given,
    key_and_alias,
    key_arn,
    lifecycle,
    log_bucket,
)
from guardrails.library.log_replication import (
    Destination,
    encryption_of_replicas,
    no_other_replicas,
    replicas_of_members,
    replication,
    replication_role,
)

Days = Annotated[int, Field(ge=1, le=36500)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
TRAIL: Final = {"Service": "cloudtrail.amazonaws.com"}
HERE: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/"
MEMBERS: Final = "arn:${AWS::Partition}:iam::*:role/"


@dataclass(frozen=True)
class Parameters:
    """`prefix` starts every name; `home_region` is the trail's. Days: locked for, until colder storage, until deletion.

    `landing` and `access_logs` let the landing buckets of this account and the access log buckets of all accounts replicate here.
    """

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    home_region: Region
    mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    retention_days: Days = 365
    glacier_days: Days = 90
    deep_archive_days: Days = 365
    expiration_days: Days = 2555
    landing: bool = False
    access_logs: bool = False
    replica_region: Region | None = None
    replication_time_control: bool = False
    replicas_only: bool = False

    def __post_init__(self) -> None:
        if not self.glacier_days < self.deep_archive_days < self.expiration_days:
            raise ValueError("glacier_days, deep_archive_days and expiration_days must grow in this order")
        if self.expiration_days < self.retention_days:
            raise ValueError("expiration_days must not be less than retention_days: a locked log does not expire")
        if self.replicas_only and self.replica_region:
            raise ValueError("a replica is not replicated: replicas_only excludes replica_region")


def template(p: Parameters) -> Template:
    """The key and its alias, the bucket and its policy; the role that replicates it where it is replicated."""
    t = Template(f"Log archive: the key and the locked bucket of {'replicas' if p.replicas_only else 'the trail'}")
    t.set_version()
    given(t, OrganizationId=ORGANIZATION_ID)
    roles, key_statements, statements = replicating_roles(p), [], []
    if not p.replicas_only:
        given(t, ManagementAccountId=ACCOUNT_ID)
        key_statements, statements = trail_encrypts(p), trail_writes(p)
    if roles:
        key_statements = [*key_statements, encryption_of_replicas(roles, f"arn:${{AWS::Partition}}:s3:::{name(p)}")]
    t.add_resource([*key_and_alias(f"{p.prefix}-log-archive", "Encrypts the log archive", *key_statements)])
    t.add_resource([bucket(p), bucket_policy("BucketPolicy", "Bucket", *statements, *replicas(p, roles))])
    if p.replica_region:
        given(t, ReplicaBucket=BUCKET_NAME, ReplicaKeyArn=KEY_ARN)
        t.add_resource(
            replication_role(f"{p.prefix}-log-archive-replication", [name(p)], second(p), key_arn(), locked=True)
        )
    t.add_output([Output("BucketName", Value=Ref("Bucket")), Output("KeyArn", Value=GetAtt("Key", "Arn"))])
    return t


def name(p: Parameters) -> str:
    """The bucket's name, for `Fn::Sub`."""
    return f"{p.prefix}-log-archive-${{AWS::AccountId}}-${{AWS::Region}}"


def bucket(p: Parameters) -> s3.Bucket:
    """Versioned, locked, encrypted with the key, private; logs grow colder and expire."""
    tiers = [("GLACIER_IR", p.glacier_days), ("DEEP_ARCHIVE", p.deep_archive_days)]
    transitions = [s3.LifecycleRuleTransition(StorageClass=c, TransitionInDays=d) for c, d in tiers]
    copied = replication("ReplicationRole", second(p), timed=p.replication_time_control) if p.replica_region else None
    return log_bucket(
        "Bucket",
        name(p),
        key_arn(),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=s3.ObjectLockConfiguration(
            ObjectLockEnabled="Enabled",
            Rule=s3.ObjectLockRule(DefaultRetention=s3.DefaultRetention(Mode=p.mode, Days=p.retention_days)),
        ),
        LifecycleConfiguration=lifecycle("GrowColderThenExpire", p.expiration_days, 30, Transitions=transitions),
        **({"ReplicationConfiguration": copied} if copied else {}),
    )


def second(p: Parameters) -> list[Destination]:
    """The archive in the second region, if there is one."""
    return [Destination("SecondRegion", "ReplicaBucket", "ReplicaKeyArn", p.replica_region)] if p.replica_region else []


def replicating_roles(p: Parameters) -> list[str]:
    """The roles that may write replicas here, for `Fn::Sub`."""
    known = {
        f"{HERE}{p.prefix}-log-archive-replication": p.replicas_only,
        f"{HERE}{p.prefix}-log-landing-*": p.landing,
        f"{MEMBERS}{p.prefix}-access-logs-*": p.access_logs,
    }
    return [role for role, may in known.items() if may]


def trail_encrypts(p: Parameters) -> list[dict[str, Any]]:
    """The trail encrypts; a bucket with a bucket key asks it for Decrypt besides."""
    ours = {"kms:EncryptionContext:aws:cloudtrail:arn": Sub(trail_arn(p, region="*"))}
    this = this_trail(p)
    encryption = ["kms:GenerateDataKey*", "kms:Decrypt"]
    return [
        allow("EncryptionByTheTrail", TRAIL, encryption, StringEquals=this, StringLike=ours),
        allow("DescriptionByTheTrail", TRAIL, "kms:DescribeKey", StringEquals=this),
    ]


def trail_writes(p: Parameters) -> list[dict[str, Any]]:
    """Only this organization's trail writes."""
    this = this_trail(p)
    logs = [Sub("${Bucket.Arn}/AWSLogs/${ManagementAccountId}/*"), Sub("${Bucket.Arn}/AWSLogs/${OrganizationId}/*")]
    return [
        deny("WritesByOthers", "s3:PutObject", Sub("${Bucket.Arn}/*"), StringNotEquals=this),
        allow("TheTrailLooksAtTheBucket", TRAIL, "s3:GetBucketAcl", Sub("${Bucket.Arn}"), StringEquals=this),
        allow("TheTrailWrites", TRAIL, "s3:PutObject", logs, StringEquals={**this, **OWNED}),
    ]


def replicas(p: Parameters, roles: list[str]) -> list[dict[str, Any]]:
    """Nobody writes replicas but the roles that may; members each in a folder of their own."""
    objects = Sub("${Bucket.Arn}/*")
    found = [no_other_replicas(roles, objects) if roles else deny("ReplicasByOthers", ["s3:Replicate*"], objects)]
    if p.replicas_only:
        found.append(deny("WritesByOthers", "s3:PutObject", objects))
    if p.access_logs:
        found.extend(replicas_of_members(f"{MEMBERS}{p.prefix}-access-logs-*", "${Bucket.Arn}", "access-logs"))
    return found


def this_trail(p: Parameters) -> dict[str, Any]:
    """What tells this organization's trail from others."""
    return {"aws:SourceArn": Sub(trail_arn(p, p.home_region))}


def trail_arn(p: Parameters, region: str) -> str:
    """The ARN of the organization trail, which is known before the trail exists."""
    return f"arn:${{AWS::Partition}}:cloudtrail:{region}:${{ManagementAccountId}}:trail/{p.prefix}-organization-trail"
