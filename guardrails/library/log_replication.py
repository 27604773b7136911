"""How buckets for logs replicate into locked ones: the rules, the role that S3 assumes, and what the destination lets in.

A replica is never replicated again: what should be in two locked buckets has two rules. Replicas of what S3's own key encrypts
are encrypted with the destination's key, which S3 takes only together with the selection of objects that KMS encrypts.

AWS documents the role's trust without conditions. These hold only where S3 says what it acts for; nothing but the one bucket can
be read with the role, and nothing but replicas of it written.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from troposphere import GetAtt, Ref, Sub, iam, s3

from guardrails.library.log_buckets import EVERYBODY, allow, deny

READ: Final = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
READ_LOCKS: Final = ("s3:GetObjectRetention", "s3:GetObjectLegalHold")
WRITE: Final = ("s3:ReplicateObject", "s3:ReplicateTags")
ENCRYPT: Final = ("kms:Encrypt", "kms:GenerateDataKey")
MINUTES: Final = 15
"""What Replication Time Control promises: nearly all objects within so many minutes."""


@dataclass(frozen=True)
class Destination:
    """A locked bucket by the stack's parameters that name it and its key; `region` where it is, for the condition on KMS."""

    rule: str
    bucket: str
    key: str
    region: str

    @property
    def arn(self) -> str:
        """The bucket's ARN, for `Fn::Sub`."""
        return f"arn:${{AWS::Partition}}:s3:::${{{self.bucket}}}"


def replication(
    role: str, destinations: Sequence[Destination], prefix: Any = "", timed: bool = False
) -> s3.ReplicationConfiguration:
    """Copy what is written under the prefix to each destination; deletions are not copied."""
    return s3.ReplicationConfiguration(
        Role=GetAtt(role, "Arn"),
        Rules=[
            s3.ReplicationConfigurationRules(
                Id=destination.rule,
                Status="Enabled",
                Priority=priority,
                Filter=s3.ReplicationRuleFilter(Prefix=prefix),
                DeleteMarkerReplication=s3.DeleteMarkerReplication(Status="Disabled"),
                SourceSelectionCriteria=s3.SourceSelectionCriteria(
                    SseKmsEncryptedObjects=s3.SseKmsEncryptedObjects(Status="Enabled")
                ),
                Destination=_destination(destination, timed),
            )
            for priority, destination in enumerate(destinations, 1)
        ],
    )


def _destination(destination: Destination, timed: bool) -> s3.ReplicationConfigurationRulesDestination:
    minutes = s3.ReplicationTimeValue(Minutes=MINUTES)
    on_time = {
        "ReplicationTime": s3.ReplicationTime(Status="Enabled", Time=minutes),
        "Metrics": s3.Metrics(Status="Enabled", EventThreshold=minutes),
    }
    return s3.ReplicationConfigurationRulesDestination(
        Bucket=Sub(destination.arn),
        EncryptionConfiguration=s3.EncryptionConfiguration(ReplicaKmsKeyID=Ref(destination.key)),
        **(on_time if timed else {}),
    )


def replication_role(
    name: str, sources: Sequence[str], destinations: Sequence[Destination], key: Any = None, locked: bool = False
) -> iam.Role:
    """The role that S3 replicates with, from the buckets of these names (for `Fn::Sub`); `key` is the one that encrypts them."""
    buckets = [f"arn:${{AWS::Partition}}:s3:::{source}" for source in sources]
    whole, objects = [Sub(arn) for arn in buckets], [Sub(f"{arn}/*") for arn in buckets]
    statements = [
        _may(("s3:GetReplicationConfiguration", "s3:ListBucket"), whole),
        _may((*READ, *READ_LOCKS) if locked else READ, objects),
        _may(WRITE, [Sub(f"{destination.arn}/*") for destination in destinations]),
        *(_may(ENCRYPT, Ref(each.key), **through_s3(each.region, [each.arn])) for each in destinations),
    ]
    if key is not None:
        statements.append(_may(("kms:Decrypt",), key, **through_s3("${AWS::Region}", buckets)))
    ours = {
        "StringEqualsIfExists": {"aws:SourceAccount": Ref("AWS::AccountId")},
        "ArnLikeIfExists": {"aws:SourceArn": whole},
    }
    trust = allow("S3Replicates", {"Service": "s3.amazonaws.com"}, "sts:AssumeRole", **ours)
    return iam.Role(
        "ReplicationRole",
        RoleName=_filled(name),
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [{k: v for k, v in trust.items() if k != "Resource"}],
        },
        Policies=[
            iam.Policy(PolicyName="replication", PolicyDocument={"Version": "2012-10-17", "Statement": statements})
        ],
    )


def through_s3(region: str, buckets: Sequence[str]) -> dict[str, Any]:
    """Conditions on a key: S3 of this region, for these buckets (ARNs for `Fn::Sub`) or objects in them."""
    context = [Sub(arn) for bucket in buckets for arn in (bucket, f"{bucket}/*")]
    return {
        "StringEquals": {"kms:ViaService": _filled(f"s3.{region}.amazonaws.com")},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": context},
    }


def encryption_of_replicas(roles: Sequence[str], bucket: str) -> dict[str, Any]:
    """In the destination's key policy: these roles (ARNs for `Fn::Sub`) of the organization encrypt replicas in this bucket."""
    conditions = through_s3("${AWS::Region}", [bucket])
    ours = {**conditions["StringEquals"], "aws:PrincipalOrgID": Ref("OrganizationId")}
    who = {"ArnLike": {"aws:PrincipalArn": [Sub(role) for role in roles]}}
    return allow("EncryptionOfReplicas", EVERYBODY, list(ENCRYPT), **{**conditions, "StringEquals": ours, **who})


def no_other_replicas(roles: Sequence[str], objects: Any) -> dict[str, Any]:
    """In the destination's policy: nobody but these roles writes replicas."""
    others = {"aws:PrincipalArn": [Sub(role) for role in roles]}
    return deny("ReplicasByOthers", ["s3:Replicate*"], objects, ArnNotLike=others)


def replicas_of_members(role: str, bucket: str, folder: str) -> list[dict[str, Any]]:
    """In the destination's policy: this role of each account in the organization writes replicas below `<folder>/<its account id>/`."""
    ours = {"StringEquals": {"aws:PrincipalOrgID": Ref("OrganizationId")}, "ArnLike": {"aws:PrincipalArn": Sub(role)}}
    own = Sub(f"{bucket}/{folder}/${{!aws:PrincipalAccount}}/*")
    return [
        allow("ReplicasOfMembers", EVERYBODY, list(WRITE), own, **ours),
        allow("MembersLookAtTheVersioning", EVERYBODY, "s3:GetBucketVersioning", Sub(bucket), **ours),
    ]


def _filled(text: str) -> Any:
    return Sub(text) if "${" in text else text


def _may(actions: Sequence[str], resource: Any, **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement
