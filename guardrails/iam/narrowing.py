"""Making the denials of a policy document reach fewer principals, by conditions that are added to what stands there.

All conditions of a statement must hold, and a negated operator holds when *none* of its values matches: so adding a negated
condition, or adding values to one that stands there, only ever lets more through.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from guardrails.iam.grammar import listed


def unless(statement: Mapping[str, Any], operator: str, key: str, values: Sequence[str]) -> dict[str, Any]:
    """The same statement with the negated condition `operator: {key: values}` added; values that stand there already stay.

    Operator and key names are compared as AWS compares them, without regard to case. No values: the statement as it is.
    """
    if not values:
        return dict(statement)
    condition = {name: dict(keys) for name, keys in statement.get("Condition", {}).items()}
    block = condition.setdefault(_spelled_like(operator, condition), {})
    spelled = _spelled_like(key, block)
    block[spelled] = list(dict.fromkeys([*listed(block.get(spelled, [])), *values]))
    return {**statement, "Condition": condition}


def deny_unless(document: Mapping[str, Any], operator: str, key: str, values: Sequence[str]) -> dict[str, Any]:
    """The same document with the negated condition added to each of its Deny statements."""
    statements = [
        unless(statement, operator, key, values) if statement.get("Effect") == "Deny" else dict(statement)
        for statement in document["Statement"]
    ]
    return {**document, "Statement": statements}


def _spelled_like(name: str, present: Mapping[str, Any]) -> str:
    return next((other for other in present if other.casefold() == name.casefold()), name)
