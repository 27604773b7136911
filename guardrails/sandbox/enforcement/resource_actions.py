"""What CloudFormation must be allowed to do in order to create, update or delete a resource.

The registry's handlers list every action that they might ever need. What a resource really needs is its chief action (the first
writing one of the list), tagging where it has tags, passing the roles it is given, and what single properties take: that is in the table.

Source: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.iam import Values
from guardrails.sandbox.enforcement import action_names, resource_arns

_READING: Final = ("Get", "List", "Describe", "Head", "BatchGet")
_TAGGING: Final = ("Tag", "Untag", "AddTags", "RemoveTags", "CreateTags", "DeleteTags")
_TAKE_ROLES: Final = frozenset(
    {"cloudtrail", "config", "ecs", "events", "lambda", "logs", "s3", "scheduler", "stepfunctions"}
)
"""The services, as resource types name them, that are passed roles under their own principal."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Needs:
    """What a resource type needs beside or instead of the rule: chief actions by handler, and actions by property."""

    chief: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


NEEDS: Final[Mapping[str, Needs]] = MappingProxyType(
    {
        "AWS::IAM::Role": Needs(
            {"create": ("iam:CreateRole",), "update": (), "delete": ("iam:DeleteRole",)},
            {
                "ManagedPolicyArns": "iam:AttachRolePolicy",
                "Policies": "iam:PutRolePolicy",
                "Tags": "iam:TagRole",
            },
        ),
        "AWS::KMS::Key": Needs(
            {"create": ("kms:CreateKey",), "update": ("kms:PutKeyPolicy",), "delete": ("kms:ScheduleKeyDeletion",)},
            {"EnableKeyRotation": "kms:EnableKeyRotation", "Tags": "kms:TagResource"},
        ),
        "AWS::Logs::LogGroup": Needs(
            {"update": ()}, {"KmsKeyId": "logs:AssociateKmsKey", "RetentionInDays": "logs:PutRetentionPolicy"}
        ),
        "AWS::S3::Bucket": Needs(
            {"create": ("s3:CreateBucket",), "update": (), "delete": ("s3:DeleteBucket",)},
            {
                "AccessControl": "s3:PutBucketAcl",
                "BucketEncryption": "s3:PutEncryptionConfiguration",
                "CorsConfiguration": "s3:PutBucketCORS",
                "LifecycleConfiguration": "s3:PutLifecycleConfiguration",
                "LoggingConfiguration": "s3:PutBucketLogging",
                "NotificationConfiguration": "s3:PutBucketNotification",
                "ObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
                "OwnershipControls": "s3:PutBucketOwnershipControls",
                "PublicAccessBlockConfiguration": "s3:PutBucketPublicAccessBlock",
                "ReplicationConfiguration": "s3:PutReplicationConfiguration",
                "Tags": "s3:PutBucketTagging",
                "VersioningConfiguration": "s3:PutBucketVersioning",
                "WebsiteConfiguration": "s3:PutBucketWebsite",
            },
        ),
    }
)
"""Resource types of which the registry's lists do not tell enough."""

ARNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AWS::AccessAnalyzer::Analyzer": "arn:aws:access-analyzer:{region}:{account}:analyzer/{AnalyzerName}",
        "AWS::CloudTrail::Trail": "arn:aws:cloudtrail:{region}:{account}:trail/{TrailName}",
        "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}",
        "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{Name}",
        "AWS::Events::EventBusPolicy": "arn:aws:events:{region}:{account}:event-bus/{EventBusName}",
        "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{Name}",
        "AWS::IAM::ManagedPolicy": "arn:aws:iam::{account}:policy{Path}{ManagedPolicyName}",
        "AWS::IAM::Role": "arn:aws:iam::{account}:role{Path}{RoleName}",
        "AWS::KMS::Alias": "arn:aws:kms:{region}:{account}:{AliasName}",
        "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
        "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}:log-stream:",
        "AWS::Logs::MetricFilter": "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}:log-stream:",
        "AWS::S3::Bucket": "arn:aws:s3:::{BucketName}",
        "AWS::S3::BucketPolicy": "arn:aws:s3:::{Bucket}",
        "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{TopicName}",
        "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{QueueName}",
        "AWS::SSM::Parameter": "arn:aws:ssm:{region}:{account}:parameter/{Name}",
    }
)
"""Resource type -> the ARN of one that its properties name; one that CloudFormation names is judged as `*` until it is there."""


def actions(
    resource_type: str, handler: str, properties: Mapping[str, Any], permissions: Sequence[str]
) -> Iterator[str]:
    """The actions that a handler ("create", "update", "delete") needs; `permissions` is the registry's list."""
    needs = NEEDS.get(resource_type, Needs())
    yield from needs.chief.get(handler, _chief(resource_type, permissions))
    if handler == "delete":
        return
    yield from (action for name, action in needs.properties.items() if properties.get(name))
    if properties.get("Tags") and "Tags" not in needs.properties:
        yield from [each for each in permissions if each.partition(":")[2].startswith(_TAGGING)][:1]


def passed_roles(properties: Mapping[str, Any], permissions: Sequence[str]) -> Iterator[str]:
    """The ARNs of the roles among the properties, where the registry says that they are passed to the service."""
    if "iam:PassRole" in permissions:
        for value in properties.values():
            if isinstance(value, str) and value.startswith("arn:") and ":role/" in value:
                yield value


def passing_context(resource_type: str) -> Mapping[str, Values]:
    """The condition keys of passing a role: to which service, where the type says it."""
    service = resource_type.split("::")[1].lower()
    return {"iam:PassedToService": action_names.passed_to(service)} if service in _TAKE_ROLES else {}


def arn(resource_type: str, properties: Mapping[str, Any], live_arn: str, account: str, region: str) -> str:
    """The ARN of a resource: that of the live one, else what its properties say, else `*`."""
    if live_arn.startswith("arn:"):
        return live_arn
    known = {"Path": "/", **properties, "account": account, "region": region}
    template = ARNS.get(resource_type, resource_arns.EVERYTHING)
    return next(resource_arns.filled(template, known), resource_arns.EVERYTHING)


def _chief(resource_type: str, permissions: Sequence[str]) -> tuple[str, ...]:
    """The first writing action of the list that neither tags nor belongs to another service's keys and roles."""
    own = resource_type.split("::")[1].lower()
    for permission in permissions:
        service, _, name = permission.partition(":")
        foreign = service.lower() in {"iam", "kms", "organizations"} and service.lower() != own
        if not foreign and not name.startswith((*_READING, *_TAGGING)):
            return (f"{service.lower()}:{name}",)
    return ()
