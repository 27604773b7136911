"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_s3_syntax.html"""

import json
from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
ALL = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
BUCKET = {"Bucket": "shared-data", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
PUBLIC = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared-data/*"}
        ],
    }
)


@pytest.fixture
def account(sandbox: Embedded, root_id: str, new_account: Callable[..., str]) -> str:
    """A member account that an S3 policy on the root blocks."""
    account = new_account("blocked")
    organizations = sandbox.client("organizations")
    organizations.enable_policy_type(RootId=root_id, PolicyType="S3_POLICY")
    organizations.list_roots()
    content = json.dumps({"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}})
    made = organizations.create_policy(Name="blocked", Description="", Type="S3_POLICY", Content=content)
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root_id)
    return account


def test_the_organization_blocks(sandbox: Embedded, account: str, refused: Refused) -> None:
    """With `all`, an account's public access block is wholly on, whatever it has set, and cannot be changed or deleted there.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
    """
    control = sandbox.client("s3control", account=account)
    assert control.get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"] == ALL
    loosened = {**ALL, "BlockPublicPolicy": False}
    code = refused(control.put_public_access_block, AccountId=account, PublicAccessBlockConfiguration=loosened)
    assert code == "AccessDenied"
    assert refused(control.delete_public_access_block, AccountId=account) == "AccessDenied"


def test_nothing_is_public_there(sandbox: Embedded, account: str, refused: Refused) -> None:
    """A public bucket policy is refused in an account that the organization's S3 policy blocks, though its own settings allow it."""
    s3 = sandbox.client("s3", account=account)
    s3.create_bucket(**BUCKET)
    s3.delete_public_access_block(Bucket="shared-data")
    assert refused(s3.put_bucket_policy, Bucket="shared-data", Policy=PUBLIC) == "AccessDenied"


def test_the_account_is_back_at_its_own(sandbox: Embedded, root_id: str, account: str, refused: Refused) -> None:
    """Once the policy says `none`, or is gone, the account has what it had set itself, and may change it."""
    organizations = sandbox.client("organizations")
    (policy,) = organizations.list_policies(Filter="S3_POLICY")["Policies"]
    control = sandbox.client("s3control", account=account)
    content = json.dumps({"s3_attributes": {"public_access_block_configuration": {"@@assign": "none"}}})
    organizations.update_policy(PolicyId=policy["Id"], Content=content)
    look = control.get_public_access_block
    assert refused(look, AccountId=account) == "NoSuchPublicAccessBlockConfiguration"
    organizations.detach_policy(PolicyId=policy["Id"], TargetId=root_id)
    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=ALL)
    assert look(AccountId=account)["PublicAccessBlockConfiguration"] == ALL
