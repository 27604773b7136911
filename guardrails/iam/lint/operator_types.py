"""Operators that cannot compare the values of their key, or that take a wildcard for the character.

Text compares what is text, and ARNs, which are written as text too. An ARN operator compares text where the values are ARNs: those
of an encryption context, say.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from guardrails.iam.condition_block import OperatorUse
from guardrails.iam.global_condition_keys import ConditionKey
from guardrails.iam.lint import Found, Rule
from guardrails.iam.lint.condition_keys import known_key
from guardrails.iam.linted import Linted, Test
from guardrails.iam.patterns import Piece, parse

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "String": ("String", "Binary"),
    "ARN": ("Arn", "String"),
    "Bool": ("Bool",),
    "Numeric": ("Numeric",),
    "Date": ("Date",),
    "IPAddress": ("IpAddress", "NotIpAddress"),
    "Binary": ("Binary",),
}
"""The beginnings of the names of the operators that compare values of a type."""


def _unfit(policy: Linted) -> Iterator[Found]:
    for test, key in _misfits(policy):
        if not _truth_as_text(test, key):
            kind = " or ".join(key.types)
            wanted = " or ".join(f"{FITTING[each][0]}…" for each in key.types)
            message = f"{test.use.operator.name} does not compare {key.name}, whose type is {kind}"
            yield Found(test.path, message, f"use {wanted}")


def _written_out(policy: Linted) -> Iterator[Found]:
    for test, key in _misfits(policy):
        if _truth_as_text(test, key):
            message = f"{test.use.operator.name} compares {key.name}, which is true or false, as text"
            yield Found(test.path, message, "use Bool: it takes True for true")


def _misfits(policy: Linted) -> Iterator[tuple[Test, ConditionKey]]:
    for statement in policy.statements:
        for test in statement.tests:
            key = known_key(statement, test)
            if key and not _fits(test.use, key.types, test):
                yield test, key


def _truth_as_text(test: Test, key: ConditionKey) -> bool:
    """Whether text is compared with "true" or "false": AWS's own policies do so."""
    words = all(value in {"true", "false"} for value in test.values)
    return key.types == ("Bool",) and test.use.operator.name.startswith("String") and words


def _fits(use: OperatorUse, types: tuple[str, ...], test: Test) -> bool:
    name = use.operator.name
    if name == "Null" or any(name.startswith(FITTING[each]) for each in types):
        return True
    arns = all(value.startswith(("arn:", "*", "$")) for value in test.values)
    return name.startswith("Arn") and "String" in types and arns


def _taken_as_it_is(policy: Linted) -> Iterator[Found]:
    """A `*` in what is compared whole; one that stands alone may be meant so, as `lambda:Principal` knows it."""
    for test in (test for statement in policy.statements for test in statement.tests):
        name = test.use.operator.name
        value = next((value for value in test.values if value != "*" and _has_wildcard(value)), "")
        if value and name.startswith(("StringEquals", "StringNotEquals")):
            like = "StringNotLike" if test.use.operator.negated else "StringLike"
            yield Found(test.path, f"{name} takes the * in {value!r} for that character", f"use {like}")


def _has_wildcard(value: str) -> bool:
    try:
        parts = parse(value).parts
    except ValueError:
        return False
    return any(isinstance(part, Piece) and not part.literal and "*" in part.text for part in parts)


RULES: Final = (
    Rule("GR304", "the operator does not compare values of the key's type", "error", SOURCE, _unfit),
    Rule("GR310", "a truth value is compared as text", "warning", SOURCE, _written_out),
    Rule("GR311", "a wildcard is compared as a character", "warning", SOURCE, _taken_as_it_is),
)
