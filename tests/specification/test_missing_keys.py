"""What a condition says of a key that the request lacks, and of one of which it is not known whether the request has it.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from typing import Any

import pytest

from guardrails.iam import FULL, Level, Policies
from tests.specification.cases import decide, denied_by, holds, identity, outcome, scp, statement

KEY = "aws:PrincipalTag/x"
POSITIVE = {
    "StringEquals": "a",
    "StringEqualsIgnoreCase": "a",
    "StringLike": "a*",
    "NumericEquals": "1",
    "NumericLessThan": "1",
    "NumericLessThanEquals": "1",
    "NumericGreaterThan": "1",
    "NumericGreaterThanEquals": "1",
    "DateEquals": "2026-01-01",
    "DateLessThan": "2026-01-01",
    "DateLessThanEquals": "2026-01-01",
    "DateGreaterThan": "2026-01-01",
    "DateGreaterThanEquals": "2026-01-01",
    "Bool": "true",
    "BinaryEquals": "QQ==",
    "IpAddress": "10.0.0.0/8",
    "ArnEquals": "arn:aws:iam::*:role/x",
    "ArnLike": "arn:aws:iam::*:role/x",
}
NEGATED = {
    "StringNotEquals": "a",
    "StringNotEqualsIgnoreCase": "a",
    "StringNotLike": "a*",
    "NumericNotEquals": "1",
    "DateNotEquals": "2026-01-01",
    "NotIpAddress": "10.0.0.0/8",
    "ArnNotEquals": "arn:aws:iam::*:role/x",
    "ArnNotLike": "arn:aws:iam::*:role/x",
}
EVERY = [*POSITIVE.items(), *NEGATED.items()]
ABSENT: dict[str, Any] = {KEY: ()}
TABLE = [
    *(pytest.param(name, value, False, id=f"{name} does not hold") for name, value in POSITIVE.items()),
    *(pytest.param(name, value, True, id=f"{name} holds") for name, value in NEGATED.items()),
    *(pytest.param(f"{name}IfExists", value, True, id=f"{name}IfExists holds") for name, value in EVERY),
    pytest.param("Null", "true", True, id="Null true holds"),
    pytest.param("Null", "false", False, id="Null false does not hold"),
    pytest.param("Null", ["true", "false"], True, id="Null with both always holds"),
    *(pytest.param(f"ForAllValues:{name}", value, True, id=f"ForAllValues:{name} holds") for name, value in EVERY),
    *(
        pytest.param(f"ForAllValues:{name}IfExists", value, True, id=f"ForAllValues:{name}IfExists holds")
        for name, value in EVERY
    ),
    *(
        pytest.param(f"ForAnyValue:{name}", value, False, id=f"ForAnyValue:{name} does not hold")
        for name, value in EVERY
    ),
]


@pytest.mark.parametrize(("operator", "wanted", "answer"), TABLE)
def test_a_key_that_the_request_lacks(operator: str, wanted: Any, answer: bool) -> None:
    """The table of missing keys, row by row; when it is not known, the answer is the same and hangs on the key."""
    assert holds({operator: {KEY: wanted}}, ABSENT) is answer
    assert holds({operator.upper() if ":" not in operator else operator: {KEY.upper(): wanted}}, ABSENT) is answer
    unknown = decide(denied_by({operator: {KEY: wanted}}))
    assert (unknown.outcome == "explicitDeny", unknown.depends) == (answer, frozenset({KEY.lower()}))


@pytest.mark.parametrize(("operator", "wanted"), EVERY)
def test_values_that_are_all_empty_are_none(operator: str, wanted: str) -> None:
    """For set operators, values that are all empty text are as if the request had none."""
    for values in [("",), ("", "")]:
        assert holds({f"ForAllValues:{operator}": {KEY: wanted}}, {KEY: values})
        assert not holds({f"ForAnyValue:{operator}": {KEY: wanted}}, {KEY: values})


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("StringEquals", "a"),
        ("StringNotEquals", "a"),
        ("StringLikeIfExists", "*"),
        ("ArnNotLike", "arn:aws:iam::*:role/x"),
    ],
)
def test_a_single_valued_operator_on_several_values(operator: str, wanted: str) -> None:
    """An operator without a set operator never matches a key with several values, negated or not."""
    assert not holds({operator: {"aws:TagKeys": wanted}}, {"aws:TagKeys": ("a", "b")})
    assert not holds({operator: {"aws:TagKeys": wanted}}, {"aws:TagKeys": ("a",)})


def test_what_aws_leaves_open() -> None:
    """ForAnyValue with IfExists on a missing key lets less through (a Deny holds, an Allow does not), and the answer names the key."""
    condition = {"ForAnyValue:StringEqualsIfExists": {KEY: "a"}}
    denied = decide(denied_by(condition), context=ABSENT)
    assert (denied.outcome, denied.depends) == ("explicitDeny", frozenset({KEY.lower()}))
    allowed = decide(Policies(identity=(identity(statement("Allow", Condition=condition)),)), context=ABSENT)
    assert (allowed.outcome, allowed.depends) == ("implicitDeny", frozenset({KEY.lower()}))
    assert holds(condition, {KEY: ("a", "b")})
    assert not holds(condition, {KEY: ("b",)})


HANGS = {"StringEquals": {KEY: "a"}}


@pytest.mark.parametrize(
    ("policies", "request_"),
    [
        pytest.param(denied_by(HANGS, action="ec2:*"), {}, id="the statement is about other actions"),
        pytest.param(denied_by(HANGS, Resource="arn:aws:s3:::other/*"), {}, id="about other resources"),
        pytest.param(
            denied_by({**HANGS, "Bool": {"aws:SecureTransport": "false"}}), {}, id="another condition does not hold"
        ),
        pytest.param(
            denied_by({"StringEquals": {KEY: "a", "aws:PrincipalType": "User"}}),
            {},
            id="another key of the operator does not match",
        ),
        pytest.param(
            Policies(scps=(Level("Root", (FULL, scp(statement("Deny")), scp(statement("Deny", Condition=HANGS)))),)),
            {},
            id="another statement denies certainly",
        ),
        pytest.param(
            Policies(scps=(Level("Root", (FULL, scp(statement("Allow", Condition=HANGS)))),)),
            {},
            id="another statement allows certainly",
        ),
        pytest.param(
            Policies(scps=(Level("Root", (scp(statement("Allow", Condition=HANGS)),)), Level("Unit", ()))),
            {},
            id="another level allows nothing",
        ),
        pytest.param(
            Policies(
                identity=(identity(statement("Allow", Condition=HANGS)),),
                boundary=identity(statement("Allow", "ec2:*")),
            ),
            {},
            id="the boundary does not allow",
        ),
        pytest.param(denied_by(HANGS), {"principal": "cloudtrail.amazonaws.com"}, id="the policy does not bind"),
        pytest.param(
            denied_by({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "${aws:PrincipalTag/x}"]}}),
            {"context": {"aws:TagKeys": ("a",)}},
            id="another value matches",
        ),
    ],
)
def test_answers_that_hang_on_nothing(policies: Policies, request_: dict[str, Any]) -> None:
    """A key that is not given is not named, where the answer would be the same with any value of it."""
    assert decide(policies, **request_).depends == frozenset()


def test_answers_that_hang_on_several_keys() -> None:
    """Every key that may change the answer is named."""
    both = denied_by({"StringEquals": {KEY: "a", "aws:SourceVpc": "vpc-1"}})
    assert decide(both).depends == {KEY.lower(), "aws:sourcevpc"}
    assert decide(both, context={KEY: "a"}).depends == {"aws:sourcevpc"}
    assert decide(both, context={KEY: "b"}).depends == frozenset()
    either = Policies(
        scps=(
            Level(
                "Root",
                (
                    FULL,
                    scp(statement("Deny", Condition=HANGS)),
                    scp(statement("Deny", Condition={"Bool": {"aws:ViaAWSService": "true"}})),
                ),
            ),
        )
    )
    assert decide(either).depends == {KEY.lower(), "aws:viaawsservice"}
    assert outcome(either, context={KEY: "a"}) == "explicitDeny"
    assert decide(either, context={KEY: "a"}).depends == frozenset()
