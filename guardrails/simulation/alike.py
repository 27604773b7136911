"""Answers that are alike stand together: actions, and accounts. Of many actions the number is told, of the rest the names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from guardrails.simulation.answers import Answer, Case
from guardrails.simulation.questions import Question
from guardrails.simulation.words import briefly, mainly

MOST_NAMED: Final = 24
"""Of how many actions or accounts that are answered alike all names are told."""


@dataclass(frozen=True)
class Always:
    """A principal of whom the same is true whatever the action and the resource, and the cases in which it is."""

    principal: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Group:
    """Actions that are answered alike and for the same reasons; the answers about the first of them, one for each other principal."""

    actions: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Page:
    """Accounts in which everything is answered alike, and what: of most actions last. `questions` are those of the first account."""

    accounts: tuple[str, ...]
    questions: tuple[Question, ...]
    always: tuple[Always, ...]
    groups: tuple[Group, ...]

    @property
    def actions(self) -> list[str]:
        """The actions that were asked about."""
        return list(dict.fromkeys(question.action for question in self.questions))


def pages(answers: Sequence[Answer]) -> list[Page]:
    """The answers, those about one account side by side, as few times as they differ."""
    found: dict[object, Page] = {}
    for account, mine in groupby(answers, key=lambda answer: answer.question.account):
        page = _page(account, list(mine))
        known = found.setdefault(_read(page, account), page)
        if known is not page:
            found[_read(page, account)] = replace(known, accounts=(*known.accounts, account))
    return list(found.values())


def _page(account: str, answers: Sequence[Answer]) -> Page:
    """What is answered in one account."""
    always = tuple(_always(account, answers))
    told = {each.principal for each in always}
    rest: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.question.principal not in told:
            rest.setdefault(answer.question.action, []).append(answer)
    together: dict[object, list[str]] = {}
    for action, mine in rest.items():
        together.setdefault(_likeness(mine, account), []).append(action)
    groups = tuple(Group(tuple(actions), tuple(rest[actions[0]])) for actions in in_order(together.values()))
    return Page((account,), tuple(answer.question for answer in answers), always, groups)


def _always(account: str, answers: Iterable[Answer]) -> Iterator[Always]:
    """Of several principals those who are answered alike throughout, mainly for one reason."""
    cases: dict[str, list[Case]] = {}
    for answer in answers:
        cases.setdefault(answer.question.principal, []).extend(answer.cases)
    for principal, mine in cases.items():
        if len(cases) > 1 and len({(case.verdict, mainly(case, account)) for case in mine}) == 1:
            yield Always(principal, tuple(mine))


def _read(page: Page, account: str) -> object:
    """What is read on a page: equal for accounts in which nothing differs."""
    always = tuple((each.principal, each.cases[0].verdict, briefly(each.cases, account)) for each in page.always)
    return always, tuple((group.actions, _likeness(group.answers, account)) for group in page.groups)


def _likeness(answers: Iterable[Answer], account: str) -> tuple[object, ...]:
    """What is told of answers: equal for those that read alike."""
    return tuple(
        (
            answer.question.principal,
            *((case.resources, case.verdict, briefly([case], account)) for case in answer.cases),
        )
        for answer in answers
    )


def in_order(groups: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Groups of names as they came, but those of which not all names are told last, the largest at the end."""
    return sorted(groups, key=lambda group: len(group) if len(group) > MOST_NAMED else 0)


def names(groups: Sequence[Sequence[str]], what: str = "action") -> list[str]:
    """What to call each of these groups, of actions or of accounts: by its names; the last, when it has many, by what the others leave."""
    total, others = sum(map(len, groups)), groups[:-1]
    if not groups or len(groups[-1]) <= MOST_NAMED:
        return [", ".join(group) for group in groups]
    rest = f"every other {what} ({len(groups[-1])} of {total})" if others else f"each of the {total} {what}s"
    return [*map(_some, others), rest]


def _some(group: Sequence[str]) -> str:
    more = len(group) - MOST_NAMED
    return ", ".join([*group[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
