"""Customer managed keys for an account and region, one for each kind of use, and EBS encryption by default with its key.

Every key's policy keeps administration and use apart: neither permission brings the other, and only administrators may destroy
the key. Nobody is locked out: whom IAM in the account lets change the policy can mend it, and so could also widen it.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html,
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html,
https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html,
https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import GetAtt, Output, Ref, Sub, Template, kms

from guardrails.library.account_settings import Call, Setting, add_settings

ADMINISTRATION: Final = (
    *("kms:CreateAlias", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*"),
    *("kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource"),
    *("kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
DESTRUCTION: Final = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:DeleteAlias")
USE: Final = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
GRANTS: Final = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
SERVICES: Final = {
    "ebs": ("ec2",),
    "rds": ("rds",),
    "s3": ("s3",),
    "secrets": ("secretsmanager", "ssm"),
    "default": ("backup", "dynamodb", "ec2", "elasticfilesystem", "rds", "s3", "secretsmanager", "sqs", "ssm"),
}
"""A kind of use -> the services that use its key for their callers."""
Use = Literal["ebs", "rds", "s3", "secrets", "default"]


@dataclass(frozen=True)
class Parameters:
    """`administrator_roles` are role names, wildcards allowed: with the root user, the only ones who may destroy a key."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    administrator_roles: Annotated[tuple[str, ...], Field(min_length=1)]
    keys: Annotated[tuple[Use, ...], Field(min_length=1)] = ("ebs", "rds", "s3", "secrets")
    ebs_encryption_by_default: bool = True
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30

    def __post_init__(self) -> None:
        if self.ebs_encryption_by_default and "ebs" not in self.keys:
            raise ValueError("ebs_encryption_by_default needs the key ebs")


def template(p: Parameters) -> Template:
    """The keys with their aliases, and what has EBS encrypt with its own."""
    t = Template("Encryption keys of an account and region")
    t.set_version()
    for use in sorted(set(p.keys)):
        key = add_key(t, p, use)
        t.add_output(Output(f"{key.title}Arn", Value=GetAtt(key, "Arn")))
    if p.ebs_encryption_by_default:
        code = (Path(__file__).parent / "functions" / "account_settings.py").read_text(encoding="utf-8")
        add_settings(t, ebs_settings(), prefix=p.prefix, purpose="kms-defaults", code=code)
    return t


def add_key(t: Template, p: Parameters, use: Use) -> kms.Key:
    """Add the key for one kind of use, and its alias."""
    key = kms.Key(
        f"{use.capitalize()}Key",
        Description=f"Encryption of this account and region: {use}",
        EnableKeyRotation=True,
        RotationPeriodInDays=p.rotation_period_days,
        PendingWindowInDays=p.deletion_window_days,
        KeyPolicy={"Version": "2012-10-17", "Statement": statements(p, use)},
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    alias = kms.Alias(f"{use.capitalize()}Alias", AliasName=f"alias/{p.prefix}-{use}", TargetKeyId=Ref(key))
    t.add_resource([key, alias])
    return key


def ebs_settings() -> list[Setting]:
    """The key that EBS encrypts with where none is named, and that it always encrypts: in this order."""
    return [
        Setting(
            name="EBS default key",
            put=Call("ec2", "modify_ebs_default_kms_key_id", {"KmsKeyId": "${EbsKey.Arn}"}),
            probe=Call("ec2", "get_ebs_default_kms_key_id"),
            expected={"KmsKeyId": "${EbsKey.Arn}"},
        ),
        Setting(
            name="EBS encryption by default",
            put=Call("ec2", "enable_ebs_encryption_by_default"),
            probe=Call("ec2", "get_ebs_encryption_by_default"),
            expected={"EbsEncryptionByDefault": True},
        ),
    ]


def statements(p: Parameters, use: Use) -> list[dict[str, Any]]:
    """Administration through IAM, destruction by administrators only, use through IAM or by services on a caller's behalf."""
    account = {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    roles = [Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{role}") for role in p.administrator_roles]
    administrators = [account["AWS"], *roles]
    via = [Sub(f"{service}.${{AWS::Region}}.amazonaws.com") for service in SERVICES[use]]
    here = {"StringEquals": {"kms:CallerAccount": Ref("AWS::AccountId"), "kms:ViaService": via}}
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    in_services = {**here, **for_services}
    destroyers = {"ArnNotLike": {"aws:PrincipalArn": administrators}}
    found = [
        statement("AdministrationThroughIam", "Allow", account, ADMINISTRATION),
        statement("DestructionByAdministratorsOnly", "Deny", {"AWS": "*"}, DESTRUCTION, destroyers),
        statement("UseThroughIam", "Allow", account, USE),
        statement("UseThroughServices", "Allow", {"AWS": "*"}, USE, here),
        statement("GrantsForServices", "Allow", account, GRANTS, for_services),
        statement("GrantsThroughServices", "Allow", {"AWS": "*"}, ("kms:CreateGrant",), in_services),
    ]
    return [*found, use_by_logs()] if use == "default" else found


def use_by_logs() -> dict[str, Any]:
    """CloudWatch Logs encrypts in its own name, for log groups of this account and region."""
    log_groups = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
    logs = {"Service": Sub("logs.${AWS::Region}.amazonaws.com")}
    return statement("UseByLogs", "Allow", logs, USE, {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}})


def statement(sid: str, effect: str, who: Any, actions: tuple[str, ...], condition: Any = None) -> dict[str, Any]:
    """One statement about this key."""
    found = {"Sid": sid, "Effect": effect, "Principal": who, "Action": list(actions), "Resource": "*"}
    return {**found, "Condition": condition} if condition else found
