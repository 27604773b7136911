"""Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from guardrails.sandbox.account_services import sts
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.callers import Caller

Refused = Callable[..., str]
CALLER = Caller(
    "111111111111", "arn:aws:sts::111111111111:assumed-role/Deployer/x", "id", "arn:aws:iam::111111111111:role/Deployer"
)


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


@pytest.mark.parametrize(
    ("statements", "trusted"),
    [
        ([allow({"AWS": "arn:aws:iam::111111111111:root"})], True),
        ([allow({"AWS": "111111111111"})], True),
        ([allow({"AWS": ["arn:aws:iam::111111111111:role/Deployer"]})], True),
        ([allow("*")], True),
        ([allow({"AWS": "arn:aws:iam::222222222222:root"})], False),
        ([allow({"Service": "ec2.amazonaws.com"})], False),
        ([allow({"AWS": "111111111111"}, Action="sts:TagSession")], False),
        ([allow("*"), {**allow("*"), "Effect": "Deny"}], False),
        ([], False),
    ],
)
def test_a_trust_policy_decides(statements: list[dict[str, Any]], trusted: bool) -> None:
    """A role trusts the accounts, roles and sessions that its policy allows and does not deny."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    role = cast("Any", SimpleNamespace(assume_role_policy_document=document))
    assert sts.trusts(role, CALLER) is trusted


def test_the_administrator_is_who_it_is(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """GetCallerIdentity names the management account's user, and in a member the session of the role assumed there."""
    identity = sandbox.client("sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:user/administrator"
    account = new_account("one")
    identity = sandbox.client("sts", account=account).get_caller_identity()
    assert identity["Account"] == account
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/OrganizationAccountAccessRole/sandbox"


def test_role_and_account_must_exist(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """A role that nobody made, and any role in an account that is not of the organization, cannot be assumed."""
    assume, account = sandbox.client("sts").assume_role, new_account("one")
    for arn in (
        f"arn:aws:iam::{account}:role/Nobody",
        "arn:aws:iam::999999999999:role/OrganizationAccountAccessRole",
        "arn:aws:iam::nonsense:role/x",
    ):
        assert refused(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"


def test_a_member_is_not_trusted_by_another(
    sandbox: Embedded, new_account: Callable[..., str], refused: Refused
) -> None:
    """OrganizationAccountAccessRole lets the management account in, and no other member."""
    one, two = new_account("one"), new_account("two")
    arn = f"arn:aws:iam::{two}:role/OrganizationAccountAccessRole"
    assume = sandbox.client("sts", account=one).assume_role
    assert refused(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"


def test_a_session_is_not_longer_than_the_role_allows(
    sandbox: Embedded, new_account: Callable[..., str], refused: Refused
) -> None:
    """Two hours of a role whose sessions last one are refused."""
    arn = f"arn:aws:iam::{new_account('one')}:role/OrganizationAccountAccessRole"
    code = refused(sandbox.client("sts").assume_role, RoleArn=arn, RoleSessionName="test", DurationSeconds=7200)
    assert code == "ValidationError"


def test_unknown_keys_open_nothing(sandbox: Embedded, refused: Refused) -> None:
    """Credentials that the sandbox did not issue are refused, in the words of each service."""
    codes = {}
    for service, operation in (("sts", "get_caller_identity"), ("organizations", "list_roots"), ("s3", "list_buckets")):
        client = boto3.client(
            cast("Any", service),
            region_name="eu-west-1",
            endpoint_url=sandbox.endpoint,
            aws_access_key_id="AKIAAAAAAAAAAAAAAAAA",
            aws_secret_access_key="x",
        )
        codes[service] = refused(getattr(client, operation))
    assert codes == {
        "sts": "InvalidClientTokenId",
        "organizations": "UnrecognizedClientException",
        "s3": "InvalidAccessKeyId",
    }
