"""The policies that ship, on the sandbox: what their examples ask about is really called.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails import config
from guardrails.iam.document import minified
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.organization_facts import policy_facts
from guardrails.pipeline import known_controls
from guardrails.placeholders import with_placeholders
from guardrails.sandbox.embedded import Embedded

REPOSITORY = Path(__file__).parents[3]
SOURCES = Library(REPOSITORY).policies("scp")
EXAMPLES_ACCOUNT = "111111111111"
NO_SUCH_CALL = ("account:CloseAccount",)
"""Actions of AWS's console alone."""
NO_SUCH_PRINCIPAL = ("aws:AssumedRoot",)
"""Keys of sessions that cannot be opened here."""
Acting = Callable[..., Any]
Parameters = dict[str, Any]
Request = Mapping[str, Any]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
DETECTOR = {"DetectorId": "0" * 32}


def name(request: Request) -> str:
    """The last part of the resource's name."""
    return str(request["resource"]).rpartition("/")[2].rpartition(":")[2]


def said(request: Request, key: str) -> bool:
    """What a condition key of the example says, true unless it says false."""
    return str(request.get("context", {}).get(key, "true")) == "true"


def s3(request: Request) -> Parameters:
    bucket, _, key = str(request.get("resource", "arn:aws:s3:::some-bucket")).rpartition(":")[2].partition("/")
    return {"Bucket": bucket, **({"Key": key} if key else {})}


def role(request: Request) -> Parameters:
    *path, last = str(request.get("resource", "role/app")).partition("role/")[2].split("/")
    return {"RoleName": last, **({"Path": f"/{'/'.join(path)}/"} if path else {})}


def instances(request: Request) -> Parameters:
    device = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "Encrypted": said(request, "ec2:Encrypted")}}
    return {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "BlockDeviceMappings": [device]}


def database(request: Request) -> Parameters:
    keys = request["context"]
    return {"StorageEncrypted": said(request, "rds:StorageEncrypted"), "Engine": keys["rds:DatabaseEngine"]}


