"""Whether one pattern, condition or statement certainly covers another: whatever the covered one matches, the other matches too.

Every answer is True only when that is certain; False says nothing. Two texts with policy variables compare as texts, but for a
variable at the end of an ARN, which a `*` covers like any other text.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from guardrails.iam.condition_block import OperatorUse, operator_use, value_texts
from guardrails.iam.grammar import LATE, listed
from guardrails.iam.patterns import ARN_SEGMENTS, Variable, parse
from guardrails.iam.refusal import UnsupportedPolicy


class _Wild(Enum):
    """What is no plain character in a pattern; in the first five segments of an ARN a wildcard stops at the next colon."""

    ANY = "*"
    ANY_IN_SEGMENT = "* within its segment"
    ONE = "?"
    ONE_IN_SEGMENT = "? within its segment"
    VARIABLE = "a policy variable"


_Token = str | _Wild
_SPECIAL: Final = re.compile(r"[*?$]")
_STARS: Final = frozenset({_Wild.ANY, _Wild.ANY_IN_SEGMENT})
_IN_SEGMENT: Final = {_Wild.ANY: _Wild.ANY_IN_SEGMENT, _Wild.ONE: _Wild.ONE_IN_SEGMENT}
_UNKNOWN_LENGTH: Final = _STARS | {_Wild.VARIABLE}
Line = tuple[OperatorUse, str, frozenset[str]]


@lru_cache(maxsize=65536)
def covers_action(wider: str, narrower: str) -> bool:
    """Whether every action that the pattern `narrower` matches is matched by `wider`."""
    first, second = wider.lower(), "*:*" if narrower == "*" else narrower.lower()
    if first in {second, "*", "*:*"}:
        return True
    if not _outlines(first, second):
        return False
    pair = _action(wider), _action(narrower)
    return None not in pair and _covers(pair[0] or (), pair[1] or ())


def covers_resource(wider: str, narrower: str) -> bool:
    """Whether every resource that the pattern `narrower` matches is matched by `wider`, for the same request."""
    if wider in {narrower, "*"}:
        return True
    if not _outlines(wider, narrower):
        return False
    first, second = _resource(wider), _resource(narrower)
    return first is not None and second is not None and _Wild.VARIABLE not in first and _covers(first, second)


def plain_start(pattern: str) -> str:
    """What stands before the first wildcard or variable: whatever is covered starts with it too."""
    return _pieces(pattern)[0]


@lru_cache(maxsize=65536)
def _pieces(pattern: str) -> tuple[str, ...]:
    """What stands before, between and behind the wildcards and variables of a pattern."""
    return tuple(_SPECIAL.split(pattern))


def _outlines(wider: str, narrower: str) -> bool:
    """Whether a text has the pieces of another pattern, in their order: without them it is not covered, unless it is the same text."""
    start, *between = _pieces(wider)
    if not between or not narrower.startswith(start) or not narrower.endswith(between[-1]):
        return False
    place, end = len(start), len(narrower) - len(between.pop())
    for piece in between:
        place = narrower.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return place <= end


def covers_condition(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Whether the Condition element `wider` holds whenever `narrower` does: it has fewer conditions, or ones with more values.

    Of a negated operator, fewer values are wider.
    """
    if wider == narrower:
        return True
    try:
        asked, given = list(lines(wider)), list(lines(narrower))
    except UnsupportedPolicy:
        return False
    return all(any(_implies(have, want) for have in given) for want in asked)


