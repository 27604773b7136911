"""The Condition element: what all operators have in common.

| key missing, or without a value | result |
|---|---|
| positive operator | does not hold |
| negated operator | holds |
| `…IfExists` | holds |
| `Null: "true"` | holds |
| `ForAllValues:` (also when all values are empty text) | holds |
| `ForAnyValue:` | does not hold |
| `ForAnyValue:…IfExists` | undecided in AWS's documentation: whatever lets less through, and the answer says that it hangs on the key |

A key that is not given may be there all the same: then the answer is the table's, and names the key.

All conditions of a block must hold; one matching value of several is enough, and a negated operator wants none to match.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from guardrails.iam.answers import NO, YES, Answer, both, certain, either
from guardrails.iam.conditions import Operator, operators
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.context import Context, Values
from guardrails.iam.patterns import Matcher, Pattern, Piece, parse, possible_matcher, verbatim
from guardrails.iam.refusal import UnsupportedPolicy

REMEMBERED: Final = 4096
"""How many values of a key a test remembers its answers for."""
Quantifier = Literal["", "ForAllValues", "ForAnyValue"]
_NAME: Final = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)
_QUANTIFIERS: Final[Mapping[str, Quantifier]] = {
    "": "",
    "forallvalues": "ForAllValues",
    "foranyvalue": "ForAnyValue",
}


@dataclass(frozen=True, slots=True)
class OperatorUse:
    """An operator as a policy uses it: with a set operator before it, `IfExists` behind it, or neither."""

    operator: Operator
    quantifier: Quantifier = ""
    if_exists: bool = False


@lru_cache(maxsize=1024)
def operator_use(name: str) -> OperatorUse:
    """The operator that a name in a Condition element stands for.

    Raises: UnsupportedPolicy, when there is no such operator.
    """
    match = _NAME.fullmatch(name)
    operator = operators().get(match[2].casefold()) if match else None
    if match is None or operator is None:
        from difflib import get_close_matches

        close = get_close_matches(name, [known.name for known in operators().values()], n=1)
        raise UnsupportedPolicy(f"unknown condition operator {name!r}", f"did you mean {close[0]!r}?" if close else "")
    use = OperatorUse(operator, _QUANTIFIERS[(match[1] or "").casefold()], bool(match[3]))
    if operator.name == NULL and (use.quantifier or use.if_exists):
        raise UnsupportedPolicy(f"{name!r} does not exist", "Null stands alone")
    return use


class Test:
    """One line of a Condition element: an operator, a key and values, ready to be asked many times.

    `key` is in lower case, `name` as it was written. `denies` says whether its statement does: what AWS leaves undecided is
    answered so that less is let through.
    """

    __slots__ = ("_absent", "_answers", "_matchers", "_patterns", "_unknown", "key", "name", "use", "values")

    def __init__(self, use: OperatorUse, key: str, values: Sequence[str], *, denies: bool, variables: bool) -> None:
        self.use, self.name, self.key, self.values = use, key, key.lower(), tuple(values)
        known = variables and use.operator.variables
        patterns = [parse(text) if known else verbatim(text) for text in values]
        self._patterns = tuple(pattern for pattern in patterns if pattern.variables)
        ready = [pattern.resolve(lambda name: None) for pattern in patterns if not pattern.variables]
        self._matchers = tuple(use.operator.matcher(pieces) for pieces in ready if pieces)
        self._answers: dict[Values, Answer] = {}
        self._absent = self._without_value(denies=denies)
        self._unknown = (self._absent[0], frozenset({self.key}))

    def ask(self, context: Context) -> Answer:
        """Whether this line holds for a request."""
        found = context.find(self.key)
        if found is None:
            return self._unknown
        if found == ():
            return self._absent
        known = self._answers.get(found)
        if known is None:
            known = self._holds(found, context)
            if not self._patterns:
                if len(self._answers) >= REMEMBERED:
                    self._answers.clear()
                self._answers[found] = known
        return known

    def holds(self, context: Context) -> bool:
        """Whether this line holds for a request, as far as is known."""
        return self.ask(context)[0]

    def _without_value(self, *, denies: bool) -> Answer:
        if self.use.operator.name == NULL:
            return certain(any(matches("true") for matches in self._matchers))
        if self.use.quantifier == "ForAllValues":
            return YES
        if self.use.quantifier == "ForAnyValue":
            return (denies, frozenset({self.key})) if self.use.if_exists else NO
        return certain(self.use.if_exists or self.use.operator.negated)

    def _holds(self, found: Values, context: Context) -> Answer:
        if self.use.operator.name == NULL:
            return certain(any(matches("false") for matches in self._matchers))
        values = (found,) if isinstance(found, str) else found
        if not self.use.quantifier:
            return self._value_holds(values[0], context) if isinstance(found, str) else NO
        if not any(values):
            return self._absent
        together = both if self.use.quantifier == "ForAllValues" else either
        return together(self._value_holds(value, context) for value in values)

    def _value_holds(self, value: str, context: Context) -> Answer:
        matched = either(
            [
                certain(any(matches(value) for matches in self._matchers)),
                *(self._matches(pattern, value, context) for pattern in self._patterns),
            ]
        )
        return (not matched[0], matched[1]) if self.use.operator.negated else matched

    def _matches(self, pattern: Pattern, value: str, context: Context) -> Answer:
        return late_match(pattern, value, context, lambda pieces: _matcher(self.use.operator, pieces)(value))


def late_match(pattern: Pattern, text: str, context: Context, matches: Callable[[tuple[Piece, ...]], bool]) -> Answer:
    """Whether a pattern matches a text when its variables have the request's values; without a value, or a default, it never does."""
    unknown: set[str] = set()
    for each in pattern.variables:
        found = context.find(each.key.lower())
        if found is None:
            unknown.add(each.key.lower())
        elif each.default is None and not isinstance(found, str):
            return NO
    if unknown and not possible_matcher(pattern)(text):
        return NO
    pieces = pattern.resolve(context.text)
    holds = pieces is not None and matches(pieces)
    return (holds, frozenset(unknown)) if unknown else certain(holds)


@lru_cache(maxsize=4096)
def _matcher(operator: Operator, pieces: tuple[Piece, ...]) -> Matcher:
    return operator.matcher(pieces)


def compile_test(
    use: OperatorUse, key: str, values: Sequence[str], *, denies: bool = False, variables: bool = True
) -> Test:
    """One line of a Condition element, made ready; `variables` says whether the policy's version knows them.

    The same line is the same object wherever it stands, so that its answers are remembered for all policies at once.

    Raises: ValueError, when a value is not of the operator's type.
    """
    return _test(use, key, tuple(values), denies, variables)


@lru_cache(maxsize=16_384)
def _test(use: OperatorUse, key: str, values: tuple[str, ...], denies: bool, variables: bool) -> Test:
    return Test(use, key, values, denies=denies, variables=variables)


def value_texts(value: Any) -> tuple[str, ...] | None:
    """The values of a condition as text: one or a list of texts, numbers and truth values; None when it is something else."""
    values = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, str | int | float) for item in values):
        return None
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in values)
