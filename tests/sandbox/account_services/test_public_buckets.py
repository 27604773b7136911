"""Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
ALL = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@pytest.fixture
def bucket(sandbox: Embedded) -> str:
    sandbox.client("s3").create_bucket(
        Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return "some-bucket"


def policy(principal: Any, **condition: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::some-bucket/*",
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_accounts_block_holds_for_its_buckets(sandbox: Embedded, bucket: str, refused: Refused) -> None:
    """With the account's block a public policy and a public ACL are refused in every bucket; without it they are accepted."""
    s3, control = sandbox.client("s3"), sandbox.client("s3control")
    account = {"AccountId": sandbox.running.account_id}
    control.put_public_access_block(**account, PublicAccessBlockConfiguration=ALL)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy("*")) == "AccessDenied"
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessDenied"
    control.delete_public_access_block(**account)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy("*"))
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")


@pytest.mark.parametrize(
    ("principal", "condition", "public"),
    [
        ("*", {}, True),
        ({"AWS": "*"}, {}, True),
        ({"AWS": "arn:aws:iam::222222222222:root"}, {}, False),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}, False),
        ("*", {"StringLike": {"aws:PrincipalArn": "*"}}, True),
        ("*", {"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
)
def test_which_policies_are_public(
    sandbox: Embedded, bucket: str, refused: Refused, principal: Any, condition: dict[str, Any], public: bool
) -> None:
    """A policy is public when it allows everybody something, unless a fixed value says who everybody is."""
    s3 = sandbox.client("s3")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=ALL)
    wanted = {"Bucket": bucket, "Policy": policy(principal, **condition)}
    if public:
        assert refused(s3.put_bucket_policy, **wanted) == "AccessDenied"
    else:
        s3.put_bucket_policy(**wanted)


def test_an_account_blocks_for_itself(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """The block of an account is set by that account only, and is not there until then.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
    """
    control, account = sandbox.client("s3control"), sandbox.running.account_id
    code = refused(control.get_public_access_block, AccountId=account)
    assert code == "NoSuchPublicAccessBlockConfiguration"
    other = {"AccountId": new_account("one"), "PublicAccessBlockConfiguration": ALL}
    assert refused(control.put_public_access_block, **other) == "AccessDenied"
