"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guardrails.iam import FULL_AWS_ACCESS, Level, NamedPolicy, Policies, Request, evaluate
from guardrails.iam.narrowing import deny_unless, unless

DENY: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def test_a_condition_is_added() -> None:
    """A statement without conditions gets one; one with others keeps them, and the original is untouched."""
    assert unless(DENY, "ArnNotLike", "aws:PrincipalArn", ["a"]) == {
        **DENY,
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["a"]}},
    }
    given_statement = {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    narrowed = unless(given_statement, "ArnNotLike", "aws:PrincipalArn", ["a"])
    assert narrowed["Condition"] == {
        "Bool": {"aws:SecureTransport": "false"},
        "ArnNotLike": {"aws:PrincipalArn": ["a"]},
    }
    assert given_statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_values_are_united_whatever_the_spelling() -> None:
    """The same operator and key, however spelled, get the union of values: AWS would drop one of two entries."""
    statement = {**DENY, "Condition": {"arnnotlike": {"AWS:PrincipalARN": "a"}}}
    narrowed = unless(statement, "ArnNotLike", "aws:PrincipalArn", ["b", "a"])
    assert narrowed["Condition"] == {"arnnotlike": {"AWS:PrincipalARN": ["a", "b"]}}


def test_only_denials_are_narrowed() -> None:
    """A statement that allows stays as it is, and nothing to exempt changes nothing."""
    allow = {**DENY, "Effect": "Allow"}
    document = {"Version": "2012-10-17", "Statement": [allow, DENY]}
    assert deny_unless(document, "ArnNotLike", "aws:PrincipalArn", ["a"])["Statement"][0] == allow
    assert deny_unless(document, "ArnNotLike", "aws:PrincipalArn", []) == document


names = st.sampled_from(["Deployer", "BreakGlass", "Admin", "Kim"])


@given(st.lists(names, unique=True), st.lists(names, unique=True), names)
def test_narrowing_only_lets_more_through(before: list[str], added: list[str], who: str) -> None:
    """Whoever a statement let alone before is still let alone, the added principals too, and everybody else is still denied."""
    arns = [f"arn:*:iam::*:role/{name}" for name in before]
    condition = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": arns}}} if arns else {}
    document = {"Version": "2012-10-17", "Statement": [{**DENY, **condition}]}
    narrowed = deny_unless(document, "ArnNotLike", "aws:PrincipalArn", [f"arn:*:iam::*:role/{name}" for name in added])
    levels = [Level("Root", (NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS), NamedPolicy("p", narrowed)))]
    decision = evaluate(Request(f"arn:aws:iam::111111111111:role/{who}", "s3:GetObject"), Policies(scps=tuple(levels)))
    assert decision.outcome == ("allowed" if who in {*before, *added} else "explicitDeny")
