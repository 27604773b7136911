"""Statements are merged where their meaning is certain, and left alone where it is not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam.merging import SourcedStatement, merged, normalised

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ELSEWHERE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
Statement = dict[str, Any]


def _said(*statements: Statement) -> list[Statement]:
    sourced = [
        SourcedStatement(
            {"Effect": "Deny", "Resource": "*"} | one if "NotResource" not in one else {"Effect": "Deny"} | one,
            (f"p{i}",),
        )
        for i, one in enumerate(statements)
    ]
    return [
        {key: value for key, value in one.elements.items() if (key, value) != ("Effect", "Deny")}
        for one in merged(sourced)
    ]


@pytest.mark.parametrize(
    ("statements", "result"),
    [
        (
            [{"Action": "s3:Get*"}, {"Action": ["s3:PutObject", "s3:GetObject"]}],
            [{"Action": ["s3:Get*", "s3:PutObject"], "Resource": "*"}],
        ),
        (
            [{"Action": "s3:Get*", "Resource": BUCKET}, {"Action": "s3:Get*", "Resource": f"{BUCKET}/*"}],
            [{"Action": "s3:Get*", "Resource": [BUCKET, f"{BUCKET}/*"]}],
        ),
        (
            [{"Action": "s3:Get*", "Resource": BUCKET}, {"Action": "s3:Put*", "Resource": f"{BUCKET}/*"}],
            [{"Action": "s3:Get*", "Resource": BUCKET}, {"Action": "s3:Put*", "Resource": f"{BUCKET}/*"}],
        ),
        (
            [{"NotAction": ["s3:*", "iam:*"]}, {"NotAction": ["iam:Get*", "sts:*"]}],
            [{"NotAction": "iam:Get*", "Resource": "*"}],
        ),
        ([{"NotAction": "s3:*"}, {"NotAction": "iam:*"}], [{"Action": "*", "Resource": "*"}]),
        (
            [{"NotAction": "s3:Get*"}, {"NotAction": "s3:*Acl"}],
            [{"NotAction": "s3:Get*", "Resource": "*"}, {"NotAction": "s3:*Acl", "Resource": "*"}],
        ),
        (
            [{"Effect": "Allow", "NotAction": "s3:*"}, {"Effect": "Allow", "NotAction": "iam:*"}],
            [
                {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
                {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            ],
        ),
        (
            [{"Action": "*", "NotResource": BUCKET}, {"Action": "*", "NotResource": f"{BUCKET}-2"}],
            [{"Action": "*", "NotResource": BUCKET}, {"Action": "*", "NotResource": f"{BUCKET}-2"}],
        ),
        (
            [{"Action": "s3:*", "Principal": "*"}, {"Action": "sqs:*", "Principal": {"AWS": "*"}}],
            [
                {"Action": "s3:*", "Principal": "*", "Resource": "*"},
                {"Action": "sqs:*", "Principal": {"AWS": "*"}, "Resource": "*"},
            ],
        ),
        (
            [{"Action": "s3:*", "Condition": ELSEWHERE}, {"Action": "sqs:*"}],
            [{"Action": "s3:*", "Resource": "*", "Condition": ELSEWHERE}, {"Action": "sqs:*", "Resource": "*"}],
        ),
        ([{"Action": "s3:Get*", "Resource": BUCKET}, {"Action": "s3:*"}], [{"Action": "s3:*", "Resource": "*"}]),
    ],
)
def test_merges(statements: list[Statement], result: list[Statement]) -> None:
    """Only actions, only resources, or what denials spare; never other conditions, NotResource, principals or Allow's NotAction."""
    assert _said(*statements) == result


def test_equal_conditions_are_found_however_they_are_written() -> None:
    """The case of operators and keys, and the order of values, make no difference."""
    other = {"stringnotequals": {"AWS:RequestedRegion": ["eu-central-1", "eu-west-1"]}}
    one, *rest = _said({"Action": "s3:*", "Condition": ELSEWHERE}, {"Action": "sqs:*", "Condition": other})
    assert (one["Action"], rest) == (["s3:*", "sqs:*"], [])


def test_the_merge_that_saves_more_wins() -> None:
    """Where one statement could be merged by its actions or by its resources, the shorter result is taken."""
    long = [f"{BUCKET}/{'long' * 20}/{number}" for number in range(3)]
    found = _said(
        {"Action": "s3:GetObject", "Resource": "*"},
        {"Action": "s3:PutObject", "Resource": long},
        {"Action": "s3:DeleteObject", "Resource": long},
        {"Action": "s3:PutObject", "Resource": f"{BUCKET}-b"},
    )
    assert {"Action": ["s3:DeleteObject", "s3:PutObject"], "Resource": long} in found


def test_a_merged_statement_tells_what_it_came_from() -> None:
    """Its policies and places are those of all it stands for, also of what it subsumes."""
    statements = [
        SourcedStatement({"Effect": "Deny", "Action": action, "Resource": "*"}, (name,), (f"{name}.yaml:1",))
        for name, action in (("a", "s3:Get*"), ("b", "s3:GetObject"), ("c", "s3:PutObject"))
    ]
    (one,) = merged(statements)
    assert (one.policies, one.places) == (("a", "b", "c"), ("a.yaml:1", "b.yaml:1", "c.yaml:1"))


STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.just("Deny"),
        "Action": st.lists(st.text("aB*?", min_size=1, max_size=3).map("s3:".__add__), min_size=1, max_size=6),
        "Resource": st.lists(st.text("ab*?", max_size=3).map("arn:a:s:::".__add__), min_size=1, max_size=6),
    }
)


@settings(max_examples=40)
@given(STATEMENTS)
def test_normalising_twice_is_normalising_once(statement: Statement) -> None:
    """What is normalised is left as it is."""
    assert normalised(normalised(statement)) == normalised(statement)
