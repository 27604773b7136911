"""Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})


@pytest.fixture
def named(assignment: dict[str, Any]) -> dict[str, str]:
    """The arguments that name the permission set."""
    return {name: assignment[name] for name in ("InstanceArn", "PermissionSetArn")}


def reserved(sandbox: Embedded, account: str) -> list[dict[str, Any]]:
    roles = sandbox.client("iam", account=account).list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/")["Roles"]
    return [role for role in roles if role["RoleName"].startswith("AWSReservedSSO_")]


def assign(sandbox: Embedded, assignment: dict[str, Any]) -> dict[str, Any]:
    """Make the assignment and return how it ended."""
    sso = sandbox.client("sso-admin")
    asked = sso.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]["RequestId"]
    look = {"InstanceArn": assignment["InstanceArn"], "AccountAssignmentCreationRequestId": asked}
    sso.describe_account_assignment_creation_status(**look)
    status: dict[str, Any] = sso.describe_account_assignment_creation_status(**look)["AccountAssignmentCreationStatus"]
    return status


def provision(sandbox: Embedded, named: dict[str, str]) -> dict[str, Any]:
    """Provision the permission set everywhere and return how it ended."""
    sso = sandbox.client("sso-admin")
    asked = sso.provision_permission_set(**named, TargetType="ALL_PROVISIONED_ACCOUNTS")
    look = {
        "InstanceArn": named["InstanceArn"],
        "ProvisionPermissionSetRequestId": asked["PermissionSetProvisioningStatus"]["RequestId"],
    }
    sso.describe_permission_set_provisioning_status(**look)
    status: dict[str, Any] = sso.describe_permission_set_provisioning_status(**look)["PermissionSetProvisioningStatus"]
    return status


def test_an_assignment_brings_a_role(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """The account gets the role AWSReservedSSO_<name>_<suffix> under the path of the instance's region.

    Identity Center's SAML provider alone may assume it, for twelve hours at most.
    """
    account = assignment["TargetId"]
    assign(sandbox, assignment)
    (role,) = reserved(sandbox, account)
    assert role["Path"] == "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    prefix, _, suffix = role["RoleName"].rpartition("_")
    assert (prefix, len(suffix)) == ("AWSReservedSSO_Auditor", 16)
    assert role["MaxSessionDuration"] == 43_200
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == ["sts:AssumeRoleWithSAML", "sts:TagSession"]
    providers = sandbox.client("iam", account=account).list_saml_providers()["SAMLProviderList"]
    assert [each["Arn"] for each in providers] == [statement["Principal"]["Federated"]]


def test_the_role_has_what_the_permission_set_says(
    sandbox: Embedded, assignment: dict[str, Any], named: dict[str, str]
) -> None:
    """The role has the AWS managed policies, the account's own policies that are referred to, the inline policy and the boundary.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html
    """
    sso, account = sandbox.client("sso-admin"), assignment["TargetId"]
    iam = sandbox.client("iam", account=account)
    own = iam.create_policy(PolicyName="Own", Path="/team/", PolicyDocument=POLICY)["Policy"]["Arn"]
    reference = {"Name": "Own", "Path": "/team/"}
    sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    sso.attach_customer_managed_policy_reference_to_permission_set(**named, CustomerManagedPolicyReference=reference)
    sso.put_inline_policy_to_permission_set(**named, InlinePolicy=POLICY)
    boundary = {"CustomerManagedPolicyReference": reference}
    sso.put_permissions_boundary_to_permission_set(**named, PermissionsBoundary=boundary)
    assert assign(sandbox, assignment)["Status"] == "SUCCEEDED"
    name = reserved(sandbox, account)[0]["RoleName"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert {each["PolicyArn"] for each in attached} == {READ_ONLY, own}
    inline = iam.get_role_policy(RoleName=name, PolicyName="AwsSSOInlinePolicy")["PolicyDocument"]
    assert inline == json.loads(POLICY)
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == own


def test_provisioning_changes_the_role(sandbox: Embedded, assignment: dict[str, Any], named: dict[str, str]) -> None:
    """A change of the permission set leaves the role as it is until it is provisioned; the role keeps its name.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html
    """
    sso, account = sandbox.client("sso-admin"), assignment["TargetId"]
    iam = sandbox.client("iam", account=account)
    sso.put_inline_policy_to_permission_set(**named, InlinePolicy=POLICY)
    assign(sandbox, assignment)
    name = reserved(sandbox, account)[0]["RoleName"]
    sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    sso.delete_inline_policy_from_permission_set(**named)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["AwsSSOInlinePolicy"]
    assert provision(sandbox, named)["Status"] == "SUCCEEDED"
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [READ_ONLY]
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []


def test_the_last_assignment_takes_the_role_along(sandbox: Embedded, assignment: dict[str, Any]) -> None:
    """Of two groups assigned, the first to go leaves the role, the second takes it along; a later role has another suffix."""
    sso, store = sandbox.client("sso-admin"), sandbox.client("identitystore")
    store_id = sso.list_instances()["Instances"][0]["IdentityStoreId"]
    second = store.create_group(IdentityStoreId=store_id, DisplayName="Second")["GroupId"]
    other = {**assignment, "PrincipalId": second}
    assign(sandbox, assignment)
    assign(sandbox, other)
    listed = {
        "InstanceArn": assignment["InstanceArn"],
        "AccountId": assignment["TargetId"],
        "PermissionSetArn": assignment["PermissionSetArn"],
    }
    (role,) = reserved(sandbox, assignment["TargetId"])
    sso.delete_account_assignment(**assignment)
    sso.list_account_assignments(**listed)
    assert reserved(sandbox, assignment["TargetId"]) == [role]
    sso.delete_account_assignment(**other)
    assert sso.list_account_assignments(**listed)["AccountAssignments"] == []
    assert reserved(sandbox, assignment["TargetId"]) == []
    assign(sandbox, other)
    assert reserved(sandbox, assignment["TargetId"])[0]["RoleName"] != role["RoleName"]


def test_a_missing_policy_fails_the_request(
    sandbox: Embedded, assignment: dict[str, Any], named: dict[str, str]
) -> None:
    """A reference to a policy that the account lacks lets the assignment, and provisioning, end FAILED with the reason; no role is left.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html
    """
    sso, account = sandbox.client("sso-admin"), assignment["TargetId"]
    attach = sso.attach_customer_managed_policy_reference_to_permission_set
    attach(**named, CustomerManagedPolicyReference={"Name": "Absent"})
    status = assign(sandbox, assignment)
    assert (status["Status"], reserved(sandbox, account)) == ("FAILED", [])
    assert f"arn:aws:iam::{account}:policy/Absent" in status["FailureReason"]
    sso.detach_customer_managed_policy_reference_from_permission_set(
        **named, CustomerManagedPolicyReference={"Name": "Absent"}
    )
    assign(sandbox, assignment)
    attach(**named, CustomerManagedPolicyReference={"Name": "Absent"})
    status = provision(sandbox, named)
    assert (status["Status"], "Absent" in status["FailureReason"]) == ("FAILED", True)
    behind = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
    found = sso.list_accounts_for_provisioned_permission_set(**named, ProvisioningStatus=behind)["AccountIds"]
    assert found == [account]


def test_more_policies_than_a_role_takes(sandbox: Embedded, assignment: dict[str, Any], named: dict[str, str]) -> None:
    """A permission set takes eleven managed policies, but a role ten: the assignment fails.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    """
    sso = sandbox.client("sso-admin")
    iam = sandbox.client("iam", account=assignment["TargetId"])
    for number in range(11):
        name = f"Own{number}"
        iam.create_policy(PolicyName=name, PolicyDocument=POLICY)
        reference = {"Name": name}
        sso.attach_customer_managed_policy_reference_to_permission_set(
            **named, CustomerManagedPolicyReference=reference
        )
    status = assign(sandbox, assignment)
    assert (status["Status"], "PoliciesPerRole: 10" in status["FailureReason"]) == ("FAILED", True)
