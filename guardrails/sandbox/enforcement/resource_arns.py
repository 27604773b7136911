"""Which resources a call names, as ARNs: for the services that templates and policies name; `*` for all others.

A template is filled with the call's parameters, and with `account` and `region` of the caller. The rules of a service are tried in
order: the first all of whose parameters are there counts. A list among the parameters makes one ARN for each of its items. What is already
an ARN is taken as it is.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.enforcement.action_names import prefix, values_at

EVERYTHING: Final = "*"
_FIELD: Final = re.compile(r"{([\w.]+)}")

RULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "access-analyzer": ("arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzerName}",),
        "cloudformation": (
            "arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*",
            "arn:aws:cloudformation:{region}:{account}:stackset/{StackSetName}:*",
        ),
        "cloudtrail": (
            "arn:aws:cloudtrail:{region}:{account}:trail/{Name}",
            "arn:aws:cloudtrail:{region}:{account}:trail/{TrailName}",
            "{ResourceId}",
        ),
        "cloudwatch": (
            "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}",
            "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmNames}",
        ),
        "dynamodb": ("arn:aws:dynamodb:{region}:{account}:table/{TableName}",),
        "ec2": (
            "arn:aws:ec2:{region}:{account}:instance/{InstanceId}",
            "arn:aws:ec2:{region}:{account}:instance/{InstanceIds}",
            "arn:aws:ec2:{region}:{account}:volume/{VolumeId}",
            "arn:aws:ec2:{region}::snapshot/{SnapshotId}",
            "arn:aws:ec2:{region}::image/{ImageId}",
            "arn:aws:ec2:{region}:{account}:network-acl/{NetworkAclId}",
            "arn:aws:ec2:{region}:{account}:route-table/{RouteTableId}",
            "arn:aws:ec2:{region}:{account}:security-group/{GroupId}",
            "arn:aws:ec2:{region}:{account}:internet-gateway/{InternetGatewayId}",
            "arn:aws:ec2:{region}:{account}:subnet/{SubnetId}",
            "arn:aws:ec2:{region}:{account}:vpc/{VpcId}",
            "arn:aws:ec2:{region}:{account}:vpc-flow-log/{FlowLogIds}",
        ),
        "ecr": ("arn:aws:ecr:{region}:{account}:repository/{repositoryName}",),
        "elasticfilesystem": ("arn:aws:elasticfilesystem:{region}:{account}:file-system/{FileSystemId}",),
        "events": (
            "arn:aws:events:{region}:{account}:rule/{EventBusName}/{Name}",
            "arn:aws:events:{region}:{account}:rule/{EventBusName}/{Rule}",
            "arn:aws:events:{region}:{account}:event-bus/{EventBusName}",
            "arn:aws:events:{region}:{account}:rule/{Rule}",
            "arn:aws:events:{region}:{account}:rule/{Name}",
        ),
        "guardduty": (
            "arn:aws:guardduty:{region}:{account}:detector/{DetectorId}/filter/{FilterName}",
            "arn:aws:guardduty:{region}:{account}:detector/{DetectorId}/ipset/{IpSetId}",
            "arn:aws:guardduty:{region}:{account}:detector/{DetectorId}",
        ),
        "iam": (
            "arn:aws:iam::{account}:role/{RoleName}",
            "arn:aws:iam::{account}:group/{GroupName}",
            "arn:aws:iam::{account}:user/{UserName}",
            "arn:aws:iam::{account}:instance-profile/{InstanceProfileName}",
            "{PolicyArn}",
            "arn:aws:iam::{account}:policy/{PolicyName}",
            "{SAMLProviderArn}",
            "{OpenIDConnectProviderArn}",
        ),
        "kms": (
            "arn:aws:kms:{region}:{account}:{AliasName}",
            "arn:aws:kms:{region}:{account}:key/{KeyId}",
        ),
        "lambda": ("arn:aws:lambda:{region}:{account}:function:{FunctionName}",),
        "logs": (
            "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}",
            "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:",
        ),
        "rds": (
            "arn:aws:rds:{region}:{account}:db:{DBInstanceIdentifier}",
            "arn:aws:rds:{region}:{account}:cluster:{DBClusterIdentifier}",
        ),
        "s3": ("arn:aws:s3:::{Bucket}/{Key}", "arn:aws:s3:::{Bucket}/{Delete.Objects.Key}", "arn:aws:s3:::{Bucket}"),
        "secretsmanager": (
            "arn:aws:secretsmanager:{region}:{account}:secret:{SecretId}",
            "arn:aws:secretsmanager:{region}:{account}:secret:{Name}",
        ),
        "sns": ("{TopicArn}", "{ResourceArn}", "arn:aws:sns:{region}:{account}:{Name}"),
        "sqs": ("arn:aws:sqs:{region}:{account}:{QueueUrl}", "arn:aws:sqs:{region}:{account}:{QueueName}"),
        "ssm": ("arn:aws:ssm:{region}:{account}:parameter/{Name}",),
        "states": ("arn:aws:states:{region}:{account}:stateMachine:{name}",),
        "sts": ("{RoleArn}",),
    }
)
"""Prefix of the actions -> ARN templates."""

OPERATIONS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("ec2", "AttachVolume"): (
            "arn:aws:ec2:{region}:{account}:volume/{VolumeId}",
            "arn:aws:ec2:{region}:{account}:instance/{InstanceId}",
        ),
        ("ec2", "CreateSnapshot"): (
            "arn:aws:ec2:{region}::snapshot/*",
            "arn:aws:ec2:{region}:{account}:volume/{VolumeId}",
        ),
        ("ec2", "CreateVolume"): ("arn:aws:ec2:{region}:{account}:volume/*",),
        ("ec2", "CreateVpc"): ("arn:aws:ec2:{region}:{account}:vpc/*",),
        ("ec2", "CreateSubnet"): (
            "arn:aws:ec2:{region}:{account}:subnet/*",
            "arn:aws:ec2:{region}:{account}:vpc/{VpcId}",
        ),
        ("ec2", "CreateSecurityGroup"): ("arn:aws:ec2:{region}:{account}:security-group/*",),
        ("ec2", "CreateInternetGateway"): ("arn:aws:ec2:{region}:{account}:internet-gateway/*",),
        ("ec2", "CreateNetworkAcl"): ("arn:aws:ec2:{region}:{account}:network-acl/*",),
        ("ec2", "RunInstances"): (
            "arn:aws:ec2:{region}:{account}:instance/*",
            "arn:aws:ec2:{region}::image/{ImageId}",
            "arn:aws:ec2:{region}:{account}:network-interface/*",
            "arn:aws:ec2:{region}:{account}:volume/*",
            "arn:aws:ec2:{region}:{account}:subnet/{SubnetId}",
            "arn:aws:ec2:{region}:{account}:security-group/{SecurityGroupIds}",
        ),
        ("events", "PutEvents"): ("arn:aws:events:{region}:{account}:event-bus/{Entries.EventBusName}",),
        ("events", "CreateEventBus"): ("arn:aws:events:{region}:{account}:event-bus/{Name}",),
        ("events", "DeleteEventBus"): ("arn:aws:events:{region}:{account}:event-bus/{Name}",),
        ("kms", "CreateAlias"): (
            "arn:aws:kms:{region}:{account}:{AliasName}",
            "arn:aws:kms:{region}:{account}:key/{TargetKeyId}",
        ),
        ("kms", "UpdateAlias"): (
            "arn:aws:kms:{region}:{account}:{AliasName}",
            "arn:aws:kms:{region}:{account}:key/{TargetKeyId}",
        ),
        ("s3control", "CreateAccessPoint"): ("arn:aws:s3:{region}:{account}:accesspoint/{Name}",),
        ("s3control", "CreateMultiRegionAccessPoint"): ("arn:aws:s3::{account}:accesspoint/new.mrap",),
        ("s3control", "DeleteAccessPoint"): ("arn:aws:s3:{region}:{account}:accesspoint/{Name}",),
        ("s3control", "PutAccessPointPolicy"): ("arn:aws:s3:{region}:{account}:accesspoint/{Name}",),
    }
)
"""Operations that name several resources, all of which must be allowed, or others than their service's rules say."""


