"""Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import boto3
import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]


def test_the_administrator_is_who_it_is(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """GetCallerIdentity names the management account's user, and in a member the session of the role assumed there.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
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


def client_of(sandbox: Embedded, issued: dict[str, Any], service: str = "sts") -> Any:
    return boto3.client(
        cast("Any", service),
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )


def test_a_chain_of_roles_lasts_an_hour(sandbox: Embedded, refused: Refused) -> None:
    """A session of a role asks for one hour of another at most, whatever the role allows; a user may have twelve.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
    """
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT_ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    arn = sandbox.client("iam").create_role(
        RoleName="Long",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        MaxSessionDuration=43_200,
    )["Role"]["Arn"]
    ask = {"RoleArn": arn, "RoleSessionName": "test"}
    issued = sandbox.client("sts").assume_role(**ask, DurationSeconds=43_200)["Credentials"]
    chained = client_of(sandbox, issued)
    assert chained.assume_role(**ask, DurationSeconds=3600)["Credentials"]
    assert refused(chained.assume_role, **ask, DurationSeconds=3601) == "ValidationError"


def test_a_user_gets_a_session(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """GetSessionToken gives the user other credentials, which are the user still; a role's session cannot ask for them.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    sts = sandbox.client("sts")
    issued = sts.get_session_token(DurationSeconds=900)["Credentials"]
    assert client_of(sandbox, issued).get_caller_identity()["Arn"] == sts.get_caller_identity()["Arn"]
    assert sts.get_access_key_info(AccessKeyId=issued["AccessKeyId"])["Account"] == MANAGEMENT_ACCOUNT_ID
    assert refused(sts.get_session_token, DurationSeconds=129_601) == "ValidationError"
    assert refused(sandbox.client("sts", account=new_account("one")).get_session_token) == "AccessDenied"


@pytest.mark.not_kept
def test_identities_of_elsewhere_get_nothing(sandbox: Embedded, refused: Refused) -> None:
    """SAML assertions and web identity tokens are exchanged for credentials.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """
    sts, arn = sandbox.client("sts"), f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:role/Any"
    web = {"RoleArn": arn, "RoleSessionName": "test", "WebIdentityToken": "x" * 8}
    assert refused(sts.assume_role_with_web_identity, **web) == "NotImplemented"
    saml = {"RoleArn": arn, "PrincipalArn": arn.replace("role", "saml-provider"), "SAMLAssertion": "eHh4eA=="}
    assert refused(sts.assume_role_with_saml, **saml) == "NotImplemented"
    assert refused(sts.get_federation_token, Name="some") == "NotImplemented"


@pytest.mark.not_kept
def test_permissions_of_identities_are_not_judged(sandbox: Embedded) -> None:
    """A user without a policy may do nothing, and a session policy narrows what a session may; here both may do everything.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    iam = sandbox.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    session = client_of(sandbox, {**key, "SessionToken": None}, "s3")
    assert session.list_buckets()["Buckets"] == []


@pytest.mark.not_kept
def test_sessions_do_not_expire(sandbox: Embedded) -> None:
    """Temporary credentials open nothing after their expiration, which is not watched here.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
    """
    issued = sandbox.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    assert 800 < (issued["Expiration"] - datetime.now(UTC)).total_seconds() <= 900
