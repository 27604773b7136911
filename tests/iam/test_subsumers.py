"""Of many statements, those that cannot cover another are left out, and never one that does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam.containment import subsumes
from guardrails.iam.subsumers import Beginnings, Subsumers

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ROLE = "arn:aws:iam::*:role"


def statement(**elements: Any) -> dict[str, Any]:
    negated = {"Action": "NotAction" not in elements, "Resource": "NotResource" not in elements}
    return {"Effect": "Deny", **{name: "*" for name, there in negated.items() if there}, **elements}


def test_beginnings() -> None:
    """Patterns are found by texts that begin as they do, and texts by such patterns."""
    beginnings = Beginnings()
    for number, text in enumerate(("s3:*", "s3:Get*", "s3:GetObject", "*", "ec2:*")):
        beginnings.add(text, number)
        beginnings.add_text(text, number)
    assert beginnings.covering("s3:GetObject") == {0, 1, 2, 3}
    assert beginnings.covering("s3:Put*") == {0, 3}
    assert beginnings.covered(["s3:Get*", "ec2:Run*"]) == {1, 2}
    assert beginnings.covered(["*"]) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ({"Action": "s3:*"}, {"Action": ["S3:Get*", "s3:PutObject"]}, True),
        ({"Action": "s3:*"}, {"Action": ["s3:Get*", "ec2:RunInstances"]}, False),
        ({"Action": ["ec2:*", "s3:*"]}, {"Action": ["s3:Get*", "ec2:RunInstances"]}, True),
        ({"Action": "s3:Get*"}, {"Action": "s3:*"}, False),
        ({"Action": "s3:*"}, {"Action": "*"}, False),
        ({"Action": "*:*"}, {"Action": "*"}, True),
        ({"Action": "s3:*"}, {"NotAction": "iam:*"}, False),
        ({"Action": "*"}, {"NotAction": "iam:*"}, True),
        ({"NotAction": "iam:*"}, {"Action": "s3:*"}, True),
        ({"NotAction": ["iam:Get*", "sts:*"]}, {"NotAction": ["sts:*", "iam:*"]}, True),
        ({"NotAction": "iam:Get*"}, {"NotAction": "sts:*"}, False),
        ({"Resource": f"{BUCKET}/*"}, {"Resource": [f"{BUCKET}/a", f"{BUCKET}/b/*"]}, True),
        ({"Resource": f"{BUCKET}/*"}, {"Resource": BUCKET}, False),
        ({"NotResource": BUCKET}, {"NotResource": f"{BUCKET}*"}, True),
        ({"NotResource": BUCKET}, {"NotResource": f"{BUCKET}/*"}, False),
    ],
)
def test_by_actions_and_resources(wider: dict[str, Any], narrower: dict[str, Any], answer: bool) -> None:
    """What begins otherwise is left out, in any order of the items, complements too."""
    assert Subsumers([statement(**wider)]).of(statement(**narrower)) == ({0} if answer else set())


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ({}, {"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, False),
        ({"StringLike": {"aws:x": ["a", "b"]}}, {"stringlike": {"AWS:X": "b"}}, True),
        ({"StringLike": {"aws:x": ["a", "b"]}}, {"StringLike": {"aws:x": "c"}}, False),
        ({"StringLike": {"aws:x": "a"}}, {"StringLike": {"aws:y": "a"}}, False),
        ({"StringNotLike": {"aws:x": "b"}}, {"StringNotLike": {"aws:x": ["a", "b"]}}, True),
        ({"StringNotLike": {"aws:x": "c"}}, {"StringNotLike": {"aws:x": ["a", "b"]}}, False),
        ({"StringLikeIfExists": {"aws:x": "a"}}, {"StringLike": {"aws:x": "a"}}, True),
        ({"StringLike": {"aws:x": "a"}}, {"ForAnyValue:StringLike": {"aws:x": "a"}}, False),
        ({"Strange": {"aws:x": "a"}}, {"Strange": {"aws:x": "a"}}, True),
    ],
)
def test_by_conditions(wider: dict[str, Any], narrower: dict[str, Any], answer: bool) -> None:
    """A statement under a condition that the other does not have is left out; what is not understood covers what equals it."""
    assert Subsumers([statement(Condition=wider)]).of(statement(Condition=narrower)) == ({0} if answer else set())


def test_the_rarest_line_decides() -> None:
    """Of statements that share one line of their conditions each is found by the other line alone."""
    shared = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    spared = [{"ArnNotLike": {"aws:PrincipalArn": [f"{ROLE}/{name}", f"{ROLE}/admin"]}} for name in ("a", "b", "c")]
    statements = [statement(Condition=shared | each) for each in spared]
    subsumers = Subsumers([*statements, statement(Condition=shared)])
    assert [subsumers.of(each) for each in statements] == [{0, 3}, {1, 3}, {2, 3}]


ACTIONS = st.sampled_from(
    ("*", "*:*", "*:Get*", "s3:*", "S3:get*", "s3:Get?bject", "s3:GetObject", "iam:*", "iam:Get*")
)
RESOURCES = st.sampled_from(
    ("*", f"{BUCKET}*", f"{BUCKET}/*", f"{BUCKET}/${{aws:username}}", f"{ROLE}/*", f"{ROLE}/a*b")
)
VALUES = st.one_of(st.sampled_from(("a", "b")), st.lists(st.sampled_from(("a", "b", "c")), max_size=2))
LINES = st.dictionaries(st.sampled_from(("aws:x", "AWS:X", "aws:y")), VALUES, max_size=2)
OPERATORS = ("StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAnyValue:StringLike", "Strange")


def _items(element: str, patterns: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    name = st.sampled_from((element, element, f"Not{element}"))
    return st.dictionaries(name, st.one_of(patterns, st.lists(patterns, max_size=3)), max_size=1)


STATEMENTS = st.builds(
    lambda actions, resources, condition: {"Effect": "Deny", **actions, **resources, **condition},
    _items("Action", ACTIONS),
    _items("Resource", RESOURCES),
    st.dictionaries(st.just("Condition"), st.dictionaries(st.sampled_from(OPERATORS), LINES, max_size=2), max_size=1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(STATEMENTS, min_size=2, max_size=8))
def test_none_that_subsumes_is_left_out(statements: list[dict[str, Any]]) -> None:
    """Every statement that another subsumes finds it, whatever elements either has or lacks."""
    subsumers = Subsumers(statements)
    for each in statements:
        assert {number for number, other in enumerate(statements) if subsumes(other, each)} <= subsumers.of(each)
