"""What all condition operators have in common, each row from AWS's pages.

OPERATORS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
SETS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
LOGIC: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

import pytest

from guardrails.iam.condition_block import compile_test, operator_use, value_texts
from guardrails.iam.context import Context, Request, Values
from guardrails.iam.refusal import UnsupportedPolicy

KEY = "aws:TagKeys"


def holds(operator: str, wanted: list[str], given: dict[str, Values], key: str = KEY) -> bool:
    request = Request("arn:aws:iam::111111111111:role/R", "ec2:CreateTags", context=given)
    return compile_test(operator_use(operator), key, wanted).holds(Context(request))


@pytest.mark.parametrize(
    ("operator", "answer"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("ArnLike", False),
        ("ArnNotLike", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAllValues:StringEqualsIfExists", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
@pytest.mark.parametrize("given", [{}, {KEY: ()}])
def test_missing_key(operator: str, answer: bool, given: dict[str, Values]) -> None:
    """OPERATORS, SETS: a missing key, or one without values, is no match, so negated holds; IfExists and ForAllValues hold."""
    assert holds(operator, ["arn:aws:iam::*:role/x"], given) is answer


@pytest.mark.parametrize(
    ("operator", "given", "answer"),
    [
        ("ForAllValues:StringEquals", ("environment", "cost"), True),
        ("ForAllValues:StringEquals", ("environment", "other"), False),
        ("ForAllValues:StringEquals", ("",), True),
        ("ForAnyValue:StringEquals", ("environment", "other"), True),
        ("ForAnyValue:StringEquals", ("other",), False),
        ("ForAnyValue:StringEquals", ("",), False),
        ("ForAllValues:StringNotEquals", ("other", "another"), True),
        ("ForAllValues:StringNotEquals", ("other", "cost"), False),
        ("ForAnyValue:StringNotEquals", ("other", "cost"), True),
        ("ForAnyValue:StringNotEquals", ("environment", "cost"), False),
        ("foranyvalue:stringlike", ("environment",), True),
        ("ForAnyValue:StringEquals", "cost", True),
    ],
)
def test_set_operators(operator: str, given: Values, answer: bool) -> None:
    """SETS: all or any values of the request; each is compared with every value of the policy, negated means with none of them."""
    assert holds(operator, ["environment", "cost"], {KEY: given}) is answer


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringEqualsIfExists"])
def test_a_single_valued_operator_never_matches_several_values(operator: str) -> None:
    """SETS: several values need a set operator; without one the condition does not hold, negated or not."""
    assert not holds(operator, ["a"], {KEY: ("a", "b")})


@pytest.mark.parametrize(
    ("operator", "given", "answer"),
    [
        ("StringEquals", "b", True),
        ("StringEquals", "c", False),
        ("StringNotEquals", "b", False),
        ("StringNotEquals", "c", True),
    ],
)
def test_several_wanted_values(operator: str, given: str, answer: bool) -> None:
    """LOGIC: one matching value is enough; a negated operator wants none to match."""
    assert holds(operator, ["a", "b"], {"aws:PrincipalTag/team": given}, "aws:PrincipalTag/team") is answer


def test_names_of_keys_and_operators_ignore_case() -> None:
    """OPERATORS: keys and operators are found whatever their case; values are not."""
    assert holds("stringequals", ["red"], {"AWS:principaltag/TEAM": "red"}, "aws:PrincipalTag/team")
    assert not holds("StringEquals", ["RED"], {"aws:PrincipalTag/team": "red"}, "aws:PrincipalTag/team")


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "answer"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "red", "k:v": "red"}, True),
        ("StringEquals", "${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "red", "k:v": "blue"}, False),
        ("StringEquals", "${aws:PrincipalTag/team}", {"k:v": "red"}, False),
        ("StringNotEquals", "${aws:PrincipalTag/team}", {"k:v": "red"}, True),
        ("StringEquals", "${aws:PrincipalTag/team, 'none'}", {"k:v": "none"}, True),
        ("StringLike", "${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "*", "k:v": "anything"}, False),
        ("StringLike", "${aws:PrincipalTag/team}-*", {"aws:PrincipalTag/team": "red", "k:v": "red-1"}, True),
        ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:role/*", {"k:v": "arn:aws:iam::111111111111:role/x"}, True),
        ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:role/*", {"k:v": "arn:aws:iam::222222222222:role/x"}, False),
        ("StringEquals", "${aws:TagKeys}", {"aws:TagKeys": ("red",), "k:v": "red"}, False),
        ("Bool", "${aws:SecureTransport}", {"k:v": "true"}, True),
    ],
)
def test_variables(operator: str, wanted: str, given: dict[str, Values], answer: bool) -> None:
    """A variable is compared as the literal value of its key; without one nothing matches, and so negated operators hold.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    assert holds(operator, [wanted], given, "k:v") is answer


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("StringEqual", "StringEquals"),
        ("ForAllValues:Null", "Null stands alone"),
        ("NullIfExists", "Null"),
        ("For:Bool", "unknown"),
    ],
)
def test_unknown_operators_are_refused(name: str, hint: str) -> None:
    """An operator that does not exist is refused, with the nearest right name."""
    with pytest.raises(UnsupportedPolicy, match=hint):
        operator_use(name)


@pytest.mark.parametrize("given", [{}, {KEY: ()}])
@pytest.mark.parametrize("denies", [True, False])
def test_what_aws_leaves_open_lets_less_through(denies: bool, given: dict[str, Values]) -> None:
    """ForAnyValue with IfExists and a missing key holds in a Deny, not in an Allow, and the answer hangs on the key."""
    assert holds("ForAnyValue:StringEqualsIfExists", ["a"], {KEY: ("a",)})
    test = compile_test(operator_use("ForAnyValue:StringEqualsIfExists"), KEY, ["a"], denies=denies)
    request = Request("arn:aws:iam::111111111111:role/R", "ec2:CreateTags", context=given)
    assert test.ask(Context(request)) == (denies, frozenset({"aws:tagkeys"}))


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEqualsIfExists", "Null", "ForAllValues:StringLike"])
def test_a_key_that_was_not_given_is_named(operator: str) -> None:
    """An answer about a key of which nothing is known names it; about one that is certainly absent it does not."""
    test = compile_test(operator_use(operator), KEY, ["true"])
    role = "arn:aws:iam::111111111111:role/R"
    assert test.ask(Context(Request(role, "ec2:CreateTags")))[1] == {"aws:tagkeys"}
    assert not test.ask(Context(Request(role, "ec2:CreateTags", context={KEY: ()})))[1]


def test_values_as_text() -> None:
    """JSON numbers and truth values are taken as the text that AWS compares; objects and null are none."""
    assert value_texts([True, 10, "x", 1.5]) == ("true", "10", "x", "1.5")
    assert value_texts("x") == ("x",)
    assert value_texts(None) is None
    assert value_texts({}) is None