def subsumes(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Whether a statement, as its mapping of elements, says all that another says; beside it, the other changes nothing."""
    return (
        all(wider.get(key) == narrower.get(key) for key in ("Effect", "Principal", "NotPrincipal"))
        and covers_condition(wider.get("Condition", {}), narrower.get("Condition", {}))
        and _element_covers(wider, narrower, "Resource", covers_resource, _resources_apart)
        and _element_covers(wider, narrower, "Action", covers_action, actions_apart)
    )


_Compare = Callable[[str, str], bool]


def _element_covers(
    wider: Mapping[str, Any], narrower: Mapping[str, Any], element: str, covers: _Compare, apart: _Compare
) -> bool:
    """Whether the Action or NotAction, the Resource or NotResource, of a statement covers that of another."""
    negated = f"Not{element}"
    first, second = listed(wider.get(element, [])), listed(narrower.get(element, []))
    if negated not in wider:
        if negated in narrower:
            return "*" in first
        return bool(first) == bool(second) and all(any(covers(one, other) for one in first) for other in second)
    spared = listed(wider[negated])
    if negated in narrower:
        return all(any(covers(other, one) for other in listed(narrower[negated])) for one in spared)
    return bool(second) and all(apart(one, other) for one in spared for other in second)


@lru_cache(maxsize=65536)
def _action(pattern: str) -> tuple[_Token, ...] | None:
    """The tokens of an action pattern; None when it is none that could match anything."""
    text = "*:*" if pattern == "*" else pattern.lower()
    service, colon, _ = text.partition(":")
    if not text.isascii() or not colon or (service != "*" and any(wild in service for wild in "*?")):
        return None
    return tuple(_Wild(character) if character in "*?" else character for character in text)


@lru_cache(maxsize=65536)
def _resource(pattern: str) -> tuple[_Token, ...] | None:
    """The tokens of a resource pattern; None where a value that comes later, or a variable, may hold colons that count."""
    if LATE.search(pattern):
        return None
    try:
        parts = parse(pattern).parts
    except ValueError:
        return None
    segments: list[list[_Token]] = [[]]
    for part in parts:
        if isinstance(part, Variable):
            if len(segments) < ARN_SEGMENTS:
                return None
            segments[-1].append(_Wild.VARIABLE)
            continue
        for character in part.text:
            if character == ":" and len(segments) < ARN_SEGMENTS:
                segments.append([])
            else:
                segments[-1].append(_Wild(character) if character in "*?" and not part.literal else character)
    tokens = [token for index, segment in enumerate(segments) for token in (":", *_within(segment, index))]
    return tuple(tokens[1:])


def _within(segment: Sequence[_Token], index: int) -> Iterator[_Token]:
    """A segment of an ARN, its wildcards kept in it; a `*` that ends it may reach beyond."""
    for place, token in enumerate(segment):
        free = index == ARN_SEGMENTS - 1 or (token is _Wild.ANY and place == len(segment) - 1)
        yield token if free or isinstance(token, str) else _IN_SEGMENT.get(token, token)


def _takes(token: _Token, other: _Token) -> bool:
    """Whether a token of the wider pattern matches all that one of the narrower stands for, or a part of it, for a `*`."""
    if isinstance(token, str):
        return token == other
    if token is _Wild.ANY:
        return True
    inside = other is _Wild.ONE_IN_SEGMENT or (isinstance(other, str) and other != ":")
    if token is _Wild.ANY_IN_SEGMENT:
        return inside or other is _Wild.ANY_IN_SEGMENT
    return inside or (token is _Wild.ONE and other in {":", _Wild.ONE})


def _covers(wider: Sequence[_Token], narrower: Sequence[_Token]) -> bool:
    """Whether the wider pattern takes the narrower one token by token, a `*` any number of them."""
    places = {0}
    for other in narrower:
        reached: set[int] = set()
        for place in _past_stars(wider, places):
            if place < len(wider) and _takes(wider[place], other):
                reached.add(place if wider[place] in _STARS else place + 1)
        places = reached
    return len(wider) in _past_stars(wider, places)


def _past_stars(tokens: Sequence[_Token], places: set[int]) -> set[int]:
    """The places, and those behind them that are reached when a `*` stands for nothing."""
    found = set(places)
    for place in places:
        following = place
        while following < len(tokens) and tokens[following] in _STARS:
            following += 1
            found.add(following)
    return found


def actions_apart(one: str, other: str) -> bool:
    """Whether certainly no action matches both patterns."""
    first, second = _action(one), _action(other)
    if first is None or second is None:
        return False
    return _begin_otherwise(one.lower(), other.lower()) or _apart(first, second)


def _resources_apart(one: str, other: str) -> bool:
    first, second = _resource(one), _resource(other)
    if first is None or second is None:
        return False
    return _begin_otherwise(one, other) or _apart(first, second)


def _begin_otherwise(one: str, other: str) -> bool:
    """Whether two patterns differ before the first wildcard or variable of either: then they have nothing in common."""
    first, second = plain_start(one), plain_start(other)
    return not first.startswith(second) and not second.startswith(first)


def _apart(one: Sequence[_Token], other: Sequence[_Token]) -> bool:
    """Whether no text matches both patterns; what may be of any length is taken to be anything."""
    pending, seen = [(0, 0)], {(0, 0)}
    while pending:
        i, j = pending.pop()
        if i == len(one) and j == len(other):
            return False
        steps = _steps(one[i] if i < len(one) else None, other[j] if j < len(other) else None)
        for step in {(i + a, j + b) for a, b in steps} - seen:
            seen.add(step)
            pending.append(step)
    return True


def _steps(first: _Token | None, second: _Token | None) -> Iterator[tuple[int, int]]:
    """How far two patterns may go on together from a token of each; None is the end of one."""
    if first in _UNKNOWN_LENGTH:
        yield 1, 0
        if second is not None:
            yield 0, 1
    if second in _UNKNOWN_LENGTH:
        yield 0, 1
        if first is not None:
            yield 1, 0
    if first is not None and second is not None and (first == second or _Wild in {type(first), type(second)}):
        yield 1, 1


def lines(condition: Mapping[str, Any]) -> Iterator[Line]:
    """The lines of a Condition element.

    Raises: UnsupportedPolicy.
    """
    for name, keys in condition.items():
        use = operator_use(name)
        for key, value in keys.items():
            yield use, key.casefold(), frozenset(value_texts(value) or ())


def _implies(have: Line, want: Line) -> bool:
    """Whether one line of a Condition element holds only where another does."""
    (use, key, values), (wider, wanted_key, wanted_values) = have, want
    same = (use.operator.name, use.quantifier, key) == (wider.operator.name, wider.quantifier, wanted_key)
    if not same or not values or not wanted_values:
        return False
    weaker = wider.if_exists == use.if_exists or (wider.if_exists and not use.quantifier)
    return weaker and (wanted_values <= values if use.operator.negated else values <= wanted_values)
