"""Policies packed into the fewest documents that say the same, each small enough for AWS.

Where a statement goes follows from its own name and the number of documents alone (rendezvous hashing), as long as there is room:
so what is edited moves its own document and leaves the others as they are. Every packing is checked by the evaluator before it is used.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from typing import Any, Final

from guardrails.errors import ConfigError, Problem, UnequalPacking
from guardrails.iam.document import minified
from guardrails.iam.equality import difference
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL, VERSION, listed
from guardrails.iam.merging import SourcedStatement, merged
from guardrails.iam.policies import NamedPolicy

Document = Mapping[str, Any]
PACKABLE: Final = frozenset({SERVICE_CONTROL, RESOURCE_CONTROL})
"""The types of organization policies that can be packed: others are no lists of statements."""
_FRAME: Final = len(minified({"Version": VERSION, "Statement": []}))
_NUMBERED: Final = 4
"""Characters kept for the number that a Sid may get."""
_SPLIT: Final = ("Action", "Resource")


@dataclass(frozen=True)
class Pack:
    """One of the documents, by its number: for each statement the names of the policies that say it, and where it was written."""

    number: int
    document: Document
    sources: tuple[tuple[str, ...], ...]
    origins: tuple[tuple[str, ...], ...]

    @property
    def policies(self) -> tuple[str, ...]:
        """The names of the policies of which it holds something."""
        return tuple(dict.fromkeys(name for names in self.sources for name in names))


def pack(
    policies: Sequence[NamedPolicy],
    max_characters: int,
    filled: Callable[[Document], Document] = lambda document: document,
) -> tuple[Pack, ...]:
    """The fewest documents of at most so many characters in which policies of one type say what they say; no Sid stands there twice.

    `filled` puts stand-ins where a document holds values that come later: it is measured and judged with those.

    Raises: ConfigError, when a statement is too large and cannot be split; UnequalPacking.
    """

    def size(one: SourcedStatement) -> int:
        return len(minified(filled(one.elements))) + 1

    room = max_characters - _FRAME + 1
    parts = [part for one in merged(list(_statements(policies))) for part in _split(one, room - _NUMBERED, size)]
    statements = _with_sids(parts)
    if too_large := [_too_large(one, size(one), room) for one in statements if size(one) > room]:
        raise ConfigError(too_large)
    packs = tuple(
        Pack(
            number,
            {"Version": VERSION, "Statement": [dict(one.elements) for one in bin_]},
            tuple(one.policies for one in bin_),
            tuple(one.places for one in bin_),
        )
        for number, bin_ in enumerate(_bins(statements, room, size), 1)
        if bin_
    )
    before, after = ([filled(one.document) for one in each] for each in (policies, packs))
    if unequal := difference(before, after, policies[0].type):
        names = ", ".join(policy.name for policy in policies)
        raise UnequalPacking(f"packing {names} would change what they decide: {unequal}")
    return packs


def heaviest(policies: Sequence[NamedPolicy], filled: Callable[[Document], Document]) -> list[tuple[int, str, str]]:
    """Every statement as (characters, policy and Sid, place), the largest first."""
    found = [
        (len(minified(filled(one.elements))), f"{one.policies[0]} / {one.elements['Sid']}", ", ".join(one.places))
        for one in _statements(policies)
    ]
    return sorted(found, key=lambda item: (-item[0], *item[1:]))


def _statements(policies: Sequence[NamedPolicy]) -> Iterator[SourcedStatement]:
    for policy in policies:
        statements = listed(policy.document["Statement"])
        origins = policy.origins or ((),) * len(statements)
        for index, (statement, places) in enumerate(zip(statements, origins, strict=True), 1):
            words = "".join(c if c.isascii() and c.isalnum() else " " for c in policy.name).split()
            sid = statement.get("Sid") or "".join(word[0].upper() + word[1:] for word in words) + str(index)
            yield SourcedStatement({"Sid": sid} | statement | {"Sid": sid}, (policy.name,), places, policy.name)


def _split(one: SourcedStatement, room: int, size: Callable[[SourcedStatement], int]) -> Iterator[SourcedStatement]:
    """The statement, in parts when it is larger than the room and can be split: each with some of its actions, or resources."""
    lists = {element: listed(one.elements[element]) for element in _SPLIT if element in one.elements}
    lists = {element: values for element, values in lists.items() if len(values) > 1}
    if size(one) <= room or not lists:
        yield one
        return
    element = max(lists, key=lambda name: len(minified({"": lists[name]})))

    def parts(number: int) -> list[SourcedStatement]:
        found: dict[int, list[str]] = {}
        for value in lists[element]:
            found.setdefault(_ranked(value, range(number))[0], []).append(value)
        return [_part(one, element, *item) for item in sorted(found.items())]

    numbers = range(2, len(lists[element]))
    fitting = next((found for found in map(parts, numbers) if all(size(part) <= room for part in found)), None)
    single = [_part(one, element, number, [value]) for number, value in enumerate(lists[element])]
    for part in fitting or single:
        yield from _split(part, room, size)


def _part(one: SourcedStatement, element: str, part: int, values: list[str]) -> SourcedStatement:
    elements = {**one.elements, element: values[0] if len(values) == 1 else values}
    return replace(one, elements=elements, key=f"{one.key}/{part}")


def _with_sids(statements: Sequence[SourcedStatement]) -> list[SourcedStatement]:
    """The statements, each with a Sid that no other has."""
    used: set[str] = set()
    result: list[SourcedStatement] = []
    for one in statements:
        sid = one.elements["Sid"]
        numbered = (f"{sid}{number}" if number > 1 else sid for number in count(1))
        unique = next(name for name in numbered if name not in used)
        used.add(unique)
        result.append(replace(one, elements={**one.elements, "Sid": unique}))
    return result


def _too_large(one: SourcedStatement, size: int, room: int) -> Problem:
    file, _, line = (one.places[0] if one.places else "").rpartition(":")
    message = f"the statement {one.elements['Sid']} of the policy {one.policies[0]} has {size - 1:,} characters"
    what = f"a whole policy of AWS takes {room - 1 + _FRAME:,}, and only lists of actions and resources can be split"
    return Problem(file, int(line or 0), 1 if line else 0, message, what)


def _bins(
    statements: Sequence[SourcedStatement], room: int, size: Callable[[SourcedStatement], int]
) -> list[list[SourcedStatement]]:
    """The statements in the fewest bins that were found to take them, those of each bin in their order."""
    sizes = {index: size(one) for index, one in enumerate(statements)}
    largest_first = sorted(sizes, key=lambda index: (-sizes[index], statements[index].key, index))

    def hashed(item: int, left: Sequence[int]) -> list[int]:
        return _ranked(statements[item].key, range(len(left)))

    numbers = count(max(1, -(-sum(sizes.values()) // room)))
    attempts = (_placed(largest_first, sizes, [room] * bins, order) for bins in numbers for order in (hashed, _fullest))
    where = next(found for found in attempts if found is not None)
    bins = range(max(where.values(), default=0) + 1)
    return [[one for index, one in enumerate(statements) if where[index] == bin_] for bin_ in bins]


def _placed(
    items: Sequence[int],
    sizes: Mapping[int, int],
    left: list[int],
    preferred: Callable[[int, Sequence[int]], Sequence[int]],
) -> dict[int, int] | None:
    """The bin of each item: the first that has room, in the order in which it prefers them; None when one finds none."""
    where: dict[int, int] = {}
    for item in items:
        found = next((bin_ for bin_ in preferred(item, left) if left[bin_] >= sizes[item]), None)
        if found is None:
            return None
        where[item] = found
        left[found] -= sizes[item]
    return where


def _fullest(item: int, left: Sequence[int]) -> list[int]:
    return sorted(range(len(left)), key=lambda bin_: (left[bin_], bin_))


def _ranked(key: str, bins: Sequence[int]) -> list[int]:
    """The bins in the order in which a key prefers them; another bin more, and each key keeps the order of the others.

    Source: https://en.wikipedia.org/wiki/Rendezvous_hashing
    """
    return sorted(bins, key=lambda bin_: sha256(f"{bin_} {key}".encode()).digest())
