"""Fewer and shorter statements that say the same: only merges whose meaning is certain.

Statements of one effect, principal and condition become one where they differ in their actions only, or in their resources only.
Denials of everything but A, and of everything but B, become one of everything but what A and B have in common. What another statement
subsumes is dropped. Merging actions competes with merging resources, so several orders are tried for each effect and condition by itself:
what is changed in one leaves the others as they are.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from guardrails.iam.condition_block import value_texts
from guardrails.iam.containment import actions_apart, covers_action, covers_resource, subsumes
from guardrails.iam.document import minified
from guardrails.iam.grammar import listed

_COVERS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "Action": covers_action,
    "NotAction": covers_action,
    "Resource": covers_resource,
    "NotResource": covers_resource,
}


@dataclass(frozen=True)
class SourcedStatement:
    """A statement as its mapping of elements, the policies that say it, and the places ("file:line") where it was written.

    `key` stays the same when something else is edited: of one statement its policy's name, of several what they have in common.
    """

    elements: Mapping[str, Any]
    policies: tuple[str, ...]
    places: tuple[str, ...] = ()
    key: str = ""

    @cached_property
    def size(self) -> int:
        """How many characters it takes in a policy."""
        return len(minified(self.elements))


def normalised(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The statement with its lists sorted, without what another value of the same list covers; a list of one is that one."""
    return {
        key: _one_or_more(distinct(listed(value), _COVERS[key])) if key in _COVERS else value
        for key, value in statement.items()
    }


def distinct(values: Iterable[str], covers: Callable[[str, str], bool]) -> list[str]:
    """The values that no other covers, sorted; of two that cover each other, the first."""
    ordered = sorted(set(values))
    wild = [value for value in ordered if "*" in value or "?" in value]
    kept: list[str] = []
    for value in ordered:
        above = [other for other in wild if other != value and covers(other, value)]
        equal = [other for other in kept if covers(other, value)]
        if not equal and all(covers(value, other) and value < other for other in above):
            kept.append(value)
    return kept


