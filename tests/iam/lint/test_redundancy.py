"""https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html."""

import pytest

from tests.lint_cases import found, statement

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


def test_statements_that_say_nothing_new() -> None:
    """A statement that another covers is told once, by its name; of two alike, the second; none where a condition differs."""
    wide, narrow = statement(Sid="Wide", Action="s3:*"), statement(Sid="Narrow", Action="s3:Get*")
    assert [(where, message) for where, message, _ in found("GR401", narrow, wide)] == [
        ((0,), "Wide says all that Narrow says")
    ]
    assert [where for where, _, _ in found("GR401", wide, {**wide, "Sid": "Again"}, narrow)] == [(1,), (2,)]
    assert found("GR401", {**wide, "Condition": MFA}, narrow) == []
    assert found("GR401", {**wide, "Effect": "Allow"}, narrow) == []
    many = [
        statement(Sid=f"Of{each}", Action=["s3:Get*", f"{each}:*"], Condition=MFA) for each in ("ec2", "sqs", "sns")
    ]
    again = statement(Sid="Again", Action=["SQS:Send*", "s3:GetObject"], Condition=MFA)
    told = [((3,), "Ofsqs says all that Again says")]
    assert [(where, message) for where, message, _ in found("GR401", *many, again)] == told


@pytest.mark.parametrize(
    ("element", "items", "places"),
    [
        ("Action", ["s3:*", "s3:Get*"], [1]),
        ("Action", ["s3:Get*", "S3:*"], [0]),
        ("Action", ["s3:GetObject", "s3:getobject"], [1]),
        ("NotAction", ["iam:*", "iam:Get*"], [1]),
        ("Action", ["s3:Get*", "s3:Put*"], []),
        ("Resource", ["arn:aws:s3:::a*", "arn:aws:s3:::ab"], [1]),
        ("Resource", ["arn:aws:s3:::a", "arn:aws:s3:::A"], []),
    ],
)
def test_items_that_say_nothing_new(element: str, items: list[str], places: list[int]) -> None:
    """An action or resource that another of the list covers is told; of two alike, the second."""
    findings = found("GR402", statement(**{element: items}))
    assert [where[-1] for where, _, _ in findings] == places
    same = len({item.casefold() for item in items}) == 1
    assert all(("twice" in message) == same for _, message, _ in findings)


def test_what_is_taken_back() -> None:
    """An Allow whose whole a Deny denies has no effect; a Deny under a condition, or of a part, takes nothing back whole."""
    allow = statement("Allow", Sid="Reading", Action="s3:Get*")
    assert [where for where, _, _ in found("GR403", allow, statement(Action="s3:*"))] == [(0,)]
    assert found("GR403", allow, statement(Action="s3:GetObject")) == []
    assert found("GR403", allow, statement(Action="s3:*", Condition=MFA)) == []
