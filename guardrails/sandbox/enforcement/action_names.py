"""Which IAM actions a call needs. Mostly it is `signing name:Operation`; these tables hold what differs.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "apigatewayv2": "apigateway",
        "appconfigdata": "appconfig",
        "dynamodbstreams": "dynamodb",
        "efs": "elasticfilesystem",
        "elb": "elasticloadbalancing",
        "elbv2": "elasticloadbalancing",
        "emr": "elasticmapreduce",
        "opensearch": "es",
        "opensearchserverless": "aoss",
        "resourcegroupstaggingapi": "tag",
        "s3control": "s3",
        "service-quotas": "servicequotas",
        "sesv2": "ses",
        "sso-admin": "sso",
        "stepfunctions": "states",
        "accessanalyzer": "access-analyzer",
    }
)
"""botocore's name of a service -> the prefix of its actions, where they differ."""

_CONFIGURATION: Final = ("Accelerate", "Analytics", "IntelligentTiering", "Inventory", "Lifecycle", "Metrics")
_S3: Final[dict[str, str]] = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectAttributes": "GetObject",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
for _kind in _CONFIGURATION:
    _S3[f"PutBucket{_kind}Configuration"] = f"Put{_kind}Configuration"
    _S3[f"DeleteBucket{_kind}Configuration"] = f"Put{_kind}Configuration"
    _S3[f"GetBucket{_kind}Configuration"] = f"Get{_kind}Configuration"
    _S3[f"ListBucket{_kind}Configurations"] = f"Get{_kind}Configuration"

RENAMED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "s3": _S3,
        "s3control": {
            "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
            "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
            "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
        },
        "lambda": {"Invoke": "InvokeFunction", "GetLayerVersionByArn": "GetLayerVersion"},
        "sns": {"PublishBatch": "Publish"},
        "sqs": {
            "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
            "DeleteMessageBatch": "DeleteMessage",
            "SendMessageBatch": "SendMessage",
        },
    }
)
"""botocore's name of a service -> operation -> the name of its action, where they differ.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

UNDENIABLE: Final = frozenset({("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")})
"""Operations that need no permission and that no policy can take away.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

OF_VERSIONS: Final = frozenset(
    {"DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectTagging", "PutObjectAcl"}
)
"""Actions on S3 objects that have another name for one version of them: `s3:DeleteObjectVersion`."""

ALSO: Final[Mapping[tuple[str, str], tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        ("s3", "CreateBucket"): (
            ("ObjectLockEnabledForBucket", "PutBucketObjectLockConfiguration"),
            ("ObjectLockEnabledForBucket", "PutBucketVersioning"),
            ("ObjectOwnership", "PutBucketOwnershipControls"),
            ("ACL", "PutBucketAcl"),
        ),
        ("s3", "DeleteObject"): (("BypassGovernanceRetention", "BypassGovernanceRetention"),),
        ("s3", "DeleteObjects"): (("BypassGovernanceRetention", "BypassGovernanceRetention"),),
        ("s3", "PutObjectRetention"): (("BypassGovernanceRetention", "BypassGovernanceRetention"),),
        ("s3", "PutObject"): (
            ("ACL", "PutObjectAcl"),
            ("ObjectLockMode", "PutObjectRetention"),
            ("ObjectLockLegalHoldStatus", "PutObjectLegalHold"),
            ("Tagging", "PutObjectTagging"),
        ),
    }
)
"""Operation -> (parameter, the further action of the same service that it needs when given)."""

PASSED_ROLES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("cloudformation", "CreateChangeSet"): ("RoleARN",),
        ("cloudformation", "CreateStack"): ("RoleARN",),
        ("cloudformation", "DeleteStack"): ("RoleARN",),
        ("cloudformation", "UpdateStack"): ("RoleARN",),
        ("cloudformation", "CreateStackSet"): ("AdministrationRoleARN",),
        ("cloudformation", "UpdateStackSet"): ("AdministrationRoleARN",),
        ("cloudtrail", "CreateTrail"): ("CloudWatchLogsRoleArn",),
        ("cloudtrail", "UpdateTrail"): ("CloudWatchLogsRoleArn",),
        ("config", "PutConfigurationRecorder"): ("ConfigurationRecorder.roleARN",),
        ("ecs", "RegisterTaskDefinition"): ("taskRoleArn", "executionRoleArn"),
        ("events", "PutRule"): ("RoleArn",),
        ("events", "PutTargets"): ("Targets.RoleArn",),
        ("firehose", "CreateDeliveryStream"): ("ExtendedS3DestinationConfiguration.RoleARN",),
        ("lambda", "CreateFunction"): ("Role",),
        ("lambda", "UpdateFunctionConfiguration"): ("Role",),
        ("logs", "PutSubscriptionFilter"): ("roleArn",),
        ("s3", "PutBucketReplication"): ("ReplicationConfiguration.Role",),
        ("scheduler", "CreateSchedule"): ("Target.RoleArn",),
        ("ssm", "StartAutomationExecution"): ("Parameters.AutomationAssumeRole",),
        ("stepfunctions", "CreateStateMachine"): ("roleArn",),
        ("stepfunctions", "UpdateStateMachine"): ("roleArn",),
    }
)
"""Operation -> the parameters (dotted, through lists) whose role it passes to the service: `iam:PassRole` on that role.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""


def prefix(service: str) -> str:
    """The prefix of a service's actions, by botocore's name of the service."""
    return PREFIXES.get(service, service)


def actions(service: str, operation: str, parameters: Mapping[str, Any], method: str) -> tuple[str, ...]:
    """The actions of a call on what it names, the chief one first; none for what needs no permission.

    API Gateway's actions are the HTTP methods.
    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    """
    if (service, operation) in UNDENIABLE:
        return ()
    if prefix(service) == "apigateway":
        return (f"apigateway:{method}",)
    name = RENAMED.get(service, {}).get(operation) or re.sub(r"\d{4}_\d{2}_\d{2}$", "", operation)
    if service == "s3" and name in OF_VERSIONS and parameters.get("VersionId"):
        name = name.replace("Object", "ObjectVersion")
    further = (also for given, also in ALSO.get((service, operation), ()) if parameters.get(given))
    return tuple(f"{prefix(service)}:{each}" for each in (name, *further))


def passed_roles(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """The ARNs of the roles that a call passes to the service."""
    for path in PASSED_ROLES.get((service, operation), ()):
        yield from (value for value in values_at(parameters, path) if isinstance(value, str) and ":role/" in value)


def passed_to(service: str) -> str:
    """The service principal that a service's roles are passed to: `iam:PassedToService`."""
    return "ecs-tasks.amazonaws.com" if service == "ecs" else f"{prefix(service)}.amazonaws.com"


def values_at(value: Any, path: str) -> Iterator[Any]:
    """What stands at a dotted path of members; every item of the lists on the way."""
    if isinstance(value, list):
        for item in value:
            yield from values_at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        first, _, rest = path.partition(".")
        if first in value:
            yield from values_at(value[first], rest)
