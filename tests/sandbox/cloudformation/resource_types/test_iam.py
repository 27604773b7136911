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
