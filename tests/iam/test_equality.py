"""What is decided otherwise is found, with the request that tells; what is decided alike is not."""

from typing import Any

import pytest

from guardrails.iam.equality import difference, equal
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
TAGGED = {"StringLike": {"aws:PrincipalTag/team": "${aws:PrincipalTag/unit}-*"}}
LATER = {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}
INSIDE = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}, "Null": {"aws:SourceIp": "false"}}
PATHS = {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-a/*"}}


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    whole = [{"Effect": "Deny"} | ({} if "NotResource" in one else {"Resource": "*"}) | one for one in statements]
    return {"Version": "2012-10-17", "Statement": whole}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([{"Action": "s3:Get*"}], [{"Action": "s3:GetObject"}]),
        ([{"Action": "s3:GetObject"}], [{"Action": "s3:Get*"}]),
        ([{"Action": "*"}], [{"Action": "s3:*"}]),
        ([{"NotAction": "s3:Get*"}], [{"NotAction": "s3:*"}]),
        ([{"NotAction": ["s3:*", "iam:*"]}], [{"Action": "*"}]),
        (
            [{"Action": "s3:Get*", "Resource": BUCKET}, {"Action": "s3:Put*", "Resource": f"{BUCKET}/*"}],
            [{"Action": ["s3:Get*", "s3:Put*"], "Resource": [BUCKET, f"{BUCKET}/*"]}],
        ),
        ([{"Action": "s3:*", "NotResource": [BUCKET, f"{BUCKET}/*"]}], [{"Action": "s3:*", "NotResource": BUCKET}]),
        ([{"Action": "s3:*", "Resource": f"{BUCKET}/${{aws:username}}"}], [{"Action": "s3:*", "Resource": BUCKET}]),
        ([{"Action": "s3:*", "Condition": TAGGED}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": LATER}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": INSIDE}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": PATHS}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": {"Null": {"aws:x": "true"}}}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": {"Bool": {"aws:x": "true"}}}], [{"Action": "s3:*"}]),
        ([{"Action": "s3:*", "Condition": {"NumericLessThan": {"s3:x": "3"}}}], [{"Action": "s3:*"}]),
        ([{"Effect": "Allow", "Action": "s3:*"}], [{"Effect": "Allow", "Action": "s3:Get*"}]),
        ([{"Effect": "Allow", "Action": "s3:*"}, {"Action": "s3:*"}], [{"Effect": "Allow", "Action": "s3:*"}]),
    ],
)
def test_differences_are_found(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Actions, resources and conditions more or less, and products that are wider than their parts, in either direction."""
    for one, other in ((before, after), (after, before)):
        assert "before" in difference([_document(*one)], [_document(*other)], SERVICE_CONTROL)


def test_the_same_in_other_words_is_equal() -> None:
    """Statements in other documents, in another order, with lists split."""
    first = {"Action": ["s3:Get*", "s3:Put*"], "Condition": INSIDE}
    parts = [
        _document({"Action": "s3:Put*", "Condition": INSIDE}),
        _document({"Action": "s3:Get*", "Condition": INSIDE}),
    ]
    assert equal([_document(first)], parts, SERVICE_CONTROL)


def test_resource_control_policies_are_judged_as_such() -> None:
    """Their statements speak of everybody, and of the services that they restrict."""
    one = _document({"Action": "s3:*", "Principal": "*"})
    assert equal([one], [one], RESOURCE_CONTROL)
    assert difference([one], [_document({"Action": "s3:Get*", "Principal": "*"})], RESOURCE_CONTROL)


def test_what_cannot_be_judged_is_the_same_on_both_sides() -> None:
    """A request that AWS's documentation leaves open is no difference where it is left open before and after."""
    document = _document({"Action": "s3:*", "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:x": "a"}}})
    assert equal([document], [document], SERVICE_CONTROL)
