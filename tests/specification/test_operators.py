"""What each condition operator says of a value, and how conditions are joined.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.iam import UnsupportedPolicy
from tests.specification.cases import decide, denied_by, holds

KEY = "aws:PrincipalTag/x"
ARN = "arn:aws:iam::111111111111:role/team/R"
ROWS = [
    ("StringEquals", "Red", "Red", True, "the same text"),
    ("StringEquals", "Red", "red", False, "case counts"),
    ("StringEquals", "r*", "red", False, "a wildcard is a character"),
    ("StringEquals", "r*", "r*", True, "and equals itself"),
    ("StringEqualsIgnoreCase", "RED", "red", True, "case does not count"),
    ("StringLike", "r*d", "red", True, "any characters"),
    ("StringLike", "r*d", "rd", True, "or none"),
    ("StringLike", "r?d", "rd", False, "one character, not none"),
    ("StringLike", "R*", "red", False, "case counts"),
    ("StringLike", "arn:*:end", "arn:a:b:c:end", True, "colons are characters"),
    ("StringLike", "a*", "a\nb", True, "line breaks too"),
    ("StringLike", "red", "reddish", False, "a match is whole"),
    ("StringLike", "", "", True, "the empty text"),
    ("ArnLike", "arn:aws:iam::*:role/team/*", ARN, True, "segment by segment"),
    ("ArnLike", "arn:aws:iam::1111*:role/team/?", ARN, True, "wildcards in any segment"),
    ("ArnLike", "arn:aws:s*:*:1:t", "arn:aws:sns:eu:2:1:t", False, "a wildcard stays in its segment"),
    ("StringLike", "arn:aws:s*:*:1:t", "arn:aws:sns:eu:2:1:t", True, "other than as text"),
    ("ArnEquals", "arn:aws:iam::*:role/team/*", ARN, True, "ArnEquals is ArnLike"),
    ("ArnLike", "arn:aws:iam::*:role/Team/*", ARN, False, "case counts"),
    ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a:b/c", True, "in the sixth a wildcard takes colons"),
    ("ArnLike", "arn:aws:iam::*:role/*", "no ARN", False, "what is no ARN"),
    ("ArnLike", "*", ARN, True, "everything"),
    ("NumericEquals", "10", "10.0", True, "decimals are compared as numbers"),
    ("NumericEquals", "0.1", "0.10", True, "exactly"),
    ("NumericLessThan", "10", "9", True, "and not as text"),
    ("NumericLessThan", "10", "10", False, "less is less"),
    ("NumericLessThanEquals", "10", "10", True, "or equal"),
    ("NumericGreaterThan", "-1", "0", True, "negative numbers"),
    ("NumericGreaterThanEquals", "2.5", "2.5", True, "decimals"),
    ("NumericEquals", "10", "ten", False, "what is no number"),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True, "time zones"),
    ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True, "a day begins at midnight"),
    ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True, "seconds since 1970, mixed with ISO 8601"),
    ("DateLessThan", "2026-01-01T00:00:00Z", "1767225599", True, "either way"),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False, "before is before"),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True, "at or before"),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", True, "after"),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", False, "at or after"),
    ("DateEquals", "2026-01-01", "yesterday", False, "what is no date"),
    ("Bool", "true", "true", True, "truth"),
    ("Bool", "True", "TRUE", True, "in whatever case"),
    ("Bool", True, "true", True, "as JSON writes it"),
    ("Bool", False, "true", False, "JSON's other value"),
    ("Bool", "false", "", False, "what is neither"),
    ("BinaryEquals", "QUJD", "QUJD", True, "the same bytes"),
    ("BinaryEquals", "QUJD", "QUJE", False, "other bytes"),
    ("BinaryEquals", "QUJD", "ABC", False, "what is no base64"),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", True, "within a range"),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", False, "beyond it"),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True, "a single address"),
    ("IpAddress", "203.0.113.7", "203.0.113.8", False, "and no other"),
    ("IpAddress", "203.0.113.9/24", "203.0.113.1", True, "a range by any address in it"),
    ("IpAddress", "2001:DB8::/32", "2001:db8:0:0:0:0:0:1", True, "version 6, in any spelling"),
    ("IpAddress", "2001:db8::1", "2001:0DB8:0000::0001", True, "a single one"),
    ("IpAddress", "0.0.0.0/0", "198.51.100.1", True, "all of version 4"),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", False, "and none of version 6"),
    ("IpAddress", "::/0", "2001:db8::1", True, "all of version 6"),
    ("IpAddress", "::/0", "198.51.100.1", False, "and none of version 4"),
    ("IpAddress", "0.0.0.0/0", "not an address", False, "what is no address"),
]
NEGATIONS = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnLike": "ArnNotLike",
    "ArnEquals": "ArnNotEquals",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
}


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "answer"), [pytest.param(*row[:4], id=f"{row[0]}: {row[4]}") for row in ROWS]
)
def test_an_operator_on_a_value(operator: str, wanted: Any, value: str, answer: bool) -> None:
    """The operator says so, with IfExists too and in whatever case; its negation says the opposite; so do set operators on one value."""
    given = {KEY: value}
    assert holds({operator: {KEY: wanted}}, given) is answer
    assert holds({f"{operator}IfExists": {KEY: wanted}}, given) is answer
    assert holds({operator.swapcase(): {KEY: [wanted]}}, given) is answer
    if value:
        assert holds({f"ForAnyValue:{operator}": {KEY: wanted}}, {KEY: (value,)}) is answer
        assert holds({f"forallvalues:{operator}ifexists": {KEY: wanted}}, {KEY: (value,)}) is answer
    if operator in NEGATIONS:
        assert holds({NEGATIONS[operator]: {KEY: wanted}}, given) is not answer


@pytest.mark.parametrize(
    ("condition", "context", "answer"),
    [
        pytest.param({"StringEquals": {"a:k": ["x", "y"]}}, {"a:k": "y"}, True, id="one of several values is enough"),
        pytest.param({"StringEquals": {"a:k": ["x", "y"]}}, {"a:k": "z"}, False, id="none of them is not"),
        pytest.param({"StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": "y"}, False, id="negated: none of them"),
        pytest.param({"StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": "z"}, True, id="negated: as none of them is"),
        pytest.param({"StringNotLike": {"a:k": ["x*", "y*"]}}, {"a:k": "yes"}, False, id="negated, with wildcards"),
        pytest.param({"StringEquals": {"a:k": "x", "a:l": "y"}}, {"a:k": "x", "a:l": "y"}, True, id="every key"),
        pytest.param(
            {"StringEquals": {"a:k": "x", "a:l": "y"}}, {"a:k": "x", "a:l": "z"}, False, id="not one of them alone"
        ),
        pytest.param(
            {"StringEquals": {"a:k": "x"}, "Bool": {"a:l": "true"}},
            {"a:k": "x", "a:l": "true"},
            True,
            id="every operator",
        ),
        pytest.param(
            {"StringEquals": {"a:k": "x"}, "Bool": {"a:l": "true"}},
            {"a:k": "x", "a:l": "false"},
            False,
            id="not one of them alone",
        ),
        pytest.param(
            {"StringNotEquals": {"a:k": "x", "a:l": "y"}},
            {"a:k": "x", "a:l": "z"},
            False,
            id="negated keys are joined by AND too",
        ),
        pytest.param(
            {"ForAllValues:StringEquals": {"a:k": ["x", "y"]}},
            {"a:k": ("x", "y")},
            True,
            id="all values are among them",
        ),
        pytest.param({"ForAllValues:StringEquals": {"a:k": ["x", "y"]}}, {"a:k": ("x", "z")}, False, id="one is not"),
        pytest.param({"ForAnyValue:StringEquals": {"a:k": ["x", "y"]}}, {"a:k": ("x", "z")}, True, id="one is"),
        pytest.param({"ForAnyValue:StringEquals": {"a:k": ["x", "y"]}}, {"a:k": ("w", "z")}, False, id="none is"),
        pytest.param(
            {"ForAllValues:StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": ("w", "z")}, True, id="all are none of them"
        ),
        pytest.param(
            {"ForAllValues:StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": ("w", "x")}, False, id="one is one of them"
        ),
        pytest.param(
            {"ForAnyValue:StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": ("w", "x")}, True, id="one is none of them"
        ),
        pytest.param(
            {"ForAnyValue:StringNotEquals": {"a:k": ["x", "y"]}}, {"a:k": ("x", "y")}, False, id="each is one of them"
        ),
        pytest.param(
            {"ForAnyValue:Stringlike": {"a:k": "x*"}}, {"a:k": ("xyz",)}, True, id="spelled as AWS itself ships it"
        ),
        pytest.param({"Null": {"a:k": "false"}}, {"a:k": "x"}, True, id="a key that is there"),
        pytest.param({"Null": {"a:k": False}}, {"a:k": "x"}, True, id="as JSON writes it"),
        pytest.param({"Null": {"a:k": "true"}}, {"a:k": "x"}, False, id="is not missing"),
        pytest.param({"StringEquals": {"A:K": "x"}}, {"a:k": "x"}, True, id="key names ignore case"),
        pytest.param({"NumericEquals": {"a:k": 10}}, {"a:k": "10"}, True, id="numbers as JSON writes them"),
    ],
)
def test_how_conditions_are_joined(condition: Any, context: Any, answer: bool) -> None:
    """AND across operators and keys, OR across values; negated operators want none; set operators ask each value of the request."""
    assert holds(condition, context) is answer


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "answer"),
    [
        ("StringEquals", "${a:who}", "kim", True),
        ("StringEquals", "${a:who}", "lee", False),
        ("StringLike", "home/${a:who}/*", "home/kim/x", True),
        ("StringLike", "home/${a:who}/*", "home/lee/x", False),
        ("ArnLike", "arn:aws:iam::*:user/${a:who}", "arn:aws:iam::111111111111:user/kim", True),
        ("StringEquals", "${a:nobody}", "kim", False),
        ("StringNotEquals", "${a:nobody}", "kim", True),
        ("StringNotLike", "${a:nobody}/*", "kim/x", True),
        ("ArnNotLike", "arn:aws:iam::*:user/${a:nobody}", "arn:aws:iam::111111111111:user/kim", True),
        ("StringEquals", "${a:nobody, 'kim'}", "kim", True),
        ("StringEquals", "${a:several}", "kim", False),
        ("StringNotEquals", "${a:several}", "kim", True),
    ],
)
def test_variables_in_conditions(operator: str, wanted: str, value: str, answer: bool) -> None:
    """A variable is its key's one value; without one nothing matches, so a negated operator holds."""
    given: dict[str, Any] = {"a:k": value, "a:who": "kim", "a:nobody": (), "a:several": ("kim", "lee")}
    assert holds({operator: {"a:k": wanted}}, given) is answer


@pytest.mark.parametrize(
    "operator",
    ["StringEqual", "StringEqualsifExist", "ForAllValues:Null", "NullIfExists", "ForSome:StringEquals", "NotBool", ""],
)
def test_what_is_no_operator(operator: str) -> None:
    """A name that AWS does not know is refused, never guessed."""
    with pytest.raises((UnsupportedPolicy, ConfigError)):
        decide(denied_by({operator: {"a:k": "x"}}))


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("NumericEquals", "ten"),
        ("DateLessThan", "tomorrow"),
        ("Bool", "maybe"),
        ("IpAddress", "203.0.113.0/33"),
        ("IpAddress", "203.0.*"),
        ("BinaryEquals", "?"),
        ("Null", "x"),
    ],
)
def test_a_value_of_the_wrong_type(operator: str, wanted: str) -> None:
    """A value in a policy that is not of its operator's type is refused."""
    with pytest.raises(ConfigError):
        decide(denied_by({operator: {"a:k": wanted}}))
