"""Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Attach = Callable[..., str]
Acting = Callable[..., Any]
Refused = Callable[..., str]
BUCKET = {"Bucket": "team-data", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}


def deny(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    sid = "".join(filter(str.isalnum, action))
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Deny", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


@pytest.mark.parametrize(
    ("action", "resource", "operation", "parameters"),
    [
        ("s3:PutLifecycleConfiguration", "arn:aws:s3:::team-data", "delete_bucket_lifecycle", {}),
        ("s3:PutEncryptionConfiguration", "arn:aws:s3:::team-data", "delete_bucket_encryption", {}),
        ("s3:ListBucket", "arn:aws:s3:::team-*", "list_objects_v2", {}),
        ("s3:GetObject", "arn:aws:s3:::team-data/a/*", "head_object", {"Key": "a/b"}),
        ("s3:DeleteObject", "arn:aws:s3:::team-data/b", "delete_objects", {"Delete": {"Objects": [{"Key": "b"}]}}),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::team-data/b", "delete_object", {"Key": "b", "VersionId": "v"}),
        ("s3:PutObjectTagging", "arn:aws:s3:::team-data/b", "put_object", {"Key": "b", "Tagging": "a=b"}),
    ],
)
def test_s3_names_its_actions_otherwise(
    sandbox: Embedded, member: str, attach: Attach, action: str, resource: str, operation: str, parameters: Any
) -> None:
    """An operation of S3 needs the action that S3's documentation names, on the bucket or the object that it names.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    s3 = sandbox.client("s3", account=member)
    s3.create_bucket(**BUCKET)
    attach(member, deny(action, resource))
    with pytest.raises(s3.exceptions.ClientError) as caught:
        getattr(s3, operation)(Bucket="team-data", **parameters)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_key_is_known_by_its_alias(sandbox: Embedded, member: str, attach: Attach, refused: Refused) -> None:
    """A KMS key is judged by its ARN, even when it is called by an alias, and by the aliases it has.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    kms = sandbox.client("kms", account=member)
    key, other = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.create_alias(AliasName="alias/logs", TargetKeyId=key["KeyId"])
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/logs"}}
    attach(member, {**deny("kms:DisableKey"), "Condition": condition}, deny("kms:DescribeKey", key["Arn"]), name="one")
    assert refused(kms.disable_key, KeyId=key["KeyId"]) == "AccessDeniedException"
    assert refused(kms.describe_key, KeyId="alias/logs") == "AccessDeniedException"
    kms.disable_key(KeyId=other["KeyId"])
    kms.describe_key(KeyId=other["Arn"])


def test_roles_have_paths(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """A role is judged by its ARN with its path: the one it has, or the one it is to have.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    iam = acting("role/Admin", "iam")
    iam.create_role(RoleName="app", Path="/teams/", AssumeRolePolicyDocument="{}")
    attach(member, deny("iam:*", f"arn:aws:iam::{member}:role/teams/*"))
    assert refused(iam.delete_role, RoleName="app") == "AccessDenied"
    assert refused(iam.create_role, RoleName="x", Path="/teams/", AssumeRolePolicyDocument="{}") == "AccessDenied"
    iam.create_role(RoleName="app2", AssumeRolePolicyDocument="{}")


def test_passing_a_role_is_an_action_of_its_own(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """Who may call an operation but not pass the role in it is refused, for iam:PassRole on that role.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    attach(member, deny("iam:PassRole", f"arn:aws:iam::{member}:role/Powerful"))
    rule = {"Name": "x", "ScheduleExpression": "rate(1 hour)"}
    events = acting("role/Admin", "events")
    events.put_rule(**rule, RoleArn=f"arn:aws:iam::{member}:role/Weak")
    assert refused(events.put_rule, **rule, RoleArn=f"arn:aws:iam::{member}:role/Powerful") == "AccessDeniedException"


def test_tags_of_the_request_and_of_the_resource(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """Conditions see the tags that a request brings, and those that an instance or a role already has.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    sns, iam = acting("role/Admin", "sns"), acting("role/Admin", "iam")
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument="{}", Tags=[{"Key": "keep", "Value": "yes"}])
    iam.create_role(RoleName="other", AssumeRolePolicyDocument="{}")
    attach(
        member,
        deny("sns:CreateTopic", Null={"aws:RequestTag/team": "true"}),
        deny("iam:DeleteRole", StringEquals={"aws:ResourceTag/keep": "yes"}),
    )
    sns.create_topic(Name="tagged", Tags=[{"Key": "team", "Value": "a"}])
    assert refused(sns.create_topic, Name="untagged") == "AuthorizationError"
    assert refused(iam.delete_role, RoleName="kept") == "AccessDenied"
    iam.delete_role(RoleName="other")


def test_where_a_request_goes(member: str, attach: Attach, acting: Acting, refused: Refused) -> None:
    """The region of a request is that of the endpoint it is signed for, us-east-1 for IAM.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    attach(member, deny("*", StringEquals={"aws:RequestedRegion": "eu-central-1"}))
    acting("role/Admin", "sqs").create_queue(QueueName="here")
    assert refused(acting("role/Admin", "sqs", "eu-central-1").create_queue, QueueName="there") == "AccessDenied"
    acting("role/Admin", "iam", "eu-central-1").list_users()
