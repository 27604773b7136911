"""Conditions on keys with several values, and the set operators that they need: where they never match, and where they always do.

How many values a key of a service has is not always told right, so it is an error only of global keys.
"""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.catalogue import catalogue
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.global_condition_keys import ConditionKey
from guardrails.iam.grammar import MULTIVALUED_KEYS
from guardrails.iam.lint import Found, Rule
from guardrails.iam.lint.condition_keys import known_key
from guardrails.iam.linted import Linted, Statement, Test

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"
GLOBAL: Final = "aws:"
BEFORE: Final = "put ForAnyValue: or ForAllValues: before it"
SET_OPERATORS: Final = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys-qualifiers.html"
)


def _tests(policy: Linted) -> Iterator[tuple[Statement, Test]]:
    return ((statement, test) for statement in policy.statements for test in _compared(statement))


def _compared(statement: Statement) -> Iterator[Test]:
    return (test for test in statement.tests if test.use.operator.name != NULL)


def _without_quantifier(policy: Linted) -> Iterator[tuple[bool, Test, ConditionKey]]:
    """The lines on keys with several values that have no set operator, and whether that the key has several is sure."""
    for statement, test in _tests(policy):
        key = known_key(statement, test)
        if key and key.multivalued and not test.use.quantifier:
            yield key.name.startswith(GLOBAL) or key.name.casefold() in MULTIVALUED_KEYS, test, key


def _never_matches(policy: Linted) -> Iterator[Found]:
    for sure, test, key in _without_quantifier(policy):
        if sure:
            message = f"{key.name} holds several values: {test.use.operator.name} never matches"
            yield Found(test.path, message, BEFORE)


def _hardly_matches(policy: Linted) -> Iterator[Found]:
    for sure, test, key in _without_quantifier(policy):
        if not sure:
            message = f"{key.name} is known to hold several values, which {test.use.operator.name} does not compare"
            yield Found(test.path, message, f"{BEFORE}, or see whether {key.name} has only one here")


def _single(policy: Linted) -> Iterator[Found]:
    for _, test in _tests(policy):
        key = catalogue().global_keys.find(test.key)
        if key and not key.multivalued and test.use.quantifier:
            yield Found(test.path, f"{key.name} holds one value, and needs no {test.use.quantifier}", "leave it out")


def _open_without_key(policy: Linted) -> Iterator[Found]:
    for statement, test in _tests(policy):
        if statement.denies or test.use.quantifier != "ForAllValues" or _is_there(statement, test.key):
            continue
        message = f"ForAllValues holds for a request without {test.key}, and so allows it"
        yield Found(test.path, message, f'add "Null": {{"{test.key}": "false"}}')


def _is_there(statement: Statement, key: str) -> bool:
    """Whether a statement holds only for requests that have a key: it says so, or asks for what brings it along."""
    brings = {"aws:tagkeys": "aws:requesttag/"}.get(key.casefold())
    return statement.guards(key) or any(
        not (test.use.operator.negated or test.use.if_exists or test.use.quantifier == "ForAllValues")
        and (test.key.casefold() == key.casefold() or (brings is not None and test.key.casefold().startswith(brings)))
        for test in _compared(statement)
    )


def _undecided(policy: Linted) -> Iterator[Found]:
    for _, test in _tests(policy):
        if test.use.quantifier == "ForAnyValue" and test.use.if_exists:
            message = f"ForAnyValue with IfExists: AWS leaves open what a request without {test.key} comes to"
            yield Found(test.path, message, "leave IfExists out, and say with Null what a missing key means")


RULES: Final = (
    Rule("GR305", "a key with several values needs a set operator", "error", SOURCE, _never_matches),
    Rule("GR306", "a key with one value needs no set operator", "warning", SOURCE, _single),
    Rule("GR307", "ForAllValues allows requests without the key", "warning", SET_OPERATORS, _open_without_key),
    Rule("GR308", "ForAnyValue with IfExists is undecided", "warning", SOURCE, _undecided),
    Rule("GR309", "a service's key may have several values", "warning", SOURCE, _hardly_matches),
)
