"""What several statements say together, and what moves from some to others."""

from typing import Any

import pytest

from guardrails.iam.saying import not_said, said_by, say_some_of

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


@pytest.mark.parametrize(
    ("others", "answer"),
    [
        ([{"Action": "s3:*", "Resource": BUCKET}, {"Action": ["sqs:*", "s3:Get*"], "Resource": f"{BUCKET}/*"}], False),
        ([{"Action": ["s3:*", "sqs:*"], "Resource": BUCKET}, {"Action": "*", "Resource": f"{BUCKET}/*"}], True),
        ([{"NotAction": "iam:*", "Resource": "*"}], True),
        ([], False),
    ],
)
def test_a_statement_is_said_by_several_together(others: list[dict[str, Any]], answer: bool) -> None:
    """Each of its actions on each of its resources must be said by one of them."""
    statement = {"Effect": "Deny", "Action": ["s3:GetObject", "sqs:*"], "Resource": [BUCKET, f"{BUCKET}/*"]}
    assert said_by(statement, [{"Effect": "Deny"} | other for other in others]) is answer


def denied(*actions: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*", "Condition": condition}


def elsewhere(*regions: str) -> dict[str, Any]:
    return denied("*", StringNotEquals={"aws:RequestedRegion": list(regions)})


def test_what_is_not_said() -> None:
    """Those of several statements that others do not say, alone or together."""
    some = [denied("s3:Get*", "sqs:*"), denied("ec2:*"), denied("iam:*")]
    assert not_said(some, [denied("s3:*"), denied("sqs:*"), denied("iam:*")]) == [denied("ec2:*")]


@pytest.mark.parametrize(
    ("statements", "lost", "left", "answer"),
    [
        ([denied("s3:GetObject")], [denied("s3:*")], [], True),
        ([denied("s3:*")], [denied("s3:GetObject")], [], True),
        ([denied("s3:*", "sqs:*")], [denied("sqs:*", "ec2:*")], [], True),
        ([denied("s3:*", "sqs:*")], [denied("sqs:*", "ec2:*")], [denied("sqs:*")], False),
        ([elsewhere("eu-west-1", "us-west-2")], [elsewhere("eu-west-1")], [], True),
        ([denied("s3:*")], [denied("ec2:*")], [], False),
        ([denied("s3:*")], [denied("s3:*", Bool={"aws:SecureTransport": "false"})], [], True),
        (
            [denied("s3:*", Bool={"aws:ViaAWSService": "true"})],
            [denied("s3:*", Bool={"aws:SecureTransport": "false"})],
            [],
            False,
        ),
    ],
)
def test_who_says_some_of_what_is_lost(
    statements: list[dict[str, Any]], lost: list[dict[str, Any]], left: list[dict[str, Any]], answer: bool
) -> None:
    """Some of it or more than it, with wider or narrower conditions; not what is left said anyway."""
    assert say_some_of(statements, lost, left) is answer
