"""What is said to be covered never matches what the coverer does not match, and the plain cases are seen."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam.containment import covers_action, covers_condition, covers_resource, subsumes
from guardrails.iam.patterns import action_matcher, parse, resource_matcher

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ("*", "s3:GetObject", True),
        ("*:*", "*", True),
        ("s3:*", "S3:get*", True),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:Get*", "s3:*", False),
        ("s3:Get?", "s3:Get*", False),
        ("s3:Get*", "s3:Get?bject*", True),
        ("*:Get*", "s3:GetObject", True),
        ("s3*:*", "s3:GetObject", False),
        ("s3:GetObject", "s3:GetObjectAcl", False),
        ("s3:*Object*Acl", "s3:GetObjectVersionAcl", True),
        ("s3:*Acl*Object", "s3:GetObjectAcl", False),
        ("s3:*ObjectAcl", "s3:*Acl", False),
        ("s3:GetObject*ObjectAcl", "s3:GetObjectAcl", False),
        ("s3:*", "*", False),
    ],
)
def test_actions(wider: str, narrower: str, answer: bool) -> None:
    """A wildcard covers what it stands for, without regard to case; a service with a wildcard in it covers nothing."""
    assert covers_action(wider, narrower) is answer


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ("*", f"{BUCKET}/${{aws:username}}/*", True),
        (f"{BUCKET}/*", f"{BUCKET}/a/*", True),
        (f"{BUCKET}/*", f"{BUCKET}/A/*", True),
        (f"{BUCKET}/a/*", f"{BUCKET}/A/*", False),
        (f"{BUCKET}/*", f"{BUCKET}/${{aws:username}}/*", True),
        (f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/${{aws:username}}/*", True),
        (f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/${{aws:username}}/x", False),
        ("arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-*-1:1:q", True),
        ("arn:aws:sqs:eu-*-1:1:q", "arn:aws:sqs:eu-*:1:q", False),
        ("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:1:q", True),
        ("arn:aws:sqs:*:*:*", "arn:aws:${aws:username}:*:*:*", False),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::\u27e6x\u27e7:role/a", False),
        ("${a b}", "${a c}", False),
        (f"{BUCKET}/${{*}}*x", f"{BUCKET}/${{*}}ax", True),
        (f"{BUCKET}/${{*}}*x", f"{BUCKET}/*ax", False),
        ("arn:aws:iam::*:role/*-admin", "arn:aws:iam::1:role/team-*-admin", True),
        ("arn:aws:iam::*:role/*-admin", "arn:aws:iam::1:role/team-admin-*", False),
    ],
)
def test_resources(wider: str, narrower: str, answer: bool) -> None:
    """Wildcards cover within their reach, with regard to case; what is only known later, or per request, covers itself."""
    assert covers_resource(wider, narrower) is answer


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ({}, {"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, False),
        ({"StringLike": {"aws:x": ["a", "b"]}}, {"stringlike": {"AWS:X": "b"}}, True),
        ({"StringLike": {"aws:x": "b"}}, {"StringLike": {"aws:x": ["a", "b"]}}, False),
        ({"StringNotLike": {"aws:x": "b"}}, {"StringNotLike": {"aws:x": ["a", "b"]}}, True),
        ({"StringNotLike": {"aws:x": ["a", "b"]}}, {"StringNotLike": {"aws:x": "b"}}, False),
        ({"StringLikeIfExists": {"aws:x": "a"}}, {"StringLike": {"aws:x": "a"}}, True),
        ({"StringLike": {"aws:x": "a"}}, {"StringLikeIfExists": {"aws:x": "a"}}, False),
        ({"ForAnyValue:StringLikeIfExists": {"aws:x": "a"}}, {"ForAnyValue:StringLike": {"aws:x": "a"}}, False),
        ({"Null": {"aws:x": "true"}}, {"Null": {"aws:x": True}, "Bool": {"aws:y": "true"}}, True),
        ({"Strange": {"aws:x": "a"}}, {"Strange": {"aws:x": ["a"]}}, False),
        ({"Strange": {"aws:x": "a"}}, {"Strange": {"aws:x": "a"}}, True),
    ],
)
def test_conditions(wider: dict[str, Any], narrower: dict[str, Any], answer: bool) -> None:
    """Fewer conditions are wider; so are more values, and of a negated operator fewer; an unknown operator equals itself."""
    assert covers_condition(wider, narrower) is answer


@pytest.mark.parametrize(
    ("wider", "narrower", "answer"),
    [
        ({"Action": "s3:*", "Resource": "*"}, {"Action": ["s3:Get*", "s3:PutObject"], "Resource": BUCKET}, True),
        ({"Action": "s3:*", "Resource": "*"}, {"Action": ["s3:Get*", "ec2:*"], "Resource": BUCKET}, False),
        ({"Action": "s3:*", "Resource": BUCKET}, {"Action": "s3:Get*", "Resource": "*"}, False),
        ({"NotAction": "iam:*", "Resource": "*"}, {"Action": "s3:*", "Resource": "*"}, True),
        ({"NotAction": "iam:Get*", "Resource": "*"}, {"Action": "iam:*", "Resource": "*"}, False),
        ({"NotAction": "iam:Get*", "Resource": "*"}, {"Action": "IAM:PutRolePolicy", "Resource": "*"}, True),
        ({"NotAction": "iam:*Role", "Resource": "*"}, {"Action": "iam:Get*", "Resource": "*"}, False),
        ({"NotAction": "iam:Get*", "Resource": "*"}, {"NotAction": ["iam:*", "sts:*"], "Resource": "*"}, True),
        ({"NotAction": "iam:*", "Resource": "*"}, {"NotAction": "iam:Get*", "Resource": "*"}, False),
        ({"Action": "*", "Resource": "*"}, {"NotAction": "iam:*", "Resource": "*"}, True),
        ({"Action": "s3:*", "Resource": "*"}, {"NotAction": "iam:*", "Resource": "*"}, False),
        ({"Action": "*", "NotResource": BUCKET}, {"Action": "*", "Resource": f"{BUCKET}/*"}, True),
        ({"Action": "*", "NotResource": f"{BUCKET}*"}, {"Action": "*", "Resource": f"{BUCKET}/*"}, False),
        ({"Action": "*", "NotResource": BUCKET}, {"Action": "*", "NotResource": [f"{BUCKET}*", "*"]}, True),
        ({"Action": "*"}, {"Action": "sts:AssumeRole"}, True),
        ({"Action": "*"}, {"Action": "sts:AssumeRole", "Resource": "*"}, False),
        ({"Action": "*", "Resource": "*", "Principal": "*"}, {"Action": "*", "Resource": "*"}, False),
        ({"Action": "*", "Resource": "*", "Effect": "Allow"}, {"Action": "*", "Resource": "*"}, False),
    ],
)
def test_statements(wider: dict[str, Any], narrower: dict[str, Any], answer: bool) -> None:
    """A statement subsumes another of the same effect and principal whose actions, resources and conditions it covers."""
    assert subsumes({"Effect": "Deny"} | wider, {"Effect": "Deny"} | narrower) is answer


ACTION_PATTERNS = st.text("aB*?", min_size=1, max_size=5).map("s:".__add__) | st.sampled_from(["*", "*:*", "*:a*"])
RESOURCE_PATTERNS = st.text("ab:*?", max_size=7) | st.text("ab:*?", max_size=5).map("a:a:a:a:".__add__)


@settings(max_examples=150)
@given(ACTION_PATTERNS, ACTION_PATTERNS, st.text("aBb", min_size=1, max_size=6).map("s:".__add__))
def test_covered_actions_match_no_more(wider: str, narrower: str, action: str) -> None:
    """An action that a covered pattern matches is matched by the one that covers it."""
    if covers_action(wider, narrower) and action_matcher(narrower)(action):
        assert action_matcher(wider)(action)


def _matches(pattern: str, resource: str) -> bool:
    return resource_matcher(parse(pattern).resolve(lambda key: None) or ())(resource)


@settings(max_examples=300)
@given(RESOURCE_PATTERNS, RESOURCE_PATTERNS, st.lists(st.text("ab:", max_size=11), max_size=5))
def test_covered_resources_match_no_more(wider: str, narrower: str, resources: list[str]) -> None:
    """A resource that a covered pattern matches is matched by the one that covers it; its own wildcards filled in, too."""
    filled = [narrower.replace("*", text).replace("?", "b") for text in (*resources, "", ":", "a:b")]
    if covers_resource(wider, narrower):
        assert [r for r in (*resources, *filled) if _matches(narrower, r) and not _matches(wider, r)] == []


@settings(max_examples=150)
@given(RESOURCE_PATTERNS, RESOURCE_PATTERNS, st.lists(st.text("ab:", max_size=11), max_size=5))
def test_what_is_subsumed_beside_a_complement_is_outside_of_it(spared: str, named: str, resources: list[str]) -> None:
    """A NotResource that covers a Resource has nothing in common with what it spares."""
    statement = {"Effect": "Deny", "Action": "*"}
    filled = [named.replace("*", text).replace("?", "b") for text in (*resources, "", ":", "a:b")]
    if subsumes({**statement, "NotResource": spared}, {**statement, "Resource": named}):
        assert [r for r in (*resources, *filled) if _matches(named, r) and _matches(spared, r)] == []
