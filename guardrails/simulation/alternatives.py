"""What an answer would be otherwise: for each key that the request did not give and the answer hangs on, what each value would make of it.

The values that are tried are those which the policies name, one that they do not name, and none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from ipaddress import ip_network
from typing import Final

from guardrails.iam import Decision, Outcome, Values
from guardrails.iam.condition_block import Test
from guardrails.iam.conditions.date import seconds
from guardrails.iam.policies import Policies
from guardrails.simulation.policies import Understood, decision_of

ANOTHER: Final = "another"
CLOSED: Final = ("Bool", "Numeric", "Date")
"""Operators whose values are all tried, by those that a condition names and those beside them."""
ABSENT: Final = "(absent)"
GIVEN: Final = "given"
ELSEWHERE: Final = "198.51.100.1"
"""An address that is nobody's, set aside for documentation (RFC 5737)."""
BOOLEANS: Final = ("true", "false")


@dataclass(frozen=True, order=True)
class Alternative:
    """What the answer is when a key has one of these values, as they are shown; `(absent)`, `another` and `given` among them."""

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
    tried = dict(pair for test in tests for pair in _tried(test.use.operator.name, test.values))
    if not any(test.use.operator.name.startswith(CLOSED) for test in tests):
        tried[ANOTHER if tried else GIVEN] = ELSEWHERE if any(map(_is_address, tests)) else ANOTHER
    for shown, value in tried.items():
        yield shown, (value,) if several else value
    yield ABSENT, ()


def _is_address(test: Test) -> bool:
    return "IpAddress" in test.use.operator.name


def _tried(operator: str, named: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What to try for the values that a condition names, as it is shown and as it is: of numbers and moments, also those beside them."""
    if operator == "Bool":
        yield from ((value, value) for value in BOOLEANS)
    for value in named if operator not in ("Bool", "Null") else ():
        if "${" in value:
            continue
        if operator.startswith("Numeric"):
            number = Decimal(value)
            yield from ((str(near), str(near)) for near in (number - 1, number, number + 1))
        elif operator.startswith("Date"):
            moment = int(seconds(value) or 0)
            yield from (
                (f"{name} {value}".strip(), str(moment + by)) for name, by in (("before", -1), ("", 0), ("after", 1))
            )
        elif "IpAddress" in operator:
            yield value, str(ip_network(value, strict=False)[0])
        else:
            yield value, value.replace("*", "example").replace("?", "x")
