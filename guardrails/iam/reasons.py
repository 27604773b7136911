"""Statements that decided, told in words."""

from collections.abc import Iterator, Sequence
from typing import Final

from guardrails.iam.condition_block import Test
from guardrails.iam.context import Context
from guardrails.iam.decision import Reason
from guardrails.iam.policies import Entry, Layer, Level

MOST_VALUES: Final = 4
"""How many values of a policy are told before the rest is counted."""
_OPERATORS: Final = {
    "StringEquals": "is",
    "StringNotEquals": "is not",
    "StringLike": "is like",
    "StringNotLike": "is not like",
    "ArnLike": "is like",
    "ArnEquals": "is like",
    "ArnNotLike": "is not like",
    "ArnNotEquals": "is not like",
    "Bool": "is",
    "IpAddress": "is within",
    "NotIpAddress": "is not within",
}


def told(entries: Sequence[Entry], context: Context) -> tuple[Reason, ...]:
    """Each statement that matched a request, in the order given."""
    return tuple(
        Reason(
            entry.level,
            entry.policy.name,
            entry.statement.label,
            "denies it" if entry.statement.denies else "allows it",
            entry.layer.value,
            entry.policy.places(entry.number),
            tuple(in_words(test, context) for test in entry.statement.tests),
        )
        for entry in entries
    )


def silent_levels(levels: Sequence[Level], silent: Sequence[int]) -> Iterator[Reason]:
    """Each level of a path, by its index, at which no service control policy allows."""
    for depth in silent:
        text = "nothing at this level allows it"
        yield Reason(levels[depth].name, text=text, policy_type=Layer.SERVICE_CONTROL.value)


def silent(layer: Layer, what: str = "") -> Reason:
    """A kind of policy that would have to allow and does not."""
    article = "an" if layer is Layer.IDENTITY else "the" if layer is Layer.BOUNDARY else "a"
    return Reason("", text=what or f"{article} {layer.value} does not allow it", policy_type=layer.value)


def in_words(test: Test, context: Context) -> str:
    """One line of a Condition element with the request's value: "aws:RequestedRegion 'us-east-1' is not 'eu-west-1'"."""
    found = context.find(test.key)
    shown = "(not given)" if found is None else "(absent)" if found == () else _values(found)
    operator = test.use.operator.name
    name = _OPERATORS.get(operator, operator) if not test.use.quantifier else f"{test.use.quantifier}:{operator}"
    wanted = [f"'{value}'" for value in test.values[:MOST_VALUES]]
    more = len(test.values) - len(wanted)
    listed = " or ".join(wanted) + (f" or {more} more" if more else "")
    if operator == "Null":
        return f"{test.name} {shown} is {'absent' if 'true' in map(str.lower, test.values) else 'there'}"
    return f"{test.name} {shown} {name} {listed}{' (if it exists)' if test.use.if_exists else ''}"


def _values(found: str | tuple[str, ...]) -> str:
    return f"'{found}'" if isinstance(found, str) else " and ".join(f"'{value}'" for value in found)
