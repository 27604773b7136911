"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String."""

import pytest

from guardrails.iam.conditions import operators
from guardrails.iam.patterns import Piece


def matches(operator: str, wanted: str, found: str) -> bool:
    return operators()[operator.casefold()].matcher([Piece(wanted)])(found)


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "answer"),
    [
        ("StringEquals", "john", "john", True),
        ("StringEquals", "john", "John", False),
        ("StringEquals", "jo*", "john", False),
        ("StringEquals", "jo*", "jo*", True),
        ("StringEqualsIgnoreCase", "john", "John", True),
        ("StringEqualsIgnoreCase", "john", "johnny", False),
        ("StringLike", "home/*", "home/kim/notes", True),
        ("StringLike", "home/*", "Home/kim", False),
        ("StringLike", "home/", "home/kim", False),
        ("StringLike", "j?hn", "john", True),
        ("StringLike", "j?hn", "jhn", False),
        ("StringLike", "arn:aws:someservice:*:111122223333:finance/*",
         "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", True),
        ("StringLike", "a.c", "abc", False),
        ("StringLike", "*", "two\nlines", True),
    ],
)  # fmt: skip
def test_one_value(operator: str, wanted: str, found: str, answer: bool) -> None:
    """Equals is exact, IgnoreCase is not about wildcards, Like knows `*` and `?` and nothing else, over colons and lines."""
    assert matches(operator, wanted, found) is answer


def test_negated_operators() -> None:
    """Each operator has a negated twin that tests the same and is marked as negated."""
    for name in ("Equals", "EqualsIgnoreCase", "Like"):
        positive, negative = operators()[f"string{name}".casefold()], operators()[f"stringnot{name}".casefold()]
        assert (positive.negated, negative.negated) == (False, True)
        assert positive.matcher is negative.matcher
        assert positive.variables
        assert negative.variables


def test_inserted_text_is_literal() -> None:
    """A wildcard that comes from a variable's value is a plain character."""
    like = operators()["stringlike"].matcher([Piece("home/"), Piece("*", literal=True), Piece("/*")])
    assert like("home/*/x")
    assert not like("home/kim/x")
