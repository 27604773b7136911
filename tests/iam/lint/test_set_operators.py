"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html."""

from typing import Any

import pytest

from tests.lint_cases import found, statement

PATHS = {"aws:PrincipalOrgPaths": "o-1/*"}
TAGS = {"aws:TagKeys": ["Team"]}


@pytest.mark.parametrize(
    ("rule", "effect", "condition", "count"),
    [
        ("GR305", "Deny", {"StringLike": PATHS}, 1),
        ("GR305", "Deny", {"StringNotLike": PATHS}, 1),
        ("GR305", "Deny", {"ForAnyValue:StringLike": PATHS}, 0),
        ("GR305", "Deny", {"Null": {"aws:PrincipalOrgPaths": "true"}}, 0),
        ("GR305", "Deny", {"StringEquals": {"kms:ResourceAliases": "alias/x"}}, 1),
        ("GR305", "Deny", {"StringEquals": {"dynamodb:LeadingKeys": "x"}}, 0),
        ("GR309", "Deny", {"StringEquals": {"dynamodb:LeadingKeys": "x"}}, 1),
        ("GR309", "Deny", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"}}, 0),
        ("GR306", "Deny", {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, 1),
        ("GR306", "Deny", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, 0),
        ("GR306", "Deny", {"ForAnyValue:StringLike": {"ram:Principal": "arn:*"}}, 0),
        ("GR306", "Deny", {"ForAllValues:StringEquals": TAGS}, 0),
        ("GR307", "Allow", {"ForAllValues:StringEquals": TAGS}, 1),
        ("GR307", "Allow", {"ForAllValues:StringEquals": TAGS, "Null": {"aws:tagkeys": "false"}}, 0),
        ("GR307", "Allow", {"ForAllValues:StringEquals": TAGS, "Null": {"aws:TagKeys": "true"}}, 1),
        ("GR307", "Allow", {"ForAllValues:StringEquals": TAGS, "StringEquals": {"aws:RequestTag/Team": "x"}}, 0),
        (
            "GR307",
            "Allow",
            {"ForAllValues:StringEquals": TAGS, "StringEqualsIfExists": {"aws:RequestTag/Team": "x"}},
            1,
        ),
        ("GR307", "Allow", {"ForAllValues:StringEquals": TAGS, "ForAnyValue:StringLike": {"aws:TagKeys": "*"}}, 0),
        ("GR307", "Deny", {"ForAllValues:StringEquals": TAGS}, 0),
        ("GR307", "Allow", {"ForAnyValue:StringEquals": TAGS}, 0),
        ("GR308", "Deny", {"ForAnyValue:StringEqualsIfExists": TAGS}, 1),
        ("GR308", "Deny", {"ForAllValues:StringEqualsIfExists": TAGS}, 0),
        ("GR308", "Deny", {"ForAnyValue:StringEquals": TAGS}, 0),
    ],
)
def test_set_operators(rule: str, effect: str, condition: dict[str, Any], count: int) -> None:
    """Several values need a set operator, one value needs none; ForAllValues holds without the key; ForAnyValue…IfExists is open."""
    findings = found(rule, statement(effect, Condition=condition))
    assert len(findings) == count
    assert all(where[:2] == (0, "Condition") for where, _, _ in findings)
