"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import ACCESS_ROLE, Embedded

Refused = Callable[..., str]
Session = Callable[..., Any]


@pytest.fixture
def session(sandbox: Embedded, new_account: Callable[..., str]) -> Session:
    """IAM in the name of a session of a member's administrator role, with these session policies; policies are enforced."""
    account = new_account("member")
    sandbox.enforce()

    def begin(**policies: Any) -> Any:
        role = f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"
        issued = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="kim", **policies)["Credentials"]
        create: Callable[..., Any] = boto3.client
        return create(
            "iam",
            region_name="us-east-1",
            endpoint_url=sandbox.endpoint,
            aws_access_key_id=issued["AccessKeyId"],
            aws_secret_access_key=issued["SecretAccessKey"],
            aws_session_token=issued["SessionToken"],
        )

    return begin


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_session_policy_limits(session: Session) -> None:
    """A session does only what its policy and its role both allow, and is told that no session policy allows the rest.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    limited = session(Policy=document({"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}))
    limited.list_users()
    with pytest.raises(ClientError, match=r"because no session policy allows the iam:CreateUser action"):
        limited.create_user(UserName="kim")
    session().create_user(UserName="kim")


def test_managed_policies_limit_too(session: Session, refused: Refused) -> None:
    """Managed policies, up to ten, are session policies as well; what one of them allows, the session may."""
    reading, lists = {"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}, {"Effect": "Allow", "Action": "iam:*Group*"}
    limited = session(PolicyArns=[reading], Policy=document({**lists, "Resource": "*"}))
    limited.list_users()
    limited.create_group(GroupName="readers")
    assert refused(limited.create_user, UserName="kim") == "AccessDenied"
    assert refused(session, PolicyArns=[reading] * 11) in {"ValidationError", "InvalidParameterValue"}


def test_a_session_policy_denies(session: Session) -> None:
    """An explicit deny in a session policy is told as such."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}
    with pytest.raises(ClientError, match=r"with an explicit deny in a session policy"):
        session(Policy=document(everything, denied)).create_user(UserName="kim")


def test_a_policy_that_is_none(session: Session, refused: Refused) -> None:
    """A session policy that is no policy document is refused when the session would begin."""
    for wrong in ("nonsense", document({"Effect": "Perhaps", "Action": "*", "Resource": "*"})):
        assert refused(session, Policy=wrong) == "MalformedPolicyDocument", wrong
