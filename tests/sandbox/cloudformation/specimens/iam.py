import json
from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Client, Specimen, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OTHER_TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{**TRUST["Statement"][0], "Principal": {"AWS": "111111111111"}}]}
)


def replace_version(client: Client, arn: str) -> None:
    client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document("s3:*")), SetAsDefault=True)


def remove_role(client: Client, role: str) -> None:
    iam = client("iam")
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    iam.delete_role(RoleName=role)


def remove_policy(client: Client, arn: str) -> None:
    iam = client("iam")
    for kind in ("Role", "User", "Group"):
        detach = getattr(iam, f"detach_{kind.lower()}_policy")
        detach(**{f"{kind}Name": "bound", "PolicyArn": arn})
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


SPECIMENS = [
    Specimen(
        "AWS::IAM::Role",
        {
            "RoleName": "auditor",
            "AssumeRolePolicyDocument": TRUST,
            "ManagedPolicyArns": [READ_ONLY, AUDIT],
            "Policies": [{"PolicyName": "look", "PolicyDocument": document("s3:ListBucket")}],
            "Path": "/security/",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": AUDIT,
            "Description": "looks",
            "Tags": TAGS,
        },
        {
            "AssumeRolePolicyDocument": lambda client, role: client("iam").update_assume_role_policy(
                RoleName=role, PolicyDocument=OTHER_TRUST
            ),
            "ManagedPolicyArns": lambda client, role: client("iam").attach_role_policy(
                RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
            ),
            "Policies": lambda client, role: client("iam").put_role_policy(
                RoleName=role, PolicyName="look", PolicyDocument=json.dumps(document("s3:*"))
            ),
            "MaxSessionDuration": lambda client, role: client("iam").update_role(
                RoleName=role, Description="looks", MaxSessionDuration=3600
            ),
            "Description": lambda client, role: client("iam").update_role_description(
                RoleName=role, Description="touches"
            ),
            "PermissionsBoundary": lambda client, role: client("iam").delete_role_permissions_boundary(RoleName=role),
            "Tags": lambda client, role: client("iam").untag_role(RoleName=role, TagKeys=["team"]),
        },
        remove_role,
    ),
    Specimen(
        "AWS::IAM::ManagedPolicy",
        {
            "ManagedPolicyName": "boundary",
            "Path": "/security/",
            "Description": "no more than this",
            "PolicyDocument": document("s3:ListBucket"),
            "Groups": [{"Ref": "Group"}],
            "Roles": [{"Ref": "Role"}],
            "Users": [{"Ref": "User"}],
        },
        {
            "PolicyDocument": replace_version,
            "Groups": lambda client, arn: client("iam").detach_group_policy(GroupName="bound", PolicyArn=arn),
            "Roles": lambda client, arn: client("iam").detach_role_policy(RoleName="bound", PolicyArn=arn),
            "Users": lambda client, arn: client("iam").detach_user_policy(UserName="bound", PolicyArn=arn),
        },
        remove_policy,
        beside={
            "Group": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "bound"}},
            "User": {"Type": "AWS::IAM::User", "Properties": {"UserName": "bound"}},
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": "bound", "AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [AUDIT]},
            },
        },
    ),
]
