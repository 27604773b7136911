"""Statements that decided, told in words."""

from typing import Any

import pytest

from guardrails.iam import FULL, Level, NamedPolicy, Policies, Request, evaluate

ROLE = "arn:aws:iam::111111111111:role/Admin"


def decided(condition: dict[str, Any], **given: Any) -> str:
    statement = {"Sid": "S", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition}
    policy = NamedPolicy("p", {"Version": "2012-10-17", "Statement": [statement]}, origins=(("p.yaml:7", "q.yaml:9"),))
    policies = Policies(scps=(Level("Root", (FULL, policy)),))
    (reason,) = evaluate(Request(ROLE, "s3:GetObject", region="us-east-1", context=given), policies).reasons
    assert str(reason) == "Root / p / S (p.yaml:7, q.yaml:9): denies it"
    return reason.conditions[0]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
            "aws:RequestedRegion 'us-east-1' is not 'eu-west-1'",
        ),
        (
            {"ArnNotLike": {"aws:PrincipalArn": ["arn:*:iam::*:role/A", "arn:*:iam::*:role/B"]}},
            f"aws:PrincipalArn '{ROLE}' is not like 'arn:*:iam::*:role/A' or 'arn:*:iam::*:role/B'",
        ),
        ({"Null": {"aws:SourceVpc": "true"}}, "aws:SourceVpc (not given) is absent"),
        ({"StringNotEqualsIfExists": {"aws:SourceVpc": "v"}}, "aws:SourceVpc (not given) is not 'v' (if it exists)"),
        ({"StringNotEquals": {"aws:SourceArn": "a"}}, "aws:SourceArn (absent) is not 'a'"),
        (
            {"StringNotEquals": {"aws:RequestedRegion": list("abcdef")}},
            "aws:RequestedRegion 'us-east-1' is not 'a' or 'b' or 'c' or 'd' or 2 more",
        ),
    ],
)
def test_conditions_in_words(condition: dict[str, Any], words: str) -> None:
    """Each condition is told with the request's value; the statement with the lines it was written on."""
    assert decided(condition) == words


def test_what_does_not_bind_is_told() -> None:
    """An answer "allowed" says which policies of the organization do not bind the request."""
    rcp = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    rcps = (Level("Root", (NamedPolicy("r", {"Version": "2012-10-17", "Statement": rcp}, "RESOURCE_CONTROL_POLICY"),)),)
    policies = Policies(scps=(Level("Root", ()),), rcps=rcps, management_account="111111111111")
    decision = evaluate(Request(ROLE, "s3:GetObject"), policies)
    assert [str(reason) for reason in decision.reasons] == [
        "service control policies do not bind the management account",
        "resource control policies do not bind the management account",
    ]
