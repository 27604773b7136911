"""What an answer would be otherwise: for each key that the request did not give and the answer hangs on, what each value would make of it.

The values that are tried are those which the policies name, one that they do not name, and none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from guardrails.iam import Decision, Outcome, Values
from guardrails.iam.condition_block import Test
from guardrails.iam.policies import Policies
from guardrails.simulation.policies import Understood, decision_of

ANOTHER: Final = "another"
ABSENT: Final = "(absent)"
BOOLEANS: Final = ("true", "false")


@dataclass(frozen=True, order=True)
class Alternative:
    """What the answer is when a key has one of these values, as they are shown; `(absent)` and `another` among them."""

    key: str
    values: tuple[str, ...]
    outcome: Outcome


def alternatives(ready: Understood, decision: Decision) -> tuple[Alternative, ...]:
    """For each key that a decision hangs on, the outcomes by its value; none for a key that decides only together with another.

    Raises: UnsupportedPolicy.
    """
    return tuple(item for key in sorted(decision.depends) for item in _of_key(ready, key))


def _of_key(ready: Understood, key: str) -> Iterator[Alternative]:
    tests = [test for test in _tests(ready.policies) if test.key == key]
    outcomes: dict[Outcome, list[str]] = {}
    for shown, value in _values(tests):
        request = replace(ready.request, context={**ready.request.context, key: value})
        outcomes.setdefault(decision_of(replace(ready, request=request)).outcome, []).append(shown)
    spelled = next((test.name for test in tests), key)
    for outcome, values in outcomes.items():
        yield Alternative(spelled, tuple(values), outcome)


def _tests(policies: Policies) -> Iterator[Test]:
    for entry in policies.entries:
        yield from entry.statement.tests


def _values(tests: list[Test]) -> Iterator[tuple[str, Values]]:
    """Each value that the conditions on a key name, as it is shown and as a request would have it; another; and none."""
    several = any(test.use.quantifier for test in tests)
    named = [value for test in tests if test.use.operator.name != "Null" for value in test.values if "${" not in value]
    boolean = any(test.use.operator.name == "Bool" for test in tests)
    for value in dict.fromkeys(BOOLEANS if boolean else named):
        plain = value.replace("*", "example").replace("?", "x")
        yield value, (plain,) if several else plain
    if not boolean:
        yield ANOTHER, (ANOTHER,) if several else ANOTHER
    yield ABSENT, ()
