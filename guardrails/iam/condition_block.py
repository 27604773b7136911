"""The Condition element: what all operators have in common.

| key missing, or without a value | result |
|---|---|
| positive operator | does not hold |
| negated operator | holds |
| `…IfExists` | holds |
| `Null: "true"` | holds |
| `ForAllValues:` (also when all values are empty text) | holds |
| `ForAnyValue:` | does not hold |
| `ForAnyValue:…IfExists` | undecided in AWS's documentation: refused |

All conditions of a block must hold; one matching value of several is enough, and a negated operator wants none to match.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, Literal

from guardrails.iam.conditions import Operator, operators
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.context import Context
from guardrails.iam.patterns import Matcher, Pattern, Piece, parse
from guardrails.iam.refusal import UnsupportedPolicy

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


def operator_use(name: str) -> OperatorUse:
    """The operator that a name in a Condition element stands for.

    Raises: UnsupportedPolicy, when there is no such operator.
    """
    match = _NAME.fullmatch(name)
    operator = operators().get(match[2].casefold()) if match else None
    if match is None or operator is None:
        close = get_close_matches(name, [known.name for known in operators().values()], n=1)
        raise UnsupportedPolicy(f"unknown condition operator {name!r}", f"did you mean {close[0]!r}?" if close else "")
    use = OperatorUse(operator, _QUANTIFIERS[(match[1] or "").casefold()], bool(match[3]))
    if operator.name == NULL and (use.quantifier or use.if_exists):
        raise UnsupportedPolicy(f"{name!r} does not exist", "Null stands alone")
    return use


@dataclass(frozen=True, slots=True)
class Test:
    """One line of a Condition element: an operator, a key (in lower case) and values, ready to be asked many times."""

    use: OperatorUse
    key: str
    matchers: tuple[Matcher, ...]
    patterns: tuple[Pattern, ...]

    def holds(self, context: Context) -> bool:
        """Whether this line holds for a request.

        Raises: UnsupportedPolicy, where AWS's documentation leaves open what happens.
        """
        found = context.find(self.key)
        if self.use.operator.name == NULL:
            return any(matches("true" if found in {None, ()} else "false") for matches in self.matchers)
        if self.use.quantifier:
            return self._set_holds(found, context)
        if found is None or found == ():
            return self.use.if_exists or self.use.operator.negated
        return isinstance(found, str) and self._value_holds(found, context)

    def _set_holds(self, found: str | tuple[str, ...] | None, context: Context) -> bool:
        values = (found,) if isinstance(found, str) else found or ()
        if not any(values):
            if self.use.quantifier == "ForAnyValue" and self.use.if_exists:
                message = f"ForAnyValue with IfExists, and the request lacks {self.key}: AWS leaves open what happens"
                raise UnsupportedPolicy(message, "add a Null condition instead of IfExists")
            return self.use.quantifier == "ForAllValues"
        together = all if self.use.quantifier == "ForAllValues" else any
        return together(self._value_holds(value, context) for value in values)

    def _value_holds(self, value: str, context: Context) -> bool:
        matched = any(matches(value) for matches in self.matchers) or any(
            matches(value) for pattern in self.patterns if (matches := self._resolved(pattern, context))
        )
        return matched != self.use.operator.negated

    def _resolved(self, pattern: Pattern, context: Context) -> Matcher | None:
        pieces = pattern.resolve(context.text)
        return None if pieces is None else _matcher(self.use.operator, pieces)


@lru_cache(maxsize=4096)
def _matcher(operator: Operator, pieces: tuple[Piece, ...]) -> Matcher:
    return operator.matcher(pieces)


def compile_test(use: OperatorUse, key: str, values: Sequence[str]) -> Test:
    """One line of a Condition element, made ready.

    Raises: ValueError, when a value is not of the operator's type.
    """
    patterns = [parse(text) if use.operator.variables else Pattern((Piece(text),)) for text in values]
    late = tuple(pattern for pattern in patterns if pattern.variables)
    ready = [pattern.resolve(lambda name: None) for pattern in patterns if not pattern.variables]
    return Test(use, key.casefold(), tuple(use.operator.matcher(pieces) for pieces in ready if pieces), late)


def value_texts(value: Any) -> tuple[str, ...] | None:
    """The values of a condition as text: one or a list of texts, numbers and truth values; None when it is something else."""
    values = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(item, str | int | float) for item in values):
        return None
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in values)
