"""Where logs land in one region of the log archive account before they are replicated into the archive: one bucket for each purpose.

AWS promises delivery into a bucket whose Object Lock has a default retention for CloudTrail alone: S3 takes an object with a
retention only with a checksum, and not every service sends one. So everything else lands in a bucket without a lock, is replicated
into the archive within minutes, and expires here after days. Nobody but the service writes, nobody deletes.

| purpose | why it lands, and why so |
|---|---|
| config | a delivery channel takes no bucket with Object Lock; one bucket for every account and region |
| elb | must be in the load balancer's region; Application Load Balancers take SSE-S3 only |
| network | VPC flow logs, Resolver query logs: SSE-KMS with a customer key is documented, Object Lock is not |
| waf | named aws-waf-logs-…; SSE-KMS with a customer key is documented, Object Lock is not |
| guardduty | key and bucket in one region, and no export into opt-in regions from others |

Each service writes for this organization only (`aws:SourceOrgID`; GuardDuty for the security account), and only from resources of
this region where the page names their ARNs. Whoever has AWS Config or CloudWatch Logs deliver could name another account's folder as
a prefix: these two write below the account that they act for alone, as the pages have it. In a region that must be enabled GuardDuty
has a name of its own. Load balancers deliver as a service in every region: AWS recommends that over the accounts that older regions
once delivered from. Where they do not say for which organization, their ARN is enough: what they write lies below the id of the load
balancer's account.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-put-object,
https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html,
https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html,
https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html,
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-choosing-target-resource.html,
https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html,
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceorgid
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import Output, Ref, Sub, Template, s3

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
from guardrails.library.log_replication import Destination, replication, replication_role

Purpose = Literal["config", "elb", "guardduty", "network", "waf"]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
PLACE: Final = "${AWS::AccountId}-${AWS::Region}"
LOGS: Final = "delivery.logs.amazonaws.com"
GUARDDUTY: Final = "guardduty.amazonaws.com"
OWN: Final = "/AWSLogs/${!aws:SourceAccount}/*"
HIVE: Final = "/AWSLogs/aws-account-id=${!aws:SourceAccount}/*"
OF_LOGS: Final = "arn:${AWS::Partition}:logs:${AWS::Region}:*:*"
LOAD_BALANCERS: Final = "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:*:loadbalancer/*"
DETECTORS: Final = "arn:${AWS::Partition}:guardduty:${AWS::Region}:${SecurityAccountId}:detector/*"


@dataclass(frozen=True)
class Writer:
    """A service that delivers: what it asks of the bucket first, the ARNs it acts for, whether it gives what it wrote to the owner.

    `tells`: whether it always says for which organization it acts.
    `below` are the folders that it may write to: of services whose callers choose a prefix, only those of the account it acts for.
    """

    service: str
    asks: tuple[str, ...] = ()
    source: str | None = None
    gives: bool = True
    tells: bool = True
    below: tuple[str, ...] = ("/AWSLogs/*",)


OF_DELIVERY: Final = Writer(LOGS, ("s3:GetBucketAcl", "s3:ListBucket"), OF_LOGS, below=(OWN, HIVE))
WRITERS: Final[dict[Purpose, tuple[Writer, ...]]] = {
    "config": (Writer("config.amazonaws.com", ("s3:GetBucketAcl", "s3:ListBucket"), below=(OWN,)),),
    "elb": (
        Writer("logdelivery.elasticloadbalancing.amazonaws.com", source=LOAD_BALANCERS, gives=False, tells=False),
        OF_DELIVERY,
    ),
    "guardduty": (Writer(GUARDDUTY, ("s3:GetBucketLocation",), DETECTORS, gives=False),),
    "network": (OF_DELIVERY,),
    "waf": (OF_DELIVERY,),
}
ENCRYPTION: Final = {
    "config.amazonaws.com": ("kms:Decrypt", "kms:GenerateDataKey"),
    GUARDDUTY: ("kms:GenerateDataKey",),
    LOGS: ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"),
}


@dataclass(frozen=True)
class Parameters:
    """`prefix` starts every name; `home_region` and `replica_region` are where the archive and its second copy are.

    `opt_in` says that the region of this stack is one that an account must enable.
    """

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    home_region: Region
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    expiration_days: Annotated[int, Field(ge=1, le=365)] = 30
    replica_region: Region | None = None
    replication_time_control: bool = False
    opt_in: bool = False


def template(p: Parameters) -> Template:
    """The key, where something is encrypted with it, a bucket and its policy for each purpose, and the role that replicates them."""
    t = Template("Where logs land in the log archive account, and are replicated into the archive from")
    t.set_version()
    given(t, OrganizationId=ORGANIZATION_ID, ArchiveBucket=BUCKET_NAME, ArchiveKeyArn=KEY_ARN)
    if p.replica_region:
        given(t, ReplicaBucket=BUCKET_NAME, ReplicaKeyArn=KEY_ARN)
    if "guardduty" in p.purposes:
        given(t, SecurityAccountId=ACCOUNT_ID)
    encrypted = [purpose for purpose in p.purposes if purpose != "elb"]
    if encrypted:
        statements = services_encrypt(p, encrypted)
        t.add_resource([*key_and_alias(f"{p.prefix}-log-landing", "Encrypts logs where they land", *statements)])
        t.add_output(Output("KeyArn", Value=key_arn()))
    names = [name(p, purpose) for purpose in p.purposes]
    key = key_arn() if encrypted else None
    t.add_resource(replication_role(f"{p.prefix}-log-landing-${{AWS::Region}}", names, destinations(p), key))
    for purpose in p.purposes:
        title = purpose.capitalize()
        t.add_resource([bucket(p, purpose), bucket_policy(f"{title}Policy", title, *delivery(p, purpose))])
    return t


def name(p: Parameters, purpose: Purpose) -> str:
    """A bucket's name, for `Fn::Sub`."""
    return f"aws-waf-logs-{p.prefix}-{PLACE}" if purpose == "waf" else f"{p.prefix}-{purpose}-logs-{PLACE}"


