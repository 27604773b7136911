"""The actions of a question: one by its name, all that a pattern matches, or those that an intruder would want first."""

from collections.abc import Iterable, Iterator, Sequence
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
    """The actions that patterns match, those of a pattern in the catalogue's order; a name that is not known is taken as it is.

    Raises: ConfigError, when a pattern matches no action that is known, or a name is nearly that of one.
    """
    for pattern in patterns:
        prefix, colon, name = pattern.partition(":")
        if not colon or not name:
            raise _refused(f"{pattern!r} is no action", "write service:Name, such as s3:GetObject")
        if any(wildcard in pattern for wildcard in "*?"):
            yield from _matching(pattern, prefix, name)
            continue
        known, near = catalogue().action(pattern), _nearest(prefix, name)
        if known is None and near:
            raise _refused(f"{pattern!r} is no action that is known as of {catalogue().date}", f"did you mean {near}?")
        yield known or pattern


def _matching(pattern: str, prefix: str, name: str) -> Sequence[str]:
    service = catalogue().service(prefix)
    found = [f"{service.prefix}:{action}" for action in service.matching(name)] if service else []
    if not found:
        near = "" if service else catalogue().nearest_service(prefix)
        hint = f"did you mean {near}:{name}?" if near else f"as of {catalogue().date}"
        raise _refused(f"{pattern!r} matches no action that is known", hint)
    return found


def _nearest(prefix: str, name: str) -> str:
    """The known action that is most like a name; "" when none is."""
    service = catalogue().service(prefix) or catalogue().service(catalogue().nearest_service(prefix))
    near = (service.actions.get(name.lower()) or service.nearest(name)) if service else ""
    return f"{service.prefix}:{near}" if service and near else ""


def _refused(message: str, suggestion: str) -> ConfigError:
    return ConfigError([Problem("", 0, 0, message, suggestion)])
