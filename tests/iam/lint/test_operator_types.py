"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html."""

from typing import Any

import pytest

from tests.lint_cases import found, statement


@pytest.mark.parametrize(
    ("operator", "key", "value", "wanted"),
    [
        ("StringEquals", "aws:SecureTransport", "no", "use Bool…"),
        ("NumericEquals", "aws:PrincipalAccount", "111111111111", "use String…"),
        ("ArnLike", "aws:PrincipalOrgID", "o:r:g:i:d:1", "use String…"),
        ("StringEquals", "aws:SourceIp", "10.0.0.0/8", "use IpAddress…"),
        ("StringLike", "s3:TlsVersion", "1.2", "use Numeric…"),
        ("StringLessThan", "aws:CurrentTime", "2026-01-01", ""),
        ("Bool", "aws:TokenIssueTime", "true", "use Date…"),
        ("StringEquals", "aws:EpochTime", "1", "use Date… or Numeric…"),
    ],
)
def test_operators_of_another_type(operator: str, key: str, value: str, wanted: str) -> None:
    """An operator that cannot read the values of its key is an error; one that does not exist is for the grammar."""
    findings = found("GR304", statement(Condition={operator: {key: value}}))
    assert [advice for _, _, advice in findings] == ([wanted] if wanted else [])


def test_truth_values_as_text() -> None:
    """Text that is compared with true or false is a warning, for AWS does it too; Bool is none."""
    assert found("GR310", statement(Condition={"StringEquals": {"aws:ViaAWSService": "true"}}))
    assert not found("GR304", statement(Condition={"StringEquals": {"aws:ViaAWSService": "true"}}))
    assert not found("GR310", statement(Condition={"Bool": {"aws:ViaAWSService": "true"}}))


@pytest.mark.parametrize(
    "condition",
    [
        {"ForAnyValue:Stringlike": {"aws:PrincipalOrgPaths": "o-1/*"}},
        {"boolifexists": {"AWS:securetransport": "false"}},
        {"StringNotLike": {"aws:PrincipalArn": "arn:*"}},
        {"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::x"}},
        {"ArnLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111111111111:trail/*"}},
        {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"Null": {"aws:SecureTransport": "true"}},
        {"NumericLessThan": {"aws:EpochTime": "1"}},
        {"Bool": {"aws:AssumedRoot": "true"}},
        {"StringEquals": {"aws:AssumedRoot": "true"}},
        {"StringEquals": {"aws:Nothing": "x"}},
    ],
)
def test_operators_that_fit(condition: dict[str, Any]) -> None:
    """What AWS itself writes is no finding: other cases of names, ARNs compared as text, and texts that are ARNs as ARNs."""
    assert found("GR304", statement(Condition=condition)) == []


@pytest.mark.parametrize(
    ("operator", "value", "wanted"),
    [
        ("StringNotEquals", "arn:aws:iam::*:role/Admin", "use StringNotLike"),
        ("ForAnyValue:StringEqualsIfExists", ["a", "b*"], "use StringLike"),
        ("stringequalsignorecase", "${aws:username}*", "use StringLike"),
        ("StringEquals", "*", ""),
        ("StringEquals", "a${*}", ""),
        ("StringEquals", "what?", ""),
        ("StringLike", "a*", ""),
        ("ArnNotEquals", "arn:aws:iam::*:role/Admin", ""),
    ],
)
def test_wildcards_taken_as_they_are(operator: str, value: str | list[str], wanted: str) -> None:
    """A star in what StringEquals compares is that character: a warning, but where it stands alone or is written as one."""
    findings = found("GR311", statement(Condition={operator: {"aws:PrincipalArn": value}}))
    assert [advice for _, _, advice in findings] == ([wanted] if wanted else [])
