"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"""

from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Attach = Callable[..., str]
Acting = Callable[..., Any]
Refused = Callable[..., str]
DENY_USERS = {"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}
SERVICES: list[tuple[str, str, dict[str, Any], str]] = [
    ("cloudformation", "create_stack", {"StackName": "x", "TemplateBody": "{}"}, "AccessDenied"),
    ("cloudtrail", "describe_trails", {}, "AccessDeniedException"),
    ("cloudwatch", "list_metrics", {}, "AccessDenied"),
    ("ec2", "create_volume", {"AvailabilityZone": "eu-west-1a", "Size": 1}, "UnauthorizedOperation"),
    ("efs", "describe_file_systems", {}, "AccessDeniedException"),
    ("guardduty", "list_detectors", {}, "AccessDeniedException"),
    ("iam", "create_user", {"UserName": "kim"}, "AccessDenied"),
    ("kms", "create_key", {}, "AccessDeniedException"),
    ("lambda", "list_functions", {}, "AccessDeniedException"),
    ("resourcegroupstaggingapi", "get_resources", {}, "AccessDeniedException"),
    ("s3", "list_buckets", {}, "AccessDenied"),
    ("s3control", "list_access_points", {"AccountId": "1" * 12}, "AccessDenied"),
    ("sns", "create_topic", {"Name": "x"}, "AuthorizationError"),
    ("sqs", "create_queue", {"QueueName": "x"}, "AccessDenied"),
    ("sso-admin", "list_instances", {}, "AccessDeniedException"),
    ("stepfunctions", "list_state_machines", {}, "AccessDeniedException"),
]


def denial(operation: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    return str(caught.value.response["Error"]["Message"])


def test_an_explicit_deny_says_who_what_and_why(sandbox: Embedded, member: str, root_id: str, attach: Attach) -> None:
    """A denied call is told the principal, the action, the resource and the ARN of the policy that denies it.

    Source: https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
    """
    policy = attach(root_id, DENY_USERS)
    arn = sandbox.client("organizations").describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]
    said = denial(sandbox.client("iam", account=member).create_user, UserName="kim")
    assert said == (
        f"User: arn:aws:sts::{member}:assumed-role/OrganizationAccountAccessRole/sandbox is not authorized to perform: "
        f"iam:CreateUser on resource: arn:aws:iam::{member}:user/kim with an explicit deny in a service control policy: {arn}"
    )


def test_without_an_allow_at_every_level_nothing_is_allowed(
    sandbox: Embedded, member: str, attach: Attach, refused: Refused
) -> None:
    """An account whose policies allow only S3 may do nothing else, and is told that no policy allows it.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    attach(member, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    sandbox.client("organizations").detach_policy(PolicyId="p-FullAWSAccess", TargetId=member)
    sandbox.client("s3", account=member).list_buckets()
    said = denial(sandbox.client("iam", account=member).list_users)
    assert said.endswith("because no service control policy allows the iam:ListUsers action")


def test_every_service_has_its_own_code(sandbox: Embedded, member: str, attach: Attach, refused: Refused) -> None:
    """A denial bears the error code, and the protocol, of the service that was called."""
    clients = {service: sandbox.client(service, account=member) for service, _, _, _ in SERVICES}
    attach(member, {"Effect": "Deny", "NotAction": "sts:*", "Resource": "*"})
    for service, operation, parameters, code in SERVICES:
        assert refused(getattr(clients[service], operation), **parameters) == code, service


def test_the_management_account_is_never_bound(
    sandbox: Embedded, member: str, root_id: str, attach: Attach, refused: Refused
) -> None:
    """A policy on the root binds the members and not the management account."""
    attach(root_id, DENY_USERS)
    sandbox.client("iam").create_user(UserName="kim")
    assert refused(sandbox.client("iam", account=member).create_user, UserName="kim") == "AccessDenied"


def test_root_users_of_members_are_bound(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """The root user of a member account is bound like everybody."""
    attach(member, DENY_USERS)
    acting("root", "iam").list_users()
    assert refused(acting("root", "iam").create_user, UserName="kim") == "AccessDenied"


def test_service_linked_roles_are_not_bound(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """A service-linked role does what a policy denies to all other principals of its account."""
    attach(member, DENY_USERS)
    linked = acting("role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "iam")
    linked.create_user(UserName="kim")
    assert refused(acting("role/Admin", "iam").create_user, UserName="ada") == "AccessDenied"


def test_who_am_i_is_always_answered(sandbox: Embedded, member: str, attach: Attach) -> None:
    """No policy can deny GetCallerIdentity.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    sts = sandbox.client("sts", account=member)
    attach(member, {"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert sts.get_caller_identity()["Account"] == member


def test_presigned_addresses_are_judged_too(sandbox: Embedded, member: str, attach: Attach) -> None:
    """Who opens a presigned URL acts as whoever signed it, and is denied what that principal is denied.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    """
    s3 = sandbox.client("s3", account=member)
    s3.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="shared", Key="a", Body=b"hello")
    create: Callable[..., Any] = boto3.client
    place = {"region_name": "eu-west-1", "endpoint_url": sandbox.endpoint, **sandbox._credentials(member)}
    signer = create("s3", config=Config(signature_version="s3v4"), **place)
    address = signer.generate_presigned_url("get_object", Params={"Bucket": "shared", "Key": "a"})
    with urlopen(address) as answer:
        assert answer.read() == b"hello"
    attach(member, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"})
    with pytest.raises(HTTPError, match="403"):
        urlopen(address)


def test_the_sessions_of_central_root_access_say_so(
    sandbox: Embedded, member: str, attach: Attach, refused: Refused
) -> None:
    """A session of AssumeRoot has `aws:AssumedRoot`, by which a policy against root users can spare it.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
    """
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    sandbox.client("iam").enable_organizations_root_credentials_management()
    task = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    session = sandbox.client("sts").assume_root(TargetPrincipal=member, TaskPolicyArn={"arn": task})["Credentials"]
    sandbox._sessions[member] = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    root = sandbox.client("iam", account=member)
    spared = {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}, "Null": {"aws:AssumedRoot": "true"}}
    attach(member, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": spared})
    root.get_account_summary()
    attach(member, {"Effect": "Deny", "Action": "iam:Get*", "Resource": "*"}, name="all")
    assert refused(root.get_account_summary) == "AccessDenied"


def test_changes_count_at_once(sandbox: Embedded, member: str, root_id: str, attach: Attach, refused: Refused) -> None:
    """An attachment, another content, a move and a detachment count from the next call on.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    organizations, iam = sandbox.client("organizations"), sandbox.client("iam", account=member)
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    policy = attach(unit, DENY_USERS)
    iam.create_user(UserName="a")
    organizations.move_account(AccountId=member, SourceParentId=root_id, DestinationParentId=unit)
    assert refused(iam.create_user, UserName="b") == "AccessDenied"
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:CreateGroup", "Resource": "*"}}'
    organizations.update_policy(PolicyId=policy, Content=content)
    iam.create_user(UserName="b")
    assert refused(iam.create_group, GroupName="b") == "AccessDenied"
    organizations.detach_policy(PolicyId=policy, TargetId=unit)
    iam.create_group(GroupName="b")


def test_only_while_the_type_is_enabled(
    sandbox: Embedded, member: str, root_id: str, attach: Attach, refused: Refused
) -> None:
    """Policies of a type that is not enabled in the root bind nobody."""
    attach(member, DENY_USERS)
    sandbox.client("organizations").disable_policy_type(RootId=root_id, PolicyType="SERVICE_CONTROL_POLICY")
    sandbox.client("iam", account=member).create_user(UserName="kim")


def test_the_switch(sandbox: Embedded, member: str, attach: Attach, refused: Refused) -> None:
    """Policies bind only while the sandbox enforces them, which is switched while it runs; a reset switches it back."""
    attach(member, DENY_USERS)
    iam = sandbox.client("iam", account=member)
    assert refused(iam.create_user, UserName="kim") == "AccessDenied"
    sandbox.enforce(False)
    iam.create_user(UserName="kim")


def test_what_aws_leaves_open_lets_less_through(
    sandbox: Embedded, member: str, attach: Attach, refused: Refused
) -> None:
    """A condition of which AWS leaves open what it means lets nothing pass: a Deny with it denies."""
    attach(member, {**DENY_USERS, "Condition": {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "x"}}})
    client = sandbox.client
    assert refused(client("iam", account=member).create_user, UserName="kim") == "AccessDenied"
