"""Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html"""

import json
from collections.abc import Callable
from typing import Any, cast

import boto3
import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
TASKS = "arn:aws:iam::aws:policy/root-task"


@pytest.fixture
def central(sandbox: Embedded) -> None:
    """Central root access, both features."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    sandbox.client("iam").enable_organizations_root_credentials_management()
    sandbox.client("iam").enable_organizations_root_sessions()


def asked(account: str, task: str) -> dict[str, Any]:
    return {"TargetPrincipal": account, "TaskPolicyArn": {"arn": f"{TASKS}/{task}"}}


def root(sandbox: Embedded, account: str, task: str, service: str) -> Any:
    """A client in a session of the member's root."""
    issued = sandbox.client("sts").assume_root(**asked(account, task))["Credentials"]
    return boto3.client(
        cast("Any", service),
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )


@pytest.mark.usefixtures("central")
def test_a_bucket_is_unlocked(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A session of a member's root deletes a bucket's policy, and can do nothing beside its task."""
    account = new_account("one")
    s3 = sandbox.client("s3", account=account)
    s3.create_bucket(Bucket="locked-out", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::locked-out"}
    s3.put_bucket_policy(Bucket="locked-out", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    session = root(sandbox, account, "S3UnlockBucketPolicy", "s3")
    assert [each["Name"] for each in session.list_buckets()["Buckets"]] == ["locked-out"]
    session.delete_bucket_policy(Bucket="locked-out")
    assert refused(s3.get_bucket_policy, Bucket="locked-out") == "NoSuchBucketPolicy"
    assert refused(session.delete_bucket, Bucket="locked-out") == "AccessDenied"
    identity = root(sandbox, account, "S3UnlockBucketPolicy", "sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (account, f"arn:aws:iam::{account}:root")
    assert refused(root(sandbox, account, "S3UnlockBucketPolicy", "iam").list_users) == "AccessDenied"
    assert refused(root(sandbox, account, "S3UnlockBucketPolicy", "ec2").describe_vpcs) == "AccessDenied"


@pytest.mark.usefixtures("central")
def test_sessions_are_for_members_and_tasks(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """Not the management account, nobody unknown, no other policy, no more than a quarter of an hour."""
    assume, account = sandbox.client("sts").assume_root, new_account("one")
    task = "IAMAuditRootUserCredentials"
    assert assume(**asked(f"arn:aws:iam::{account}:root", task))["Credentials"]
    assert refused(assume, **asked(sandbox.running.account_id, task)) == "AccessDenied"
    assert refused(assume, **asked("999999999999", task)) == "AccessDenied"
    assert refused(assume, **asked(account, "AdministratorAccess")) == "ValidationError"
    assert refused(assume, **asked(account, task), DurationSeconds=901) == "ValidationError"


def test_each_task_needs_its_feature(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """Credentials are managed, and buckets and queues unlocked, while the feature is enabled; IAM's administrator may do so too.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
    """
    organizations, account, delegate = sandbox.client("organizations"), new_account("one"), new_account("security")
    sts, delegated = sandbox.client("sts"), sandbox.client("sts", account=delegate)
    assert refused(sts.assume_root, **asked(account, "SQSUnlockQueuePolicy")) == "AccessDenied"
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    sandbox.client("iam").enable_organizations_root_sessions()
    assert sts.assume_root(**asked(account, "SQSUnlockQueuePolicy"))["Credentials"]
    assert refused(sts.assume_root, **asked(account, "IAMDeleteRootUserCredentials")) == "AccessDenied"
    assert refused(delegated.assume_root, **asked(account, "SQSUnlockQueuePolicy")) == "AccessDenied"
    organizations.register_delegated_administrator(AccountId=delegate, ServicePrincipal="iam.amazonaws.com")
    assert delegated.assume_root(**asked(account, "SQSUnlockQueuePolicy"))["Credentials"]


@pytest.mark.usefixtures("central")
def test_roots_password_is_managed(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A member made under central management has no root password; one may be allowed, seen, and taken away again.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
    """
    account = new_account("one")
    summary = sandbox.client("iam", account=account).get_account_summary
    assert summary()["SummaryMap"]["AccountPasswordPresent"] == 0
    audit = root(sandbox, account, "IAMAuditRootUserCredentials", "iam")
    assert refused(audit.get_login_profile) == "NoSuchEntity"
    assert audit.list_access_keys()["AccessKeyMetadata"] == []
    assert audit.list_mfa_devices()["MFADevices"] == []
    assert refused(audit.create_login_profile) == "AccessDenied"
    root(sandbox, account, "IAMCreateRootUserPassword", "iam").create_login_profile()
    assert summary()["SummaryMap"]["AccountPasswordPresent"] == 1
    assert audit.get_login_profile()["LoginProfile"]
    root(sandbox, account, "IAMDeleteRootUserCredentials", "iam").delete_login_profile()
    assert refused(audit.get_login_profile) == "NoSuchEntity"


def test_a_member_made_before_has_a_password(sandbox: Embedded, new_account: NewAccount) -> None:
    """An account created while root credentials are not managed centrally has a root password.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
    """
    iam = sandbox.client("iam", account=new_account("one"))
    assert iam.get_account_summary()["SummaryMap"]["AccountPasswordPresent"] == 1
