"""The actions of a question: one by its name, all that a pattern matches, or those that an intruder would want first."""

from collections.abc import Iterable, Iterator
from typing import Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam.catalogue import catalogue

SENSITIVE: Final = (
    "access-analyzer:DeleteAnalyzer",
    "account:EnableRegion",
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "config:DeleteConfigurationRecorder",
    "config:StopConfigurationRecorder",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateInternetGateway",
    "ec2:DisableEbsEncryptionByDefault",
    "ec2:ModifySnapshotAttribute",
    "ec2:RunInstances",
    "guardduty:DeleteDetector",
    "iam:CreateAccessKey",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:UpdateAssumeRolePolicy",
    "kms:ScheduleKeyDeletion",
    "organizations:LeaveOrganization",
    "ram:CreateResourceShare",
    "s3:DeleteBucket",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketPolicy",
    "securityhub:DisableSecurityHub",
)
"""What blinds the watch, opens data, makes lasting access or leaves the guardrails behind: the rows of a matrix without actions."""


def expanded(patterns: Iterable[str]) -> Iterator[str]:
    """The actions that patterns match, those of a pattern in the catalogue's order; a name without wildcards is taken as it is.

    Raises: ConfigError, when a pattern matches no action that is known.
    """
    for pattern in patterns:
        prefix, colon, name = pattern.partition(":")
        if not colon or not name:
            raise ConfigError(
                [Problem("", 0, 0, f"{pattern!r} is no action", "write service:Name, such as s3:GetObject")]
            )
        if not any(wildcard in pattern for wildcard in "*?"):
            yield pattern
            continue
        service = catalogue().service(prefix)
        found = [f"{service.prefix}:{action}" for action in service.matching(name)] if service else []
        if not found:
            near = "" if service else catalogue().nearest_service(prefix)
            hint = f"did you mean {near}:{name}?" if near else f"as of {catalogue().date}"
            raise ConfigError([Problem("", 0, 0, f"{pattern!r} matches no action that is known", hint)])
        yield from found
