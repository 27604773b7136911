"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.functions.conftest import packed

Acting = Callable[..., Any]
Refused = Callable[..., str]
READ = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def deny(*actions: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*"}


def said(operation: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    return str(caught.value.response["Error"]["Message"])


def managed(sandbox: Embedded, account: str, *statements: Any, name: str = "policy") -> str:
    """The ARN of a new policy in an account."""
    iam = sandbox.client("iam", account=account)
    return str(iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"])


def test_a_role_does_what_its_policies_allow(member: str, acting: Acting) -> None:
    """A role with a policy of AWS's own that reads may read, and is told that no identity-based policy allows it to write.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    iam = acting("role/Reader", "iam", policies=[READ])
    iam.list_users()
    assert said(iam.create_user, UserName="kim") == (
        f"User: arn:aws:sts::{member}:assumed-role/Reader/kim is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{member}:user/kim because no identity-based policy allows the iam:CreateUser action"
    )


def test_a_role_without_policies_does_nothing(acting: Acting, refused: Refused) -> None:
    """Who has no policy may do nothing but ask who it is."""
    assert refused(acting("role/Nobody", "iam", policies=[]).list_users) == "AccessDenied"
    acting("role/Nobody", "sts").get_caller_identity()


def test_inline_policies_count(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """A role's inline policy allows on the resources that it names, from the next call on."""
    iam, admin = acting("role/Maker", "iam", policies=[]), sandbox.client("iam", account=member)
    assert refused(iam.create_user, UserName="app-1") == "AccessDenied"
    apps = allow("iam:CreateUser", resource=f"arn:aws:iam::{member}:user/app-*")
    admin.put_role_policy(RoleName="Maker", PolicyName="apps", PolicyDocument=document(apps))
    iam.create_user(UserName="app-1")
    assert refused(iam.create_user, UserName="kim") == "AccessDenied"


def test_a_user_has_the_policies_of_its_groups(
    sandbox: Embedded, member: str, acting: Acting, refused: Refused
) -> None:
    """A user may do what its groups may, as long as it belongs to them.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
    """
    iam, admin = acting("user/kim", "iam", policies=[]), sandbox.client("iam", account=member)
    admin.create_group(GroupName="readers")
    admin.attach_group_policy(GroupName="readers", PolicyArn=READ)
    assert refused(iam.list_users) == "AccessDenied"
    admin.add_user_to_group(GroupName="readers", UserName="kim")
    iam.list_users()
    admin.remove_user_from_group(GroupName="readers", UserName="kim")
    assert refused(iam.list_users) == "AccessDenied"


def test_an_explicit_deny_wins(sandbox: Embedded, member: str, acting: Acting) -> None:
    """An explicit deny in a managed policy wins over every allow, and is told by the policy's ARN; of an inline one, by its type.

    Source: https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
    """
    arn = managed(sandbox, member, deny("iam:CreateUser"))
    iam = acting("role/Admin", "iam", policies=[EVERYTHING, arn])
    assert said(iam.create_user, UserName="x").endswith(f"with an explicit deny in an identity-based policy: {arn}")
    sandbox.client("iam", account=member).put_role_policy(
        RoleName="Admin", PolicyName="no", PolicyDocument=document(deny("iam:CreateGroup"))
    )
    assert said(iam.create_group, GroupName="x").endswith("with an explicit deny in an identity-based policy")


def test_the_default_version_counts(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """Of a managed policy its default version counts, as soon as it is that.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
    """
    arn, admin = managed(sandbox, member, allow("iam:ListUsers")), sandbox.client("iam", account=member)
    iam = acting("role/Versed", "iam", policies=[arn])
    admin.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("iam:ListRoles")), SetAsDefault=False)
    iam.list_users()
    admin.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    iam.list_roles()
    assert refused(iam.list_users) == "AccessDenied"


def test_a_boundary_limits(sandbox: Embedded, member: str, acting: Acting) -> None:
    """A role's permissions boundary limits what its policies allow, and gives nothing itself.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    iam, admin = acting("role/Bounded", "iam"), sandbox.client("iam", account=member)
    admin.put_role_permissions_boundary(RoleName="Bounded", PermissionsBoundary=READ)
    iam.list_users()
    message = said(iam.create_user, UserName="kim")
    assert message.endswith("because no permissions boundary allows the iam:CreateUser action")
    admin.detach_role_policy(RoleName="Bounded", PolicyArn=EVERYTHING)
    assert "no identity-based policy allows" in said(iam.list_users)


def test_the_root_user_needs_no_permission(acting: Acting) -> None:
    """The root user of an account may do everything there without any policy of IAM.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
    """
    acting("root", "iam").create_user(UserName="kim")


def test_roles_to_be_passed(sandbox: Embedded, member: str, acting: Acting) -> None:
    """Who may make a function may not therefore pass it any role; `iam:PassedToService` says to which service it may.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    admin = sandbox.client("iam", account=member)
    role = admin.create_role(RoleName="Worker", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    function = {"FunctionName": "f", "Runtime": "python3.12", "Handler": "index.f", "Role": role, "Code": {}}
    client = acting("role/Maker", "lambda", policies=[managed(sandbox, member, allow("lambda:*"))])
    assert "no identity-based policy allows the iam:PassRole action" in said(client.create_function, **function)
    for service, message in (("ec2", "iam:PassRole"), ("lambda", "")):
        passing = allow("iam:PassRole") | {
            "Condition": {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
        }
        admin.put_role_policy(RoleName="Maker", PolicyName="pass", PolicyDocument=document(passing))
        answer = said(client.create_function, **function)
        assert ("is not authorized to perform: iam:PassRole" in answer) is bool(message), answer


def test_a_stack_has_what_its_role_has(sandbox: Embedded, member: str) -> None:
    """CloudFormation makes in a stack's role only what that role's policies allow; the stack tells which action is lacking.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
    """
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    admin, stacks = (sandbox.client(service, account=member) for service in ("iam", "cloudformation"))
    role = admin.create_role(RoleName="Deployment", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    buckets = document(allow("s3:*"))
    admin.put_role_policy(RoleName="Deployment", PolicyName="buckets", PolicyDocument=buckets)
    resources = {"Bucket": {"Type": "AWS::S3::Bucket"}, "Topic": {"Type": "AWS::SNS::Topic", "DependsOn": "Bucket"}}
    template = json.dumps({"Resources": resources})
    stacks.create_stack(StackName="app", TemplateBody=template, RoleARN=role)
    stacks.describe_stacks(StackName="app")
    failed = [
        (event["LogicalResourceId"], event["ResourceStatusReason"])
        for event in stacks.describe_stack_events(StackName="app")["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert [name for name, _ in failed] == ["Topic"]
    assert "because no identity-based policy allows the sns:CreateTopic action" in failed[0][1]


def test_a_function_has_what_its_role_has(sandbox: Embedded, member: str) -> None:
    """A function's code may do what the policies of its execution role allow, and nothing else.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    admin, functions = (sandbox.client(service, account=member) for service in ("iam", "lambda"))
    role = admin.create_role(RoleName="Worker", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    admin.put_role_policy(RoleName="Worker", PolicyName="read", PolicyDocument=document(allow("iam:ListUsers")))
    source = """import boto3
def handler(event, context):
    iam = boto3.client("iam")
    iam.list_users()
    try:
        iam.create_user(UserName="kim")
    except iam.exceptions.ClientError as refusal:
        return str(refusal)
"""
    settings = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role}
    functions.create_function(FunctionName="one", Code={"ZipFile": packed(index=source)}, **settings)
    answer = functions.invoke(FunctionName="one")["Payload"].read().decode()
    assert "assumed-role/Worker/one is not authorized to perform: iam:CreateUser" in answer
