"""Where the S3 server access logs of one account and region land, and are replicated into the log archive from.

S3 delivers access logs only to a bucket of the same account and region, without Object Lock, and encrypted with S3's own key. A bucket
logs here with the prefix `access-logs/<account id>/…`: replicas keep their keys, and the archive lets each account write below
its own id only.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field
from troposphere import Output, Ref, Sub, Template

from guardrails.library.log_buckets import (
    BUCKET_NAME,
    KEY_ARN,
    allow,
    bucket_policy,
    deny,
    given,
    lifecycle,
    log_bucket,
)
from guardrails.library.log_replication import Destination, replication, replication_role

Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
FOLDER: Final = "access-logs/${AWS::AccountId}/"
LOGGING: Final = {"Service": "logging.s3.amazonaws.com"}


@dataclass(frozen=True)
class Parameters:
    """`prefix` starts every name; `home_region` and `replica_region` are where the archive and its second copy are."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    home_region: Region
    expiration_days: Annotated[int, Field(ge=1, le=365)] = 30
    replica_region: Region | None = None
    replication_time_control: bool = False


def template(p: Parameters) -> Template:
    """The bucket and its policy, and the role that replicates it."""
    t = Template("Where S3 server access logs land, and are replicated into the log archive from")
    t.set_version()
    given(t, ArchiveBucket=BUCKET_NAME, ArchiveKeyArn=KEY_ARN)
    destinations = [Destination("Archive", "ArchiveBucket", "ArchiveKeyArn", p.home_region)]
    if p.replica_region:
        given(t, ReplicaBucket=BUCKET_NAME, ReplicaKeyArn=KEY_ARN)
        destinations.append(Destination("SecondRegion", "ReplicaBucket", "ReplicaKeyArn", p.replica_region))
    name = f"{p.prefix}-access-logs-${{AWS::AccountId}}-${{AWS::Region}}"
    logs = Sub(f"${{Bucket.Arn}}/{FOLDER}*")
    ours = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    copied = replication("ReplicationRole", destinations, Sub(FOLDER), timed=p.replication_time_control)
    t.add_resource(
        [
            replication_role(f"{p.prefix}-access-logs-${{AWS::Region}}", [name], destinations),
            log_bucket(
                "Bucket",
                name,
                LifecycleConfiguration=lifecycle("ExpireOnceReplicated", p.expiration_days, 1),
                ReplicationConfiguration=copied,
            ),
            bucket_policy(
                "BucketPolicy",
                "Bucket",
                deny("WritesByPeople", "s3:PutObject", logs, Bool={"aws:PrincipalIsAWSService": "false"}),
                allow("S3Delivers", LOGGING, "s3:PutObject", logs, **ours),
            ),
        ]
    )
    t.add_output(Output("BucketName", Value=Ref("Bucket")))
    return t
