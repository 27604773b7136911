"""One customer managed key for an account and region: the key that services encrypt with where nothing finer is chosen.

Its policy keeps administration and use apart: neither permission brings the other, and only administrators may destroy the
key. Nobody is locked out: whom IAM in the account lets change the policy can mend it, and so could also widen it.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html,
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html,
https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field
from troposphere import GetAtt, Output, Ref, Sub, Template, kms

ADMINISTRATION: Final = (
    *("kms:CreateAlias", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*"),
    *("kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
DESTRUCTION: Final = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:DeleteAlias")
USE: Final = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
GRANTS: Final = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
SERVICES: Final = ("backup", "dynamodb", "ec2", "elasticfilesystem", "rds", "s3", "secretsmanager", "sqs", "ssm")


@dataclass(frozen=True)
class Parameters:
    """`administrator_roles` are role names, wildcards allowed: with the root user, the only ones who may destroy the key."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    administrator_roles: Annotated[tuple[str, ...], Field(min_length=1)]
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30


def template(p: Parameters) -> Template:
    """The key and its alias."""
    t = Template("Default encryption key of an account and region")
    t.set_version()
    key = kms.Key(
        "Key",
        Description="Default encryption key of this account and region",
        EnableKeyRotation=True,
        RotationPeriodInDays=p.rotation_period_days,
        PendingWindowInDays=p.deletion_window_days,
        KeyPolicy={"Version": "2012-10-17", "Statement": statements(p)},
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    t.add_resource([key, kms.Alias("Alias", AliasName=f"alias/{p.prefix}-default", TargetKeyId=Ref(key))])
    t.add_output(Output("KeyArn", Value=GetAtt(key, "Arn")))
    return t


def statements(p: Parameters) -> list[dict[str, Any]]:
    """Administration through IAM, destruction by administrators only, use through IAM or by services on a caller's behalf."""
    account = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    roles = [Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{role}") for role in p.administrator_roles]
    administrators = [account["AWS"], *roles]
    via = [Sub(f"{service}.${{AWS::Region}}.amazonaws.com") for service in SERVICES]
    here = {"StringEquals": {"kms:CallerAccount": Ref("AWS::AccountId"), "kms:ViaService": via}}
    log_groups = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
    logs = {"Service": Sub("logs.${AWS::Region}.amazonaws.com")}
    in_logs = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}}
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    in_services = {**here, **for_services}
    destroyers = {"ArnNotLike": {"aws:PrincipalArn": administrators}}
    return [
        statement("AdministrationThroughIam", "Allow", account, ADMINISTRATION),
        statement("DestructionByAdministratorsOnly", "Deny", {"AWS": "*"}, DESTRUCTION, destroyers),
        statement("UseThroughIam", "Allow", account, USE),
        statement("UseThroughServices", "Allow", {"AWS": "*"}, USE, here),
        statement("UseByLogs", "Allow", logs, USE, in_logs),
        statement("GrantsForServices", "Allow", account, GRANTS, for_services),
        statement("GrantsThroughServices", "Allow", {"AWS": "*"}, ("kms:CreateGrant",), in_services),
    ]


def statement(sid: str, effect: str, who: Any, actions: tuple[str, ...], condition: Any = None) -> dict[str, Any]:
    """One statement about this key."""
    found = {"Sid": sid, "Effect": effect, "Principal": who, "Action": list(actions), "Resource": "*"}
    return {**found, "Condition": condition} if condition else found