def _one_or_more(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def merged(statements: Sequence[SourcedStatement]) -> list[SourcedStatement]:
    """The same said by fewer, in the order of the first of each."""
    distinct_ones = _without_subsumed([replace(one, elements=normalised(one.elements)) for one in statements])
    order = {id(one): index for index, one in enumerate(distinct_ones)}
    alike: dict[Hashable, list[SourcedStatement]] = {}
    for one in distinct_ones:
        alike.setdefault(_class(one.elements), []).append(one)
    result: list[tuple[int, SourcedStatement]] = []
    for members in alike.values():
        first = order[id(members[0])]
        result += [(order.get(id(one), first), one) for one in _fewest(members)]
    return _without_subsumed([one for _, one in sorted(result, key=lambda item: item[0])])


def _without_subsumed(statements: Sequence[SourcedStatement]) -> list[SourcedStatement]:
    """The statements that no other subsumes, each with the policies and places of those it stands for."""
    kept: list[SourcedStatement] = []
    for one in statements:
        above = next((index for index, other in enumerate(kept) if subsumes(other.elements, one.elements)), None)
        if above is not None:
            kept[above] = _standing_for(kept[above], [one])
            continue
        below = [other for other in kept if subsumes(one.elements, other.elements)]
        kept = [other for other in kept if other not in below]
        kept.append(_standing_for(one, below))
    return kept


def _standing_for(one: SourcedStatement, others: Iterable[SourcedStatement]) -> SourcedStatement:
    every = [one, *others]
    return replace(
        one,
        policies=tuple(dict.fromkeys(name for each in every for name in each.policies)),
        places=tuple(dict.fromkeys(place for each in every for place in each.places)),
    )


def _class(elements: Mapping[str, Any]) -> Hashable:
    """What statements must have in common to be merged: effect, principal, condition."""
    principal = [elements.get("Principal"), elements.get("NotPrincipal")]
    tests = [
        (operator.casefold(), key.casefold(), sorted(value_texts(value) or (json.dumps(value),)))
        for operator, keys in elements.get("Condition", {}).items()
        for key, value in keys.items()
    ]
    return json.dumps([elements["Effect"], principal, sorted(tests)], sort_keys=True)


def _fewest(members: list[SourcedStatement]) -> list[SourcedStatement]:
    if len(members) == 1:
        return members
    tried = [_in_turn(members, ("Action", "Resource")), _in_turn(members, ("Resource", "Action")), _greedy(members)]
    return min(tried, key=lambda found: sum(one.size for one in found))


def _in_turn(statements: list[SourcedStatement], elements: Sequence[str]) -> list[SourcedStatement]:
    """Everything merged by one element, then by the other, until nothing more can be."""
    while True:
        count = len(statements)
        for element in elements:
            for group in _groups(statements, element):
                statements = _replaced(statements, group, _union(group, element))
        statements = _common_exceptions(statements)
        if len(statements) == count:
            return statements


def _greedy(statements: list[SourcedStatement]) -> list[SourcedStatement]:
    """Merged one group at a time, always the one that saves most."""
    known: dict[tuple[int, ...], tuple[list[SourcedStatement], SourcedStatement, int]] = {}
    while True:
        possible = []
        for element in ("Action", "Resource"):
            for group in _groups(statements, element):
                members = tuple(map(id, group))
                if members not in known:
                    union = _union(group, element)
                    known[members] = group, union, sum(one.size for one in group) - union.size
                possible.append(known[members])
        if not possible:
            return _common_exceptions(statements)
        group, union, _ = max(possible, key=lambda one: one[2])
        statements = _replaced(statements, group, union)


def _groups(statements: Sequence[SourcedStatement], element: str) -> list[list[SourcedStatement]]:
    """The statements of one class that differ in an element only, which they have without `Not`."""
    found: dict[Hashable, list[SourcedStatement]] = {}
    for one in statements:
        if element in one.elements:
            found.setdefault(_rest(one.elements, element), []).append(one)
    return [group for group in found.values() if len(group) > 1]


def _rest(elements: Mapping[str, Any], element: str) -> Hashable:
    """Everything but an element, of statements of one class."""
    return tuple(
        (key, tuple(sorted({text.lower() if "Action" in key else text for text in listed(elements[key])})))
        for key in _COVERS
        if key in elements and key != element
    )


def _union(group: Sequence[SourcedStatement], element: str) -> SourcedStatement:
    first = group[0]
    values = [value for one in group for value in listed(one.elements[element])]
    elements = {**first.elements, element: _one_or_more(distinct(values, _COVERS[element]))}
    return replace(_standing_for(first, group[1:]), elements=elements, key=_common_key(elements, element))


def _common_key(elements: Mapping[str, Any], but: str) -> str:
    return json.dumps([_class(elements), but, _rest(elements, but)])


def _replaced(
    statements: Sequence[SourcedStatement], group: Sequence[SourcedStatement], union: SourcedStatement
) -> list[SourcedStatement]:
    merged_ones = {id(member) for member in group[1:]}
    return [union if one is group[0] else one for one in statements if id(one) not in merged_ones]


def _common_exceptions(statements: list[SourcedStatement]) -> list[SourcedStatement]:
    """Denials with `NotAction`, alike but for that: one, that spares what all of them spare."""
    kept: list[SourcedStatement] = []
    for one in statements:
        for index, other in enumerate(kept):
            union = _both_deny(other, one)
            if union is not None:
                kept[index] = union
                break
        else:
            kept.append(one)
    return kept


def _both_deny(one: SourcedStatement, other: SourcedStatement) -> SourcedStatement | None:
    first, second = one.elements, other.elements
    negated = "NotAction" in first and "NotAction" in second and first["Effect"] == second["Effect"] == "Deny"
    if not negated or _rest(first, "NotAction") != _rest(second, "NotAction"):
        return None
    common = _intersection(listed(first["NotAction"]), listed(second["NotAction"]))
    if common is None:
        return None
    spared = {"NotAction": _one_or_more(common)} if common else {"Action": "*"}
    elements = {
        name: value
        for key, own in first.items()
        for name, value in (spared if key == "NotAction" else {key: own}).items()
    }
    return replace(_standing_for(one, [other]), elements=elements, key=_common_key(elements, "NotAction"))


def _intersection(one: Sequence[str], other: Sequence[str]) -> list[str] | None:
    """The patterns for what both lists match; None where two of them overlap in what no pattern of theirs says."""
    common: list[str] = []
    for first in one:
        for second in other:
            if covers_action(first, second):
                common.append(second)
            elif covers_action(second, first):
                common.append(first)
            elif not actions_apart(first, second):
                return None
    return distinct(common, covers_action)