def bucket(p: Parameters, purpose: Purpose) -> s3.Bucket:
    """Versioned, as replication needs it, private, and emptied after days."""
    return log_bucket(
        purpose.capitalize(),
        name(p, purpose),
        None if purpose == "elb" else key_arn(),
        LifecycleConfiguration=lifecycle("ExpireOnceReplicated", p.expiration_days, 1),
        ReplicationConfiguration=replication("ReplicationRole", destinations(p), timed=p.replication_time_control),
    )


def destinations(p: Parameters) -> list[Destination]:
    """The archive, and its second copy if there is one."""
    found = [Destination("Archive", "ArchiveBucket", "ArchiveKeyArn", p.home_region)]
    if p.replica_region:
        found.append(Destination("SecondRegion", "ReplicaBucket", "ReplicaKeyArn", p.replica_region))
    return found


def delivery(p: Parameters, purpose: Purpose) -> list[dict[str, Any]]:
    """Nobody but services writes, and these only for this organization."""
    arn = f"${{{purpose.capitalize()}.Arn}}"
    whole, objects = Sub(arn), Sub(f"{arn}/*")
    found = [deny("WritesByPeople", "s3:PutObject", objects, Bool={"aws:PrincipalIsAWSService": "false"})]
    for index, writer in enumerate(WRITERS[purpose], 1):
        ours, who = acting_for(writer), principal(p, writer)
        if writer.asks:
            found.append(allow(f"Looks{index}", who, list(writer.asks), whole, **ours))
        given_away = {**ours, "StringEquals": {**ours["StringEquals"], **OWNED}} if writer.gives else ours
        logs = [Sub(arn + below) for below in writer.below]
        found.append(allow(f"Delivers{index}", who, "s3:PutObject", logs, **given_away))
    return found


def services_encrypt(p: Parameters, purposes: Sequence[Purpose]) -> list[dict[str, Any]]:
    """Each service encrypts what it delivers, for this organization."""
    writers = dict.fromkeys(writer for purpose in purposes for writer in WRITERS[purpose])
    return [
        allow(f"Encryption{index}", principal(p, each), list(ENCRYPTION[each.service]), **acting_for(each))
        for index, each in enumerate(writers, 1)
    ]


def principal(p: Parameters, writer: Writer) -> dict[str, Any]:
    """The service as policies name it here.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
    """
    regional = p.opt_in and writer.service == GUARDDUTY
    return {"Service": Sub("guardduty.${AWS::Region}.amazonaws.com") if regional else writer.service}


def acting_for(writer: Writer) -> dict[str, Any]:
    """For whom a service acts: this organization, GuardDuty the security account; and for which resources."""
    whom = {"aws:SourceOrgID": Ref("OrganizationId")}
    if writer.source == DETECTORS:
        whom = {"aws:SourceAccount": Ref("SecurityAccountId")}
    found: dict[str, Any] = {"StringEquals" if writer.tells else "StringEqualsIfExists": whom}
    return {**found, "ArnLike": {"aws:SourceArn": Sub(writer.source)}} if writer.source else found