def resources(
    service: str, operation: str, parameters: Mapping[str, Any], account: str, region: str
) -> tuple[str, ...]:
    """The ARNs of what a call names, `*` when it names nothing.

    EC2's describing actions know no resources.
    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    known = {**parameters, "account": account, "region": region}
    several = OPERATIONS.get((service, operation))
    if several is not None:
        found = [arn for template in several for arn in filled(template, known)]
        return tuple(found) or (EVERYTHING,)
    if service in {"ec2", "s3control"} and operation.startswith(("Describe", "Get", "List")):
        return (EVERYTHING,)
    named = _first(RULES.get(prefix(service), ()), known)
    return named or _own_arns(prefix(service), parameters) or (EVERYTHING,)


def _first(templates: Sequence[str], known: Mapping[str, Any]) -> tuple[str, ...]:
    return next((found for template in templates if (found := tuple(filled(template, known)))), ())


def filled(template: str, known: Mapping[str, Any]) -> Iterator[str]:
    """The template with the values of its fields: none when one is missing, several when one is a list."""
    arns = [template]
    for field in _FIELD.findall(template):
        values = [value for value in values_at(known, field) if isinstance(value, str) and value]
        arns = [_put(arn, field, value) for arn in arns for value in values]
    yield from arns


def _put(arn: str, field: str, value: str) -> str:
    """The value in its field: an ARN in place of the whole; of a queue's address and a parameter's path the part that counts."""
    if value.startswith("arn:"):
        return value
    plain = value.rpartition("/")[2] if field == "QueueUrl" else value.lstrip("/") if ":parameter/" in arn else value
    return arn.replace(f"{{{field}}}", plain)


def _own_arns(service: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters that are ARNs of the service itself: most newer services name their resources so."""
    beginning = f"arn:aws:{service}:"
    texts = (value for value in parameters.values() if isinstance(value, str))
    return tuple(value for value in texts if value.startswith(beginning))
