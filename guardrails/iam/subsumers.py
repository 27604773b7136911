"""Which of many patterns, or of many statements, may cover one: most that do not are left out without comparing each with each.

A pattern covers only what begins as it does up to its first wildcard. A statement subsumes only those all of whose actions and resources
begin so, and whose Condition has each of its lines, or a narrower one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from guardrails.iam.containment import Line, lines, plain_start
from guardrails.iam.grammar import listed
from guardrails.iam.refusal import UnsupportedPolicy

_Key = tuple[str, ...]
UNCONDITIONAL: Final[_Key] = ()


class Beginnings:
    """Numbers kept under patterns, found by texts that begin as their patterns do; or under texts, found by patterns."""

    def __init__(self) -> None:
        self._under_patterns: dict[str, set[int]] = {}
        self._under_texts: dict[str, set[int]] = {}

    def add(self, pattern: str, number: int) -> None:
        """Keep a number under a pattern."""
        self._under_patterns.setdefault(plain_start(pattern), set()).add(number)

    def add_text(self, text: str, number: int) -> None:
        """Keep a number under a text, which may be a pattern itself."""
        for beginning in _beginnings(text):
            self._under_texts.setdefault(beginning, set()).add(number)

    def covering(self, text: str) -> set[int]:
        """The numbers of the patterns that may cover a text."""
        return _union(self._under_patterns, _beginnings(text))

    def covered(self, patterns: Iterable[str]) -> set[int]:
        """The numbers of the texts that one of the patterns may cover."""
        return _union(self._under_texts, {plain_start(pattern) for pattern in patterns})


class _Element:
    """Numbers of statements by their Action or NotAction, or by their Resource or NotResource.

    One that names all but a few may cover whatever is named, and of other such ones those that spare what it spares.
    """

    def __init__(self, name: str, spelled: Callable[[str], str]) -> None:
        self._name, self._spelled = name, spelled
        self._named, self._any = Beginnings(), set[int]()

    def add(self, statement: Mapping[str, Any], number: int) -> None:
        spared = self._items(statement, f"Not{self._name}")
        if spared:
            self._named.add_text(spared[0], number)
            self._any.add(number)
        for pattern in () if spared else self._items(statement, self._name) or [""]:
            self._named.add(pattern, number)

    def of(self, statement: Mapping[str, Any]) -> set[int]:
        """The statements that may name all that this one names."""
        spared = self._items(statement, f"Not{self._name}")
        if spared:
            return self._named.covering("") | self._named.covered(spared)
        items = self._items(statement, self._name) or [""]
        return set.intersection(*(self._named.covering(item) | self._any for item in items))

    def _items(self, statement: Mapping[str, Any], name: str) -> list[str]:
        return [self._spelled(item) for item in listed(statement.get(name, ()))]


class Subsumers:
    """Statements, as mappings of their elements, among which those are found that may subsume another, by their numbers from 0."""

    def __init__(self, statements: Sequence[Mapping[str, Any]]) -> None:
        self._actions, self._resources = _Element("Action", str.lower), _Element("Resource", str)
        self._under_lines: dict[_Key, set[int]] = {}
        conditions = [_lines(statement) for statement in statements]
        frequency = Counter(key for condition in conditions for line in condition for key in _keys(line))
        for number, (statement, condition) in enumerate(zip(statements, conditions, strict=True)):
            self._actions.add(statement, number)
            self._resources.add(statement, number)
            for key in _rarest(condition, frequency):
                self._under_lines.setdefault(key, set()).add(number)

    def of(self, statement: Mapping[str, Any]) -> set[int]:
        """Those that may subsume a statement: all that do are among them, itself too, if it is one of these."""
        keys = [UNCONDITIONAL]
        for line in _lines(statement):
            found = _keys(line)
            keys += found if line[0].operator.negated else found[:1]
        return _union(self._under_lines, keys) & self._actions.of(statement) & self._resources.of(statement)


def _beginnings(text: str) -> Iterable[str]:
    return (text[:length] for length in range(len(text) + 1))


def _union(numbers: Mapping[Any, set[int]], keys: Iterable[Any]) -> set[int]:
    return set().union(*(numbers[key] for key in keys if key in numbers))


def _lines(statement: Mapping[str, Any]) -> list[Line]:
    """The lines of a statement's Condition; none where an operator is not known: such a Condition covers what equals it."""
    try:
        return list(lines(statement.get("Condition", {})))
    except UnsupportedPolicy:
        return []


def _keys(line: Line) -> list[_Key]:
    use, key, values = line
    return [(use.operator.name, use.quantifier, key, value) for value in sorted(values)]


def _rarest(condition: Iterable[Line], frequency: Mapping[_Key, int]) -> Sequence[_Key]:
    """What is found whenever the condition is implied, the fewest times otherwise: a line's values, of a negated one one of them."""
    choices: list[Sequence[_Key]] = [[UNCONDITIONAL]]
    for line in condition:
        keys = _keys(line)
        choices.append([min(keys, key=lambda key: frequency[key])] if keys and line[0].operator.negated else keys)
    possible = [choice for choice in choices[1:] if choice] or choices[:1]
    return min(possible, key=lambda choice: sum(frequency[key] for key in choice))
