"""IAM's users, groups, instance profiles and identity providers."""

import json
from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Client, Specimen, document
from tests.sandbox.cloudformation.specimens.iam import AUDIT, READ_ONLY, TRUST

GROUP: dict[str, Any] = {
    "GroupName": "auditors",
    "ManagedPolicyArns": [READ_ONLY],
    "Path": "/security/",
    "Policies": [{"PolicyName": "look", "PolicyDocument": document("s3:ListBucket")}],
}
USER: dict[str, Any] = {
    **{name: value for name, value in GROUP.items() if name != "GroupName"},
    "UserName": "eve",
    "Groups": [{"Ref": "First"}, {"Ref": "Second"}],
    "LoginProfile": {"Password": "correct horse", "PasswordResetRequired": True},
    "Tags": TAGS,
}


def remove_group(client: Client, name: str) -> None:
    iam = client("iam")
    iam.detach_group_policy(GroupName=name, PolicyArn=READ_ONLY)
    iam.delete_group_policy(GroupName=name, PolicyName="look")
    iam.delete_group(GroupName=name)


def remove_user(client: Client, name: str) -> None:
    iam = client("iam")
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
    iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    iam.delete_user_policy(UserName=name, PolicyName="look")
    iam.delete_user(UserName=name)


def swap_role(client: Client, name: str) -> None:
    iam = client("iam")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="other")


def remove_profile(client: Client, name: str) -> None:
    iam = client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName="machine")
    iam.delete_instance_profile(InstanceProfileName=name)


SPECIMENS = [
    Specimen(
        "AWS::IAM::Group",
        GROUP,
        {
            "ManagedPolicyArns": lambda client, name: client("iam").attach_group_policy(
                GroupName=name, PolicyArn=AUDIT
            ),
            "Policies": lambda client, name: client("iam").put_group_policy(
                GroupName=name, PolicyName="more", PolicyDocument=json.dumps(document("s3:*"))
            ),
        },
        remove_group,
        # moto changes a group's path only together with its name.
        fixed=frozenset({"Path"}),
    ),
    Specimen(
        "AWS::IAM::User",
        USER,
        {
            "Groups": lambda client, name: client("iam").remove_user_from_group(GroupName="first", UserName=name),
            "LoginProfile": lambda client, name: client("iam").delete_login_profile(UserName=name),
            "ManagedPolicyArns": lambda client, name: client("iam").attach_user_policy(UserName=name, PolicyArn=AUDIT),
            "Policies": lambda client, name: client("iam").put_user_policy(
                UserName=name, PolicyName="look", PolicyDocument=json.dumps(document("s3:*"))
            ),
            "Tags": lambda client, name: client("iam").tag_user(UserName=name, Tags=[{"Key": "team", "Value": "x"}]),
            "Path": lambda client, name: client("iam").update_user(UserName=name, NewPath="/other/"),
        },
        remove_user,
        beside={
            name: {"Type": "AWS::IAM::Group", "Properties": {"GroupName": name.lower()}} for name in ("First", "Second")
        },
    ),
    Specimen(
        "AWS::IAM::InstanceProfile",
        {"InstanceProfileName": "machine", "Path": "/machines/", "Roles": [{"Ref": "Role"}]},
        {"Roles": swap_role},
        remove_profile,
        beside={
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": "machine", "AssumeRolePolicyDocument": TRUST},
            }
        },
    ),
    Specimen(
        "AWS::IAM::OIDCProvider",
        {
            "Url": "https://token.actions.githubusercontent.com",
            "ClientIdList": ["sts.amazonaws.com"],
            "ThumbprintList": ["a" * 40],
            "Tags": TAGS,
        },
        {
            "ThumbprintList": lambda client, arn: client("iam").update_open_id_connect_provider_thumbprint(
                OpenIDConnectProviderArn=arn, ThumbprintList=["b" * 40]
            ),
            "Tags": lambda client, arn: client("iam").untag_open_id_connect_provider(
                OpenIDConnectProviderArn=arn, TagKeys=["team"]
            ),
        },
        lambda client, arn: client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn),
        # moto has no AddClientIDToOpenIDConnectProvider.
        fixed=frozenset({"ClientIdList"}),
    ),
]
