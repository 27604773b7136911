import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def role(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "auditor", "AssumeRolePolicyDocument": TRUST, **properties},
    }


def managed_policy(action: str, **properties: Any) -> dict[str, Any]:
    properties = {"ManagedPolicyName": "boundary", "PolicyDocument": document(action), **properties}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def attached(sandbox: Embedded) -> set[str]:
    found = sandbox.client("iam").list_attached_role_policies(RoleName="auditor")["AttachedPolicies"]
    return {policy["PolicyArn"] for policy in found}


def test_a_role_has_everything_its_template_says(sandbox: Embedded, deploy: Deploy) -> None:
    """Trust, attachments, inline policies, boundary, path and session length are what plain IAM calls show.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    """
    properties = {
        "ManagedPolicyArns": [READ_ONLY],
        "Policies": [{"PolicyName": "look", "PolicyDocument": document("s3:ListBucket")}],
        "Path": "/security/",
        "MaxSessionDuration": 7200,
        "PermissionsBoundary": AUDIT,
        "Description": "looks",
        "Tags": [{"Key": "team", "Value": "security"}],
    }
    stack = deploy({"Role": role(**properties)}, {"Arn": {"Fn::GetAtt": ["Role", "Arn"]}})
    assert stack["status"] == "CREATE_COMPLETE"
    iam = sandbox.client("iam")
    found = iam.get_role(RoleName="auditor")["Role"]
    assert (found["Arn"], found["Path"]) == (stack["outputs"]["Arn"], "/security/")
    assert (found["MaxSessionDuration"], found["Description"]) == (7200, "looks")
    assert found["AssumeRolePolicyDocument"] == TRUST
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == AUDIT
    assert found["Tags"] == [{"Key": "team", "Value": "security"}]
    assert attached(sandbox) == {READ_ONLY}
    assert iam.get_role_policy(RoleName="auditor", PolicyName="look")["PolicyDocument"] == document("s3:ListBucket")


def test_an_update_attaches_and_detaches(sandbox: Embedded, deploy: Deploy) -> None:
    """After an update the role has exactly the policies of the new template, and is still the same role."""
    policies = [{"PolicyName": "look", "PolicyDocument": document("s3:ListBucket")}]
    outputs = {"Id": {"Fn::GetAtt": ["Role", "RoleId"]}}
    before = deploy({"Role": role(ManagedPolicyArns=[READ_ONLY], Policies=policies)}, outputs)
    after = deploy({"Role": role(ManagedPolicyArns=[AUDIT])}, outputs)
    assert (after["status"], after["outputs"]) == ("UPDATE_COMPLETE", before["outputs"])
    assert attached(sandbox) == {AUDIT}
    assert sandbox.client("iam").list_role_policies(RoleName="auditor")["PolicyNames"] == []


def test_a_role_with_an_unknown_policy_is_not_left_behind(sandbox: Embedded, deploy: Deploy) -> None:
    """When an attachment fails, the stack rolls back and the half-made role is gone."""
    stack = deploy({"Role": role(ManagedPolicyArns=["arn:aws:iam::aws:policy/NoSuch"])})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert "does not exist or is not attachable" in stack["reasons"][0]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        sandbox.client("iam").get_role(RoleName="auditor")


def test_a_managed_policy_gets_new_default_versions(sandbox: Embedded, deploy: Deploy) -> None:
    """Each change makes a new default version; of more than five the oldest goes.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
    """
    outputs = {"Arn": {"Ref": "Policy"}}
    for number in range(7):
        stack = deploy({"Policy": managed_policy(f"s3:Get{number}")}, outputs)
        assert stack["status"].endswith("_COMPLETE")
    iam = sandbox.client("iam")
    arn = stack["outputs"]["Arn"]
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    (default,) = [version["VersionId"] for version in versions if version["IsDefaultVersion"]]
    assert (len(versions), default) == (5, "v7")
    assert "s3:Get6" in json.dumps(iam.get_policy_version(PolicyArn=arn, VersionId="v7")["PolicyVersion"]["Document"])


def test_a_managed_policy_is_attached_and_deleted(
    sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]
) -> None:
    """A policy is attached to its roles, and a deleted stack leaves neither."""
    policy = managed_policy("s3:Get*", Roles=[{"Ref": "Role"}])
    stack = deploy({"Role": role(), "Policy": policy}, {"Arn": {"Ref": "Policy"}})
    assert attached(sandbox) == {stack["outputs"]["Arn"]}
    delete()
    iam = sandbox.client("iam")
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert "auditor" not in {found["RoleName"] for found in iam.list_roles()["Roles"]}


