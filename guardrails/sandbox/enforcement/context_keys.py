"""The condition keys of a call, beyond those that `guardrails.iam.context` fills in for every request.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl

from guardrails.iam.context import Request, Values
from guardrails.sandbox.enforcement import live_resources
from guardrails.sandbox.enforcement.action_names import prefix, values_at
from guardrails.sandbox.organizations import authority, organization

OF_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "cloudformation": {"cloudformation:RoleArn": "RoleARN", "cloudformation:TemplateUrl": "TemplateURL"},
        "ec2": {"ec2:InstanceType": "InstanceType", "ec2:MetadataHttpTokens": "MetadataOptions.HttpTokens"},
        "iam": {
            "iam:AWSServiceName": "AWSServiceName",
            "iam:PermissionsBoundary": "PermissionsBoundary",
            "iam:PolicyARN": "PolicyArn",
        },
        "kms": {
            "kms:KeySpec": "KeySpec",
            "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
        },
        "lambda": {"lambda:FunctionUrlAuthType": "AuthType"},
        "organizations": {"organizations:ServicePrincipal": "ServicePrincipal"},
        "rds": {"rds:DatabaseClass": "DBInstanceClass", "rds:DatabaseEngine": "Engine"},
        "s3": {
            "s3:delimiter": "Delimiter",
            "s3:prefix": "Prefix",
            "s3:VersionId": "VersionId",
            "s3:x-amz-acl": "ACL",
            "s3:x-amz-server-side-encryption": "ServerSideEncryption",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
            "s3:object-lock-mode": "ObjectLockMode",
            "s3:x-amz-object-ownership": "ObjectOwnership",
        },
        "sns": {"sns:Endpoint": "Endpoint", "sns:Protocol": "Protocol"},
        "sts": {"sts:ExternalId": "ExternalId", "sts:RoleSessionName": "RoleSessionName"},
    }
)
"""botocore's name of a service -> condition key -> the parameter (dotted) that gives its value."""

SWITCHES: Final[Mapping[tuple[str, str], tuple[str, str]]] = MappingProxyType(
    {
        ("efs", "CreateFileSystem"): ("elasticfilesystem:Encrypted", "Encrypted"),
        ("rds", "CreateDBCluster"): ("rds:StorageEncrypted", "StorageEncrypted"),
        ("rds", "CreateDBInstance"): ("rds:StorageEncrypted", "StorageEncrypted"),
    }
)
"""Operation -> a condition key that is always there, "false" when its parameter is not given."""

POLICY_TYPE: Final = "organizations:PolicyType"
_TAGS: Final = ("Tags", "tags", "TagSet", "Tagging.TagSet", "TagSpecifications.Tags", "TagList")
_TOLD: Final = ("aws:principaltag/", "aws:sourceidentity", "aws:calledvia", "aws:sourcevpc", "aws:vpcsourceip")
"""How keys begin of which a request that lacks them here would lack them in AWS: nobody comes through an endpoint of a VPC."""
_TELLS_TAGS: Final = ("ec2", "iam", "kms")
"""The services whose resources' tags are looked up."""
_TAG_KEYS: Final = ("TagKeys", "tagKeys")


def of_call(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Values]:
    """The keys that the parameters of a call give, whatever the resource."""
    found: dict[str, Values] = {}
    for key, path in OF_PARAMETERS.get(service, {}).items():
        value = next(values_at(parameters, path), None)
        if isinstance(value, str | int):
            found[key] = str(value)
    if (service, operation) in SWITCHES:
        key, name = SWITCHES[service, operation]
        found[key] = "true" if parameters.get(name) else "false"
    if service == "organizations" and (policy_type := authority.policy_type(parameters)):
        found[POLICY_TYPE] = policy_type
    return found | _request_tags(parameters)


def of_resource(
    service: str, operation: str, parameters: Mapping[str, Any], arn: str, place: tuple[str, str]
) -> dict[str, Values]:
    """The keys that a resource gives; `place` is the caller's account and region."""
    owner = live_resources.owner(arn, place[0])
    found: dict[str, Values] = {"aws:ResourceAccount": owner, **_organization_of(owner)}
    found |= {f"aws:ResourceTag/{key}": value for key, value in live_resources.tags(arn).items()}
    if names := live_resources.aliases(arn):
        found["kms:ResourceAliases"] = names
    if prefix(service) == "ec2" and ":volume/" in arn:
        found["ec2:Encrypted"] = "true" if _encrypted(operation, parameters, arn, place) else "false"
    return found


def is_told(key: str, request: Request, service: str) -> bool:
    """Whether the sandbox tells every value of a key (in lower case) that AWS would, so that a request without it lacks it.

    `service` is botocore's name of the service that is called, "" where no call tells the keys of its parameters.
    """
    if key.startswith("aws:resourcetag/"):
        return any(request.resource.startswith(f"arn:aws:{each}:") for each in _TELLS_TAGS)
    if key.startswith(("aws:requesttag/", "aws:tagkeys")):
        return bool(service)
    told = (*OF_PARAMETERS.get(service, {}), *([POLICY_TYPE] if service == "organizations" else []))
    return key.startswith(_TOLD) or key in map(str.lower, told)


def _organization_of(account_id: str) -> dict[str, Values]:
    """The keys that tell where in the organization an account stands, none when it is no member."""
    account = organization.find_account(account_id)
    if account is None:
        return {}
    path = organization.path(account.parent_id)
    return {"aws:ResourceOrgID": path.partition("/")[0], "aws:ResourceOrgPaths": (path,)}


def of_principal(arn: str) -> dict[str, Values]:
    """The keys that tell of the principal beyond its ARN."""
    return {f"aws:PrincipalTag/{key}": value for key, value in live_resources.iam_tags(arn).items()}


def _encrypted(operation: str, parameters: Mapping[str, Any], arn: str, place: tuple[str, str]) -> bool:
    """Whether the volume is or would be encrypted; an instance's volumes are when all of them are asked to be, or the account says so.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """
    if operation == "AttachVolume":
        return live_resources.is_encrypted_volume(arn)
    asked = [parameters.get("Encrypted")]
    if operation == "RunInstances":
        asked = list(values_at(parameters, "BlockDeviceMappings.Ebs.Encrypted"))
    return live_resources.encrypts_volumes(*place) or (bool(asked) and all(asked))


def _request_tags(parameters: Mapping[str, Any]) -> dict[str, Values]:
    tags = {key: value for path in _TAGS for given in values_at(parameters, path) for key, value in _pairs(given)}
    if isinstance(parameters.get("Tagging"), str):
        tags |= dict(parse_qsl(parameters["Tagging"], keep_blank_values=True))
    keys = {*tags, *(key for name in _TAG_KEYS for key in values_at(parameters, name) if isinstance(key, str))}
    found: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return found | ({"aws:TagKeys": tuple(sorted(keys))} if keys else {})


def _pairs(given: Any) -> Iterator[tuple[str, str]]:
    """The tags in one item of a list of tags, whose members every service spells its own way, or in a mapping of tags."""
    if not isinstance(given, Mapping):
        return
    lower = {str(key).lower().removeprefix("tag"): value for key, value in given.items()}
    if set(lower) <= {"key", "value"} and "key" in lower:
        yield str(lower["key"]), str(lower.get("value") or "")
    else:
        yield from ((str(key), str(value)) for key, value in given.items())
