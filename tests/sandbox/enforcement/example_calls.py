"""The calls that the examples of shipped policies ask about, as boto3 makes them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

EXAMPLES_ACCOUNT = "111111111111"
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
        lambda r: {"StackName": r.get("resource", "stack/x").split("/")[1], "TemplateBody": "{}"},
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
    "guardduty:UpdateCustomDetectionRuleOrgConfiguration": (
        "guardduty",
        "update_custom_detection_rule_org_configuration",
        lambda r: {"RuleId": "x", "Mode": "DRY_RUN"},
    ),
    "guardduty:UpdateDetector": ("guardduty", "update_detector", lambda r: DETECTOR | {"Enable": False}),
    "guardduty:UpdateMalwareProtectionPlan": (
        "guardduty",
        "update_malware_protection_plan",
        lambda r: {"MalwareProtectionPlanId": "x"},
    ),
    "guardduty:UpdateOrganizationConfiguration": (
        "guardduty",
        "update_organization_configuration",
        lambda r: DETECTOR | {"AutoEnableOrganizationMembers": "NEW"},
    ),
    "iam:CreateAccessKey": ("iam", "create_access_key", lambda r: {"UserName": "kim"}),
    "iam:CreateRole": ("iam", "create_role", lambda r: role(r) | {"AssumeRolePolicyDocument": TRUST}),
    "iam:DeleteRole": ("iam", "delete_role", lambda r: {"RoleName": name(r)}),
    "iam:GetRole": ("iam", "get_role", role),
    "iam:PassRole": (
        "events",
        "put_rule",
        lambda r: {"Name": "x", "ScheduleExpression": "rate(1 hour)", "RoleArn": r["resource"]},
    ),
    "iam:PutRolePolicy": ("iam", "put_role_policy", lambda r: role(r) | {"PolicyName": "x", "PolicyDocument": TRUST}),
    "iam:UpdateAssumeRolePolicy": ("iam", "update_assume_role_policy", lambda r: role(r) | {"PolicyDocument": TRUST}),
    "kms:DeleteAlias": ("kms", "delete_alias", lambda r: {"AliasName": f"alias/{name(r)}"}),
    "kms:DisableKey": ("kms", "disable_key", lambda r: {"KeyId": r["key"]}),
    "kms:PutKeyPolicy": ("kms", "put_key_policy", lambda r: {"KeyId": r["key"], "Policy": TRUST}),
    "kms:ScheduleKeyDeletion": ("kms", "schedule_key_deletion", lambda r: {"KeyId": r["key"]}),
    "organizations:AcceptHandshake": (
        "organizations",
        "accept_handshake",
        lambda r: {"HandshakeId": "h-examplehandshake"},
    ),
    "organizations:DeclineHandshake": (
        "organizations",
        "decline_handshake",
        lambda r: {"HandshakeId": "h-examplehandshake"},
    ),
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
    "s3:DeleteBucket": ("s3", "delete_bucket", s3),
    "s3:DeleteBucketPolicy": ("s3", "delete_bucket_policy", s3),
    "s3:DeleteObject": ("s3", "delete_object", s3),
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
    "s3:PutReplicationConfiguration": (
        "s3",
        "put_bucket_replication",
        lambda r: s3(r) | {"ReplicationConfiguration": {"Role": "r", "Rules": []}},
    ),
    "s3:PutObject": ("s3", "put_object", s3),
    "s3:PutObjectRetention": ("s3", "put_object_retention", lambda r: s3(r) | {"Retention": {"Mode": "GOVERNANCE"}}),
    "s3:RestoreObject": ("s3", "restore_object", s3),
    "sts:AssumeRole": ("sts", "assume_role", lambda r: {"RoleArn": r["resource"], "RoleSessionName": "kim"}),
    "access-analyzer:DeleteAnalyzer": ("accessanalyzer", "delete_analyzer", lambda r: {"analyzerName": name(r)}),
    "config:DeleteDeliveryChannel": ("config", "delete_delivery_channel", lambda r: {"DeliveryChannelName": "default"}),
    "config:PutConfigRule": (
        "config",
        "put_config_rule",
        lambda r: {"ConfigRule": {"Source": {"Owner": "AWS", "SourceIdentifier": "X"}}},
    ),
    "config:PutConfigurationRecorder": (
        "config",
        "put_configuration_recorder",
        lambda r: {"ConfigurationRecorder": {"name": "default"}},
    ),
    "config:StopConfigurationRecorder": (
        "config",
        "stop_configuration_recorder",
        lambda r: {"ConfigurationRecorderName": "default"},
    ),
    "detective:DeleteGraph": (
        "detective",
        "delete_graph",
        lambda r: {"GraphArn": "arn:aws:detective:eu-west-1:1:graph:1"},
    ),
    "ec2:ModifyEbsDefaultKmsKeyId": ("ec2", "modify_ebs_default_kms_key_id", lambda r: {"KmsKeyId": "alias/x"}),
    "ec2:ModifyInstanceMetadataDefaults": (
        "ec2",
        "modify_instance_metadata_defaults",
        lambda r: {"HttpTokens": "optional"},
    ),
    "iam:UpdateAccountPasswordPolicy": ("iam", "update_account_password_policy", lambda r: {}),
    "inspector2:Disable": ("inspector2", "disable", lambda r: {}),
    "inspector2:UpdateOrganizationConfiguration": (
        "inspector2",
        "update_organization_configuration",
        lambda r: {"autoEnable": {"ec2": True, "ecr": True}},
    ),
    "lambda:UpdateFunctionCode": (
        "lambda",
        "update_function_code",
        lambda r: {"FunctionName": name(r), "ZipFile": b"x"},
    ),
    "macie2:DisableMacie": ("macie2", "disable_macie", lambda r: {}),
    "macie2:UpdateMacieSession": ("macie2", "update_macie_session", lambda r: {"status": "PAUSED"}),
    "s3:PutAccountPublicAccessBlock": (
        "s3control",
        "put_public_access_block",
        lambda r: {"AccountId": EXAMPLES_ACCOUNT, "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
    ),
    "securityhub:BatchDisableStandards": (
        "securityhub",
        "batch_disable_standards",
        lambda r: {"StandardsSubscriptionArns": ["x"]},
    ),
    "securityhub:BatchUpdateFindings": (
        "securityhub",
        "batch_update_findings",
        lambda r: {"FindingIdentifiers": [{"Id": "x", "ProductArn": "x"}]},
    ),
    "securityhub:DisableSecurityHub": ("securityhub", "disable_security_hub", lambda r: {}),
    "securityhub:DisassociateFromAdministratorAccount": (
        "securityhub",
        "disassociate_from_administrator_account",
        lambda r: {},
    ),
    "ssm:UpdateServiceSetting": (
        "ssm",
        "update_service_setting",
        lambda r: {"SettingId": r["resource"], "SettingValue": "Enable"},
    ),
    "securityhub:StartConfigurationPolicyAssociation": (
        "securityhub",
        "start_configuration_policy_association",
        lambda r: {"ConfigurationPolicyIdentifier": "SELF_MANAGED_SECURITY_HUB", "Target": {"AccountId": "2" * 12}},
    ),
    "macie2:PutFindingsPublicationConfiguration": ("macie2", "put_findings_publication_configuration", lambda r: {}),
}
"""Action -> the call that needs it: service, method, parameters."""
