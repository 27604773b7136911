"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}, "DependsOn": "Bucket"},
    }
}
STACK = {"StackName": "app", "TemplateBody": json.dumps(TEMPLATE)}
Attach = Callable[..., None]


@pytest.fixture
def member(sandbox: Embedded, scp_enabled: None, new_account: Callable[..., str]) -> str:
    """A member account, in an organization whose policies are enforced."""
    account = new_account("member")
    sandbox.enforce()
    return account


@pytest.fixture
def deny(sandbox: Embedded) -> Attach:
    """Attaches a policy that denies actions to principals whose ARN matches a pattern."""

    def attach(target: str, *actions: str, to: str = "*", but: str = "") -> None:
        condition = {"ArnLike": {"aws:PrincipalArn": to}} | ({"ArnNotLike": {"aws:PrincipalArn": but}} if but else {})
        statement = {"Effect": "Deny", "Action": actions, "Resource": "*", "Condition": condition}
        content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        organizations = sandbox.client("organizations")
        made = organizations.create_policy(
            Name=actions[0], Description="", Type="SERVICE_CONTROL_POLICY", Content=content
        )
        organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)

    return attach


def role(sandbox: Embedded, account: str, service: str) -> str:
    """The ARN of a new role `Deployment` that trusts a service and may do everything."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = sandbox.client("iam", account=account)
    made = iam.create_role(RoleName="Deployment", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="Deployment", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return str(made["Role"]["Arn"])


def ended(cloudformation: Any, name: str = "app") -> str:
    """The status of a stack once nothing is under way."""
    for _ in range(3):
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    return str(status)


def reasons(cloudformation: Any) -> list[str]:
    """Why resources failed."""
    events = cloudformation.describe_stack_events(StackName="app")["StackEvents"]
    return [event["ResourceStatusReason"] for event in events if event["ResourceStatus"].endswith("_FAILED")]


def test_a_stack_works_with_its_callers_permissions(sandbox: Embedded, member: str, deny: Attach) -> None:
    """What a policy denies to the caller, its stack cannot make: the resource fails with AWS's reason, and the stack rolls back."""
    deny(member, "sns:CreateTopic")
    cloudformation = sandbox.client("cloudformation", account=member)
    cloudformation.create_stack(**STACK)
    assert ended(cloudformation) == "ROLLBACK_COMPLETE"
    (reason,) = reasons(cloudformation)
    assert "not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-west-1:" in reason
    assert "with an explicit deny in a service control policy: arn:aws:organizations::" in reason
    assert reason.endswith("HandlerErrorCode: AccessDenied)")


def test_properties_need_actions_of_their_own(sandbox: Embedded, member: str, deny: Attach) -> None:
    """A bucket with versioning needs s3:PutBucketVersioning; one without does not."""
    deny(member, "s3:PutBucketVersioning")
    cloudformation = sandbox.client("cloudformation", account=member)
    cloudformation.create_stack(**STACK)
    assert ended(cloudformation) == "ROLLBACK_COMPLETE"
    plain = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    cloudformation.create_stack(StackName="plain", TemplateBody=json.dumps(plain))
    assert ended(cloudformation, "plain") == "CREATE_COMPLETE"


def test_a_stack_with_a_role_works_with_the_roles_permissions(sandbox: Embedded, member: str, deny: Attach) -> None:
    """A policy that exempts the stack's service role lets it make what its caller could not, and passing the role is the caller's to do."""
    deny(member, "sns:*", but="arn:aws:iam::*:role/Deployment")
    cloudformation = sandbox.client("cloudformation", account=member)
    cloudformation.create_stack(**STACK, RoleARN=role(sandbox, member, "cloudformation.amazonaws.com"))
    assert ended(cloudformation) == "CREATE_COMPLETE"


def test_what_may_not_be_deleted_stays(sandbox: Embedded, member: str, deny: Attach) -> None:
    """A stack whose resource may not be deleted ends in DELETE_FAILED, and the resource is there."""
    cloudformation = sandbox.client("cloudformation", account=member)
    cloudformation.create_stack(**STACK)
    assert ended(cloudformation) == "CREATE_COMPLETE"
    deny(member, "s3:DeleteBucket")
    cloudformation.delete_stack(StackName="app")
    assert ended(cloudformation) == "DELETE_FAILED"
    assert len(sandbox.client("s3", account=member).list_buckets()["Buckets"]) == 1


@pytest.mark.parametrize(
    ("spared", "status"), [("arn:aws:iam::*:role/stacksets-exec-*", "SUCCEEDED"), ("arn:aws:iam::*:role/x", "FAILED")]
)
def test_stack_sets_work_in_a_role_that_policies_bind(
    sandbox: Embedded, member: str, root_id: str, deny: Attach, spared: str, status: str
) -> None:
    """A policy binds the role stacksets-exec-* in which stack sets work in members: unless it exempts that role, instances fail.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html
    """
    deny(root_id, "sns:*", but=spared)
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    cloudformation.create_stack_set(
        StackSetName="base",
        TemplateBody=json.dumps(TEMPLATE),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
    )
    operation = cloudformation.create_stack_instances(
        StackSetName="base", DeploymentTargets={"OrganizationalUnitIds": [root_id]}, Regions=["eu-west-1"]
    )["OperationId"]
    for _ in range(4):
        shown = cloudformation.describe_stack_set_operation(StackSetName="base", OperationId=operation)
    assert shown["StackSetOperation"]["Status"] == status
    (result,) = cloudformation.list_stack_set_operation_results(StackSetName="base", OperationId=operation)["Summaries"]
    assert (result["Account"], result["Status"]) == (member, status)
    assert (":assumed-role/stacksets-exec-" in result.get("StatusReason", "")) == (status == "FAILED")


def test_the_role_of_a_stack_must_be_there_and_trust_cloudformation(sandbox: Embedded) -> None:
    """A service role that the account does not have, or that trusts another service, is refused; no stack or change set is made."""
    cloudformation = sandbox.client("cloudformation")
    other = role(sandbox, "111111111111", "lambda.amazonaws.com")
    for arn in ("arn:aws:iam::111111111111:role/absent", "arn:aws:iam::222222222222:role/of-another-account", other):
        for create in (
            cloudformation.create_stack,
            partial(cloudformation.create_change_set, ChangeSetName="changes", ChangeSetType="CREATE"),
        ):
            with pytest.raises(ClientError, match=f"Role {arn} is invalid or cannot be assumed") as refused:
                create(**STACK, RoleARN=arn)
            assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert cloudformation.describe_stacks()["Stacks"] == []
