"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""

from typing import Any

import pytest

from guardrails.iam.grammar import TRUST
from tests.lint_cases import found, statement


def asked(key: str, action: str = "*") -> dict[str, Any]:
    return statement(Action=action, Condition={"StringEquals": {key: "x"}})


@pytest.mark.parametrize(
    ("key", "rule", "suggestion"),
    [
        ("aws:PrincipalOrgIDs", "GR302", "did you mean 'aws:PrincipalOrgID'?"),
        ("aws:ResourceTags/Team", "GR302", "did you mean 'aws:ResourceTag/Team'?"),
        ("s3:authTpye", "GR302", "did you mean 's3:authType'?"),
        ("aws:RequestRegion", "GR301", "did you mean 'aws:RequestedRegion'?"),
        ("aws:Nothing", "GR301", ""),
        ("nothing:Such", "GR301", ""),
    ],
)
def test_keys_that_are_none(key: str, rule: str, suggestion: str) -> None:
    """One slip away from a condition key is an error; anything else is not known; the path names operator and key."""
    ((where, message, advice),) = found(rule, asked(key))
    assert (where, advice) == ((0, "Condition", "StringEquals", key), suggestion)
    assert key in message
    assert not found("GR301" if rule == "GR302" else "GR302", asked(key))


@pytest.mark.parametrize(
    "key",
    ["AWS:principalarn", "aws:PrincipalTag/Team", "s3:authType", "ec2:SourceInstanceARN", "accounts.google.com:aud"],
)
def test_keys_that_are_some(key: str) -> None:
    """What AWS knows is no finding, in whichever case, nor what a web identity provider gives, of whom anybody may have his own."""
    assert (found("GR301", asked(key)), found("GR302", asked(key))) == ([], [])


def test_keys_of_sign_in() -> None:
    """A trust policy asks for keys of SAML, which are named after no service."""
    trust = {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/x"}}
    made = {**trust, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"saml:aud": "https://x"}}}
    assert found("GR301", made, kind=TRUST) == []


def test_keys_of_other_actions() -> None:
    """A key that no action of the statement knows is never there; one is enough, and a statement about all services is not judged."""
    assert found("GR303", asked("s3:x-amz-acl", "s3:GetObject"))[0][0] == (
        0,
        "Condition",
        "StringEquals",
        "s3:x-amz-acl",
    )
    assert found("GR303", asked("ec2:InstanceType", "s3:*"))
    assert not found("GR303", asked("s3:x-amz-acl", "s3:Put*"))
    assert not found("GR303", asked("account:AccountResourceOrgPaths", "account:PutAlternateContact"))
    assert not found("GR303", asked("s3:x-amz-acl"))
    assert not found("GR303", asked("aws:SourceVpce", "s3:GetObject"))
    assert not found("GR303", statement(NotAction="s3:*", Condition={"StringEquals": {"s3:authType": "x"}}))
