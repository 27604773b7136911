"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html"""

import json
from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Acting = Callable[..., Any]
Refused = Callable[..., str]
BUCKET = {"Bucket": "shared-data", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def grant(principal: str, action: str, resource: str = "*", effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": resource}


def test_in_one_account_either_is_enough(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """In one account a user reads a bucket whose policy names it, without a policy of its own; the account's name gives it nothing."""
    admin, user = sandbox.client("s3", account=member), acting("user/kim", "s3", policies=[])
    admin.create_bucket(**BUCKET)
    for principal, allowed in ((f"arn:aws:iam::{member}:root", False), (f"arn:aws:iam::{member}:user/kim", True)):
        admin.put_bucket_policy(
            Bucket="shared-data", Policy=document(grant(principal, "s3:ListBucket", "arn:aws:s3:::shared-data"))
        )
        if allowed:
            user.list_objects_v2(Bucket="shared-data")
        else:
            assert refused(user.list_objects_v2, Bucket="shared-data") == "AccessDenied"


def test_across_accounts_both_must_allow(
    sandbox: Embedded, member: str, new_account: Callable[..., str], acting: Acting, refused: Refused
) -> None:
    """Another account's bucket lets in whom its policy names, and only who may do it at home too.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    """
    owner = sandbox.client("s3", account=new_account("owner"))
    owner.create_bucket(**BUCKET)
    user, nobody = acting("user/kim", "s3"), acting("user/nobody", "s3", policies=[])
    assert refused(user.list_objects_v2, Bucket="shared-data") == "AccessDenied"
    opened = grant(f"arn:aws:iam::{member}:root", "s3:ListBucket", "arn:aws:s3:::shared-data")
    owner.put_bucket_policy(Bucket="shared-data", Policy=document(opened))
    user.list_objects_v2(Bucket="shared-data")
    assert refused(nobody.list_objects_v2, Bucket="shared-data") == "AccessDenied"


def test_a_bucket_policy_denies(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """An explicit deny in a bucket's policy binds the account's administrators too.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    """
    admin = acting("role/Admin", "s3")
    admin.create_bucket(**BUCKET)
    denied = grant("*", "s3:ListBucket", "arn:aws:s3:::shared-data", "Deny")
    admin.put_bucket_policy(Bucket="shared-data", Policy=document(denied))
    assert refused(admin.list_objects_v2, Bucket="shared-data") == "AccessDenied"


def test_a_key_policy_must_allow(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """A key belongs to whom its policy names: that of the account leaves it to policies of IAM; without it, administrators have nothing.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    admin, kms = sandbox.client("kms", account=member), acting("role/Admin", "kms")
    key = admin.create_key()["KeyMetadata"]["KeyId"]
    kms.describe_key(KeyId=key)
    assert refused(acting("role/Nobody", "kms", policies=[]).describe_key, KeyId=key) == "AccessDeniedException"
    mine = grant(f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", "kms:*")
    admin.put_key_policy(KeyId=key, PolicyName="default", Policy=document(mine))
    admin.describe_key(KeyId=key)
    assert refused(kms.describe_key, KeyId=key) == "AccessDeniedException"


def test_a_queue_policy_gives(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """A queue's policy gives a user of its account what no policy of the user does.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-using-identity-based-policies.html
    """
    admin, user = sandbox.client("sqs", account=member), acting("user/kim", "sqs", policies=[])
    url = admin.create_queue(QueueName="q")["QueueUrl"]
    assert refused(user.send_message, QueueUrl=url, MessageBody="x") == "AccessDenied"
    given = grant(f"arn:aws:iam::{member}:user/kim", "sqs:SendMessage")
    admin.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(given)})
    user.send_message(QueueUrl=url, MessageBody="x")


def test_a_secrets_policy_gives(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """A secret's policy gives a user of its account what no policy of the user does.

    Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
    """
    admin, user = (sandbox.client("secretsmanager", account=member), acting("user/kim", "secretsmanager", policies=[]))
    admin.create_secret(Name="s", SecretString="x")
    assert refused(user.get_secret_value, SecretId="s") == "AccessDeniedException"
    given = grant(f"arn:aws:iam::{member}:user/kim", "secretsmanager:GetSecretValue")
    admin.put_resource_policy(SecretId="s", ResourcePolicy=document(given))
    user.get_secret_value(SecretId="s")


def test_to_assume_a_role_both_must_allow(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """A role of another account is assumed by whom it trusts and who may assume it by policies of its own.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
    """
    trust = {"Effect": "Allow", "Principal": {"AWS": member}, "Action": "sts:AssumeRole"}
    role = sandbox.client("iam").create_role(RoleName="Audit", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    assert role == f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:role/Audit"
    wanted = {"RoleArn": role, "RoleSessionName": "kim"}
    acting("user/kim", "sts").assume_role(**wanted)
    assert refused(acting("user/nobody", "sts", policies=[]).assume_role, **wanted) == "AccessDenied"


def test_a_role_that_names_whom_it_trusts(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """In one account a user that a role's trust policy names needs no policy to assume it; one that it trusts with its account does.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    user, iam = acting("user/kim", "sts", policies=[]), sandbox.client("iam", account=member)
    for name, principal in (("Named", f"arn:aws:iam::{member}:user/kim"), ("All", member)):
        trust = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    user.assume_role(RoleArn=f"arn:aws:iam::{member}:role/Named", RoleSessionName="kim")
    assert refused(user.assume_role, RoleArn=f"arn:aws:iam::{member}:role/All", RoleSessionName="kim") == "AccessDenied"
