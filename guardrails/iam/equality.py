"""Whether two sets of policies decide alike: asked about every action, resource and condition that either of them mentions.

Of each condition both sides are asked, and the request that lacks its key. A NotAction and a NotResource are asked about what they spare
and what they do not. The requests are the same from run to run.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from guardrails.iam.condition_block import operator_use, value_texts
from guardrails.iam.context import Request, Values
from guardrails.iam.evaluate import evaluate
from guardrails.iam.grammar import RESOURCE_CONTROL, listed
from guardrails.iam.patterns import Variable, parse
from guardrails.iam.policies import Level, NamedPolicy, Policies
from guardrails.iam.refusal import UnsupportedPolicy

ACCOUNT: Final = "111122223333"
SOMEBODY: Final = f"arn:aws:iam::{ACCOUNT}:role/Somebody"
_ALL_PAIRS: Final = 64
_ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "arn": ("arn:aws:iam::999999999999:role/Elsewhere",),
    "bool": ("true", "false"),
    "date": ("1970-01-02", "2999-12-31"),
    "numeric": ("-1", "987654321"),
    "ipaddress": ("203.0.113.77", "2001:db8:ffff::77"),
    "binary": ("ZWxzZXdoZXJl",),
}
"""By the first letters of an operator's name: values of which some lie outside of what a policy says."""


def difference(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], policy_type: str) -> str:
    """The first request that the documents before and those after decide differently, "" when there is none.

    Raises: ConfigError, when AWS would refuse a document.
    """
    first, second = (
        _level(
            [NamedPolicy(str(number), document, policy_type) for number, document in enumerate(documents)], policy_type
        )
        for documents in (before, after)
    )
    for request in requests([*before, *after]):
        one, other = (_outcome(request, policies) for policies in (first, second))
        if one != other:
            return f"{request.action} on {request.resource} in {dict(request.context)}: {one} before, {other} after"
    return ""


def equal(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], policy_type: str) -> bool:
    """Whether the documents before and those after decide every request alike that is drawn from them."""
    return not difference(before, after, policy_type)


def _level(policies: Sequence[NamedPolicy], policy_type: str) -> Policies:
    """The policies alone, at one level; without AWS's own, so that an Allow of theirs counts."""
    level = (Level("", tuple(policies)),)
    return Policies(rcps=level) if policy_type == RESOURCE_CONTROL else Policies(scps=level)


def _outcome(request: Request, policies: Policies) -> str:
    try:
        return evaluate(request, policies).outcome
    except UnsupportedPolicy as refusal:
        return str(refusal)


def requests(documents: Sequence[Mapping[str, Any]]) -> Iterator[Request]:
    """Requests that try every statement of these documents: each action and resource, each side of each condition."""
    seen: set[tuple[str, str, str]] = set()
    for statement in (one for document in documents for one in listed(document["Statement"])):
        variables: dict[str, Values] = {}
        named = listed(statement.get("Action", statement.get("NotAction", "*")))
        actions = [*dict.fromkeys(action for text in named for action in _actions(text)), "example:Outside"]
        named = listed(statement.get("Resource", statement.get("NotResource", "*")))
        resources = [text if text == "*" else _filled(text, variables) for text in named]
        resources.append("arn:aws:example:::outside")
        contexts = [{**variables, **context} for context in _contexts(statement.get("Condition", {}))]
        for action, resource, context in _tried(actions, resources, contexts):
            told = (action, resource, repr(sorted(context.items())))
            if told not in seen:
                seen.add(told)
                yield Request(SOMEBODY, action, resource, context, resource_owner=ACCOUNT)


def _actions(pattern: str) -> Iterator[str]:
    """An action that the pattern matches; where it stands for every service, one of a service that is known and one of none."""
    service, _, name = pattern.partition(":")
    for one in ("s3", "example") if service == "*" else (service,):
        yield f"{one}:{_filled(name or '*', {})}"


def _tried(
    actions: Sequence[str], resources: Sequence[str], contexts: Sequence[Mapping[str, Values]]
) -> Iterator[tuple[str, str, Mapping[str, Values]]]:
    """Every action with every resource (of many, each with a few) where the conditions hold; where they do not, some of each."""
    holding, *others = contexts
    if len(actions) * len(resources) <= _ALL_PAIRS:
        yield from ((*pair, holding) for pair in product(actions, resources))
    else:
        for turn in range(max(len(actions), len(resources))):
            for shift in range(3):
                yield actions[turn % len(actions)], resources[(turn + shift) % len(resources)], holding
    for turn, context in enumerate(others):
        for shift in range(2):
            yield actions[(turn + shift) % len(actions)], resources[turn % max(len(resources) - 1, 1)], context


def _contexts(condition: Mapping[str, Any]) -> Iterator[dict[str, Values]]:
    """A context in which all conditions hold; then for each one in which it does not, and one without its key; then none."""
    holding: dict[str, Values] = {}
    sides: list[tuple[str, Values]] = []
    for name, keys in condition.items():
        use = operator_use(name)
        for key, value in keys.items():
            inside, outside = _sides(use.operator.name, list(value_texts(value) or ()), holding)
            if use.quantifier:
                inside, outside = _several(inside), _several(outside)
            holding[key] = outside if use.operator.negated else inside
            sides.append((key, inside if use.operator.negated else outside))
    yield holding
    for key, other in sides:
        yield {**holding, key: other}
        yield {**holding, key: ()}
    yield {}


def _several(value: Values) -> Values:
    return (value,) if isinstance(value, str) else value


def _sides(operator: str, values: Sequence[str], variables: dict[str, Values]) -> tuple[Values, Values]:
    """A value that one of the policy's values matches, and one that (as far as it is easily found) none does."""
    if operator == "Null":
        return ((), "example") if values[0] == "true" else ("example", ())
    kind = operator.casefold().replace("not", "", 1)
    low, *high = next((texts for start, texts in _ELSEWHERE.items() if kind.startswith(start)), ("elsewhere",))
    if "lessthan" in kind:
        return low, high[-1]
    if "greaterthan" in kind:
        return high[-1], low
    if kind == "bool":
        return values[0].lower(), "false" if values[0].lower() == "true" else "true"
    if kind == "ipaddress":
        network = ipaddress.ip_network(values[0], strict=False)
        return str(network[0]), low if network.version == 4 else high[-1]
    return _filled(values[0], variables), low


def _filled(pattern: str, variables: dict[str, Values]) -> str:
    """A text that the pattern matches; the variables in it get a value."""
    try:
        parts = parse(pattern).parts
    except ValueError:
        return pattern
    found = ""
    for part in parts:
        if isinstance(part, Variable):
            variables.setdefault(part.key, "Example")
            found += str(variables[part.key])
        else:
            found += part.text if part.literal else part.text.replace("*", "Example").replace("?", "x")
    return found
