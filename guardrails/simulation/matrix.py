"""Actions by accounts: who may do what where, as a table that breaks its columns into blocks where the width ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from guardrails.simulation.alike import MOST_NAMED, in_order, names
from guardrails.simulation.answers import Answer, Verdict
from guardrails.simulation.text import WIDTH, wrapped
from guardrails.simulation.words import legend, symbol

GAP: Final = 2
MOST_ROWS: Final = 40
"""Of how many actions each has its own row; of more, those with the same verdicts have one."""
MOST_COLUMNS: Final = 20
"""Of how many accounts each has its own column; of more, those with the same verdicts have one."""
COUNTED: Final = "--output json names every action and account."
"""How to see what a table leaves out."""

Cells = Mapping[tuple[str, str], Answer]
"""An answer by action and account."""


def table(cells: Cells, *, ascii_only: bool = False) -> str:
    """The table of these answers, in their order, with what its characters mean."""
    return "\n".join(_lines(cells, ascii_only=ascii_only))


def _lines(cells: Cells, *, ascii_only: bool) -> Iterator[str]:
    actions, accounts = (list(dict.fromkeys(keys)) for keys in zip(*cells, strict=True))
    rows = _alike(actions, lambda action: [cells[action, name].verdict for name in accounts], MOST_ROWS)
    columns = _alike(accounts, lambda name: [cells[action, name].verdict for action in actions], MOST_COLUMNS)
    labels, heads = _labels(rows, "action"), _labels(columns, "account")
    stub = max(map(len, labels))
    for block in _blocks(heads, WIDTH - stub):
        yield " " * stub + "".join(" " * GAP + head for head in block)
        for label, (action, *_) in zip(labels, rows, strict=True):
            verdicts = ((head, cells[action, columns[heads.index(head)][0]].verdict) for head in block)
            marks = (symbol(verdict, ascii_only=ascii_only).center(len(head)) for head, verdict in verdicts)
            yield f"{label:<{stub}}{''.join(' ' * GAP + mark for mark in marks)}".rstrip()
        yield ""
    yield from _members(labels, rows, "action")
    yield from _members(heads, columns, "account")
    yield from wrapped(legend({answer.verdict for answer in cells.values()}, ascii_only=ascii_only), "")
    if any(len(group) > MOST_NAMED for group in (*rows, *columns)):
        yield COUNTED


def _alike(keys: Sequence[str], verdicts: Callable[[str], Iterable[Verdict]], most: int) -> Sequence[Sequence[str]]:
    """Each by itself; when they are more than `most`, those that have the same verdicts together."""
    if len(keys) <= most:
        return [[key] for key in keys]
    together: dict[tuple[Verdict, ...], list[str]] = {}
    for key in keys:
        together.setdefault(tuple(verdicts(key)), []).append(key)
    return in_order(together.values())


def _labels(groups: Sequence[Sequence[str]], what: str) -> list[str]:
    """What a row or a column is called: by its first name and how many more there are, the last one as what is left."""
    labels = [group[0] if len(group) == 1 else f"{group[0]} + {len(group) - 1}" for group in groups]
    return [*labels[:-1], names(groups, what)[-1] if len(groups[-1]) > MOST_NAMED else labels[-1]]


def _members(labels: Sequence[str], groups: Sequence[Sequence[str]], what: str) -> Iterator[str]:
    """What stands for several names, name by name."""
    for label, called in zip(labels, names(groups, what), strict=True):
        if called != label:
            yield from wrapped(f"{label}: {called.partition(', ')[2]}", "")
            yield ""


def _blocks(accounts: Sequence[str], room: int) -> Iterator[list[str]]:
    """The names of accounts, as many together as there is room for, at least one."""
    block: list[str] = []
    for name in accounts:
        if block and sum(len(one) + GAP for one in [*block, name]) > room:
            yield block
            block = []
        block.append(name)
    if block:
        yield block
