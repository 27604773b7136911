"""Conditions on keys with several values, and the set operators that they need: where they never match, and where they always do."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.catalogue import catalogue
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.lint import Found, Rule
from guardrails.iam.lint.condition_keys import known_key
from guardrails.iam.linted import Linted, Statement, Test

SOURCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"
SET_OPERATORS: Final = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys-qualifiers.html"
)


def _tests(policy: Linted) -> Iterator[tuple[Statement, Test]]:
    return (
        (statement, test)
        for statement in policy.statements
        for test in statement.tests
        if test.use.operator.name != NULL
    )


def _never_matches(policy: Linted) -> Iterator[Found]:
    for statement, test in _tests(policy):
        key = known_key(statement, test)
        if key and key.multivalued and not test.use.quantifier:
            message = f"{key.name} holds several values: {test.use.operator.name} never matches"
            yield Found(test.path, message, "put ForAnyValue: or ForAllValues: before it")


def _single(policy: Linted) -> Iterator[Found]:
    for _, test in _tests(policy):
        key = catalogue().global_keys.find(
            test.key
        )  # of keys of services it is not always told how many values they hold
        if key and not key.multivalued and test.use.quantifier:
            yield Found(test.path, f"{key.name} holds one value, and needs no {test.use.quantifier}", "leave it out")


def _open_without_key(policy: Linted) -> Iterator[Found]:
    for statement, test in _tests(policy):
        if statement.denies or test.use.quantifier != "ForAllValues" or statement.guards(test.key):
            continue
        message = f"ForAllValues holds for a request without {test.key}, and so allows it"
        yield Found(test.path, message, f'add "Null": {{"{test.key}": "false"}}')


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
)