def test_a_user_in_its_group_comes_changes_and_goes(
    sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]
) -> None:
    """Group, console password, inline and attached policies of a user are what plain IAM calls show, after an update too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
    """
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "auditors", "ManagedPolicyArns": [READ_ONLY]}}
    iam = sandbox.client("iam")

    def user(**properties: Any) -> dict[str, Any]:
        return {"Type": "AWS::IAM::User", "Properties": {"UserName": "eve", **properties}}

    full = user(Groups=[{"Ref": "Group"}], LoginProfile={"Password": "secret"}, ManagedPolicyArns=[AUDIT])
    stack = deploy({"Group": group, "User": full}, {"Arn": {"Fn::GetAtt": "User.Arn"}})
    assert stack["outputs"] == {"Arn": "arn:aws:iam::111111111111:user/eve"}
    assert [one["GroupName"] for one in iam.list_groups_for_user(UserName="eve")["Groups"]] == ["auditors"]
    assert iam.get_login_profile(UserName="eve")["LoginProfile"]["PasswordResetRequired"] is False
    policies = [{"PolicyName": "look", "PolicyDocument": document("s3:ListBucket")}]
    deploy({"Group": group, "User": user(Policies=policies)})
    assert iam.list_groups_for_user(UserName="eve")["Groups"] == []
    assert iam.list_attached_user_policies(UserName="eve")["AttachedPolicies"] == []
    assert iam.list_user_policies(UserName="eve")["PolicyNames"] == ["look"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_login_profile(UserName="eve")
    delete()
    assert "eve" not in {one["UserName"] for one in iam.list_users()["Users"]}
    assert iam.list_groups()["Groups"] == []


def test_what_others_gave_a_user_or_group_stops_its_deletion(sandbox: Embedded, deploy: Deploy) -> None:
    """A user with access keys and a group with users cannot be deleted.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
    """
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": "eve"}}
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "auditors"}}
    deploy({"User": user, "Group": group})
    iam = sandbox.client("iam")
    iam.create_user(UserName="stranger")
    iam.add_user_to_group(GroupName="auditors", UserName="stranger")
    iam.create_access_key(UserName="eve")
    cloudformation = sandbox.client("cloudformation")
    cloudformation.delete_stack(StackName="one")
    cloudformation.describe_stacks(StackName="one")
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "DELETE_FAILED"]
    assert any("must delete access keys first" in reason for reason in reasons)
    assert any("must remove users from group first" in reason for reason in reasons)


def test_an_inline_policy_is_where_it_is_named(sandbox: Embedded, deploy: Deploy) -> None:
    """AWS::IAM::Policy is on exactly the roles, users and groups that it names, under its name.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
    """
    beside = {"Role": role(), "Group": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "auditors"}}}
    iam = sandbox.client("iam")

    def deployed(**properties: Any) -> tuple[list[str], list[str]]:
        properties = {"PolicyName": "look", "PolicyDocument": document("s3:ListBucket"), **properties}
        deploy({**beside, "Policy": {"Type": "AWS::IAM::Policy", "Properties": properties}})
        of_role = iam.list_role_policies(RoleName="auditor")["PolicyNames"]
        return of_role, iam.list_group_policies(GroupName="auditors")["PolicyNames"]

    assert deployed(Roles=[{"Ref": "Role"}]) == (["look"], [])
    assert deployed(Groups=[{"Ref": "Group"}]) == ([], ["look"])
    assert deployed(Groups=[{"Ref": "Group"}], PolicyName="other") == ([], ["other"])
    deploy(beside)
    assert iam.list_group_policies(GroupName="auditors")["PolicyNames"] == []


def test_an_identity_provider_and_an_instance_profile(
    sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]
) -> None:
    """An OpenID Connect provider is known by its ARN, and an instance profile holds its role; each URL has one provider.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html
    """
    url = "https://token.actions.githubusercontent.com"
    provider = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": url, "ClientIdList": ["sts.amazonaws.com"]}}
    profile = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}}
    outputs = {"Provider": {"Ref": "Provider"}, "Profile": {"Ref": "Profile"}}
    stack = deploy({"Provider": provider, "Role": role(), "Profile": profile}, outputs)
    iam = sandbox.client("iam")
    arn = f"arn:aws:iam::111111111111:oidc-provider/{url.removeprefix('https://')}"
    assert stack["outputs"]["Provider"] == arn
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["sts.amazonaws.com"]
    shown = iam.get_instance_profile(InstanceProfileName=stack["outputs"]["Profile"])["InstanceProfile"]
    assert [one["RoleName"] for one in shown["Roles"]] == ["auditor"]
    failed = deploy({"Provider": provider, "Role": role(), "Profile": profile, "Second": provider})
    assert "already exists" in failed["reasons"][0]
    delete()
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