CALLS: dict[str, tuple[str, str, Callable[[Request], Parameters]]] = {
    "acm:RequestCertificate": ("acm", "request_certificate", lambda r: {"DomainName": "example.com"}),
    "cloudformation:CreateStack": (
        "cloudformation",
        "create_stack",
        lambda r: {"StackName": "x", "TemplateBody": "{}"},
    ),
    "cloudformation:DeleteStack": (
        "cloudformation",
        "delete_stack",
        lambda r: {"StackName": r["resource"].split("/")[1]},
    ),
    "cloudtrail:DeleteTrail": ("cloudtrail", "delete_trail", lambda r: {"Name": r["resource"]}),
    "cloudtrail:StopLogging": ("cloudtrail", "stop_logging", lambda r: {"Name": name(r)}),
    "cloudtrail:UpdateTrail": ("cloudtrail", "update_trail", lambda r: {"Name": name(r)}),
    "ec2:CreateVolume": (
        "ec2",
        "create_volume",
        lambda r: {"AvailabilityZone": "eu-west-1a", "Size": 1, "Encrypted": said(r, "ec2:Encrypted")},
    ),
    "ec2:DeleteVpc": ("ec2", "delete_vpc", lambda r: {"VpcId": "vpc-1"}),
    "ec2:DisableEbsEncryptionByDefault": ("ec2", "disable_ebs_encryption_by_default", lambda r: {}),
    "ec2:RunInstances": ("ec2", "run_instances", instances),
    "elasticfilesystem:CreateFileSystem": (
        "efs",
        "create_file_system",
        lambda r: {"CreationToken": "x", "Encrypted": said(r, "elasticfilesystem:Encrypted")},
    ),
    "guardduty:ArchiveFindings": ("guardduty", "archive_findings", lambda r: DETECTOR | {"FindingIds": ["x"]}),
    "guardduty:DeleteDetector": ("guardduty", "delete_detector", lambda r: DETECTOR),
    "guardduty:DisassociateFromAdministratorAccount": (
        "guardduty",
        "disassociate_from_administrator_account",
        lambda r: DETECTOR,
    ),
    "guardduty:StopMonitoringMembers": (
        "guardduty",
        "stop_monitoring_members",
        lambda r: DETECTOR | {"AccountIds": ["2" * 12]},
    ),
    "guardduty:UpdateDetector": ("guardduty", "update_detector", lambda r: DETECTOR | {"Enable": False}),
    "guardduty:UpdateOrganizationConfiguration": (
        "guardduty",
        "update_organization_configuration",
        lambda r: DETECTOR | {"AutoEnableOrganizationMembers": "NEW"},
    ),
    "iam:CreateAccessKey": ("iam", "create_access_key", lambda r: {"UserName": "kim"}),
    "iam:CreateRole": ("iam", "create_role", lambda r: role(r) | {"AssumeRolePolicyDocument": TRUST}),
    "iam:GetRole": ("iam", "get_role", role),
    "iam:PassRole": (
        "events",
        "put_rule",
        lambda r: {"Name": "x", "ScheduleExpression": "rate(1 hour)", "RoleArn": r["resource"]},
    ),
    "iam:PutRolePolicy": ("iam", "put_role_policy", lambda r: role(r) | {"PolicyName": "x", "PolicyDocument": TRUST}),
    "iam:UpdateAssumeRolePolicy": ("iam", "update_assume_role_policy", lambda r: role(r) | {"PolicyDocument": TRUST}),
    "kms:DeleteAlias": ("kms", "delete_alias", lambda r: {"AliasName": f"alias/{name(r)}"}),
    "kms:PutKeyPolicy": ("kms", "put_key_policy", lambda r: {"KeyId": r["key"], "Policy": TRUST}),
    "kms:ScheduleKeyDeletion": ("kms", "schedule_key_deletion", lambda r: {"KeyId": r["key"]}),
    "organizations:DescribeOrganization": ("organizations", "describe_organization", lambda r: {}),
    "organizations:LeaveOrganization": ("organizations", "leave_organization", lambda r: {}),
    "rds:CreateDBCluster": ("rds", "create_db_cluster", lambda r: database(r) | {"DBClusterIdentifier": "x"}),
    "rds:CreateDBInstance": (
        "rds",
        "create_db_instance",
        lambda r: database(r) | {"DBInstanceIdentifier": "x", "DBInstanceClass": "db.t3.micro"},
    ),
    "s3:CreateAccessPoint": (
        "s3control",
        "create_access_point",
        lambda r: {"AccountId": r["resource"].split(":")[4], "Name": name(r), "Bucket": "some-bucket"},
    ),
    "s3:CreateBucket": ("s3", "create_bucket", s3),
    "s3:CreateMultiRegionAccessPoint": (
        "s3control",
        "create_multi_region_access_point",
        lambda r: {"AccountId": EXAMPLES_ACCOUNT, "Details": {"Name": "x", "Regions": [{"Bucket": "some-bucket"}]}},
    ),
    "s3:DeleteBucketPolicy": ("s3", "delete_bucket_policy", s3),
    "s3:DeleteObjectVersion": ("s3", "delete_object", lambda r: s3(r) | {"VersionId": "v"}),
    "s3:GetObject": ("s3", "get_object", s3),
    "s3:PutBucketPolicy": ("s3", "put_bucket_policy", lambda r: s3(r) | {"Policy": TRUST}),
    "s3:PutBucketVersioning": (
        "s3",
        "put_bucket_versioning",
        lambda r: s3(r) | {"VersioningConfiguration": {"Status": "Suspended"}},
    ),
    "s3:PutLifecycleConfiguration": (
        "s3",
        "put_bucket_lifecycle_configuration",
        lambda r: s3(r) | {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Expiration": {"Days": 1}}]}},
    ),
    "s3:PutObject": ("s3", "put_object", s3),
    "s3:PutObjectRetention": ("s3", "put_object_retention", lambda r: s3(r) | {"Retention": {"Mode": "GOVERNANCE"}}),
    "s3:RestoreObject": ("s3", "restore_object", s3),
    "sts:AssumeRole": ("sts", "assume_role", lambda r: {"RoleArn": r["resource"], "RoleSessionName": "kim"}),
}
"""Action -> the call that needs it: service, method, parameters."""


@pytest.fixture
def facts(member: str) -> dict[str, Any]:
    """The facts of the organization that ships, in which one account does everything."""
    controls = known_controls(REPOSITORY)
    organization = config.load(
        REPOSITORY / "config",
        {control.id: control.settings for control in controls.values()},
        {control.id for control in controls.values() if control.enabled_by_default},
    )
    accounts = {"log_archive_account_id": member, "security_account_id": member}
    return with_placeholders(policy_facts(organization)) | accounts


def asked(source: AuthorizationPolicy, index: int, facts: Mapping[str, Any], member: str) -> Request:
    """The request of an example, of the member account instead of the examples' account."""
    known = source.known(source.examples[index].parameters, facts)
    filled = source.filled(("examples", index, "request"), source.examples[index].request, known)
    request: Request = json.loads(json.dumps(filled).replace(EXAMPLES_ACCOUNT, member))
    return request


def key_with(sandbox: Embedded, member: str, request: Request) -> str:
    """A KMS key with the aliases that the example speaks of; "" when it speaks of none."""
    aliases = request.get("context", {}).get("kms:ResourceAliases", [])
    if not aliases:
        return ""
    sandbox.enforce(False)
    kms = sandbox.client("kms", account=member)
    key = str(kms.create_key()["KeyMetadata"]["KeyId"])
    known = {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    for alias in aliases:
        move = kms.update_alias if alias in known else kms.create_alias
        move(AliasName=alias, TargetKeyId=key)
    sandbox.enforce()
    return key


def is_denied(client: Any, method: str, parameters: Parameters) -> bool:
    """Whether a service control policy denies the call; other refusals are none of ours."""
    try:
        getattr(client, method)(**parameters)
    except ClientError as error:
        return "service control policy" in str(error)
    return False


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_shipped_policies_do_on_the_sandbox_what_their_examples_say(
    sandbox: Embedded, member: str, facts: dict[str, Any], acting: Acting, source: AuthorizationPolicy
) -> None:
    """Each call that a shipped policy must deny is denied, and each that must stay allowed is let through."""
    organizations = sandbox.client("organizations")
    made = organizations.create_policy(
        Name="shipped",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"x:y","Resource":"*"}]}',
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=member)
    for index, example in enumerate(source.examples):
        request = dict(asked(source, index, facts, member))
        if request["action"] in NO_SUCH_CALL or set(NO_SUCH_PRINCIPAL) & set(request.get("context", {})):
            continue
        organizations.update_policy(PolicyId=policy, Content=minified(source.render(example.parameters, facts)))
        request["key"] = key_with(sandbox, member, request)
        service, method, parameters = CALLS[request["action"]]
        principal = str(request["principal"]).rpartition(":")[2]
        client = acting(principal, service, request.get("region", "eu-west-1"))
        denied = is_denied(client, method, parameters(request))
        assert denied == (example.expect != "allowed"), example.name
