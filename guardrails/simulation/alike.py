"""Answers that are alike stand together: actions, and accounts. Of many actions the number is told, of the rest the names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from guardrails.simulation.answers import Answer
from guardrails.simulation.words import briefly

MOST_NAMED: Final = 24
"""Of how many actions or accounts that are answered alike all names are told."""


@dataclass(frozen=True)
class Group:
    """Actions that are answered alike and for the same reasons; the answers about the first of them, one for each principal."""

    actions: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Page:
    """Accounts in which everything is answered alike, and the answers: of most actions last."""

    accounts: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def answers(self) -> Iterator[Answer]:
        """The answers that are told, each for all that are like it."""
        return (answer for group in self.groups for answer in group.answers)


def pages(answers: Sequence[Answer]) -> list[Page]:
    """The answers, those about one account side by side, as few times as they differ."""
    found: dict[object, Page] = {}
    for account, mine in groupby(answers, key=lambda answer: answer.question.account):
        groups = tuple(_groups(list(mine), account))
        key = tuple((group.actions, _likeness(group.answers, account)) for group in groups)
        known = found.get(key, Page((), groups))
        found[key] = replace(known, accounts=(*known.accounts, account))
    return list(found.values())


def _groups(answers: Sequence[Answer], account: str) -> list[Group]:
    by_action: dict[str, list[Answer]] = {}
    for answer in answers:
        by_action.setdefault(answer.question.action, []).append(answer)
    together: dict[object, list[str]] = {}
    for action, mine in by_action.items():
        together.setdefault(_likeness(mine, account), []).append(action)
    return [Group(tuple(actions), tuple(by_action[actions[0]])) for actions in in_order(together.values())]


def _likeness(answers: Iterable[Answer], account: str) -> tuple[object, ...]:
    """What is told of answers: equal for those that read alike."""
    return tuple(
        (
            answer.question.principal,
            tuple((case.resources, case.verdict, briefly(case, account)) for case in answer.cases),
        )
        for answer in answers
    )


def in_order(groups: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Groups of names as they came, but those of which not all names are told last, the largest at the end."""
    return sorted(groups, key=lambda group: len(group) if len(group) > MOST_NAMED else 0)


def names(groups: Sequence[Sequence[str]], what: str = "action") -> list[str]:
    """What to call each of these groups, of actions or of accounts: by its names; the last, when it has many, by what the others leave."""
    total = sum(map(len, groups))
    *others, last = groups
    if len(last) <= MOST_NAMED:
        return [", ".join(group) for group in groups]
    rest = f"every other {what} ({len(last)} of {total})" if others else f"each of the {total} {what}s"
    return [*map(_some, others), rest]


def _some(group: Sequence[str]) -> str:
    more = len(group) - MOST_NAMED
    return ", ".join([*group[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
