"""Actions by accounts: who may do what where, as a table that breaks its columns into blocks where the width ends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guardrails.simulation.answers import Answer
from guardrails.simulation.words import legend, symbol

WIDTH: Final = 80
GAP: Final = 2

Cells = Mapping[tuple[str, str], Answer]
"""An answer by action and account."""


def table(cells: Cells, *, ascii_only: bool = False) -> str:
    """The table of these answers, in their order, with what its characters mean."""
    return "\n".join(_lines(cells, ascii_only=ascii_only))


def _lines(cells: Cells, *, ascii_only: bool) -> Iterator[str]:
    actions = list(dict.fromkeys(action for action, _ in cells))
    accounts = list(dict.fromkeys(account for _, account in cells))
    stub = max(map(len, actions))
    for block in _blocks(accounts, WIDTH - stub):
        yield " " * stub + "".join(" " * GAP + name for name in block)
        for action in actions:
            marks = (symbol(cells[action, name].verdict, ascii_only=ascii_only).center(len(name)) for name in block)
            yield f"{action:<{stub}}{''.join(' ' * GAP + mark for mark in marks)}".rstrip()
        yield ""
    yield from _legend(cells, ascii_only=ascii_only)


def _legend(cells: Cells, *, ascii_only: bool) -> Iterator[str]:
    yield legend({answer.verdict for answer in cells.values()}, ascii_only=ascii_only)


def _blocks(names: Sequence[str], room: int) -> Iterator[list[str]]:
    """The names, as many together as there is room for, at least one."""
    block: list[str] = []
    for name in names:
        if block and sum(len(one) + GAP for one in [*block, name]) > room:
            yield block
            block = []
        block.append(name)
    if block:
        yield block
