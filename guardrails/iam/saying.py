"""Whether several statements together say what another says: each of its actions, on each of its resources.

Like those of `containment`, every answer that something is said is True only when that is certain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from guardrails.iam.containment import covers_condition, subsumes
from guardrails.iam.grammar import listed


def said_by(statement: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the other statements together say all that a statement says: each of its actions, on each of its resources."""
    near = [other for other in others if _may_cover(other, statement)]
    return bool(near) and all(any(subsumes(other, part) for other in near) for part in _parts(statement))


def not_said(statements: Iterable[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the statements that the other statements together do not say."""
    return [each for each in statements if each not in others and not said_by(each, others)]


def say_some_of(
    statements: Sequence[Mapping[str, Any]], lost: Iterable[Mapping[str, Any]], left: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether the statements say, in part or more widely, something of what was lost that those which are left do not say."""
    near = [each for each in lost if _share([each], statements)]
    return _share(not_said([part for each in near for part in _parts(each)], left), statements)


def _share(some: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of the statements says a part of what one of the others says."""
    return any(_says_a_part(one, other) or _says_a_part(other, one) for one, other in product(some, others))


def _says_a_part(statement: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a statement says, of what another says, one of its actions on one of its resources."""
    return _may_cover(statement, other) and any(subsumes(statement, part) for part in _parts(other))


def _may_cover(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Whether a statement may cover any part of another: what is cheap to see, and the same for each part."""
    services, others = _services(wider), _services(narrower)
    near = not services or not others or "*" in services or not services.isdisjoint(others)
    return (
        near
        and wider.get("Effect") == narrower.get("Effect")
        and covers_condition(wider.get("Condition", {}), narrower.get("Condition", {}))
    )


def _services(statement: Mapping[str, Any]) -> set[str]:
    """The services of its actions as they are written; none where it names those that it does not mean."""
    return {action.partition(":")[0].lower() for action in listed(statement.get("Action", []))}


def _parts(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A statement as several, each of one action on one resource."""
    actions, resources = (listed(statement.get(element, [])) or [None] for element in ("Action", "Resource"))
    for action, resource in product(actions, resources):
        one = {"Action": action, "Resource": resource}
        yield {**statement, **{element: value for element, value in one.items() if value is not None}}
