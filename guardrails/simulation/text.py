"""Answers as text of 80 columns: one in full, several principals or several actions as a table."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from guardrails.simulation.answers import Answer, Case
from guardrails.simulation.questions import ANY_RESOURCE, Question
from guardrails.simulation.words import (
    EVERY_OTHER,
    SAID,
    assumption,
    briefly,
    decisive,
    files,
    otherwise,
    resources_said,
    statement,
    symbol,
)

WIDTH: Final = 80
NAME_WIDTH: Final = 36
WHY: Final = NAME_WIDTH + 5
"""The column at which a table says why."""


def full(answer: Answer, account: str, *, ascii_only: bool = False) -> str:
    """One answer with everything that is known of it; `account` is the name of the principal's account."""
    return "\n".join(_full(answer, account, ascii_only=ascii_only))


def _full(answer: Answer, account: str, *, ascii_only: bool) -> Iterator[str]:
    yield from _wrapped(_asked(answer), "")
    for case in answer.cases:
        yield ""
        mark = symbol(case.verdict, ascii_only=ascii_only)
        yield from _wrapped(f"{mark} {SAID[case.verdict]}: {resources_said(case, answer)}", "  ")
        yield from _reasons(case, account)


def _asked(answer: Answer) -> str:
    question = answer.question
    resource = "" if question.resource == ANY_RESOURCE else f" on {question.resource}"
    return f"{question.principal} in {question.account}: {question.action}{resource}{_region(question)}"


def _region(question: Question) -> str:
    return f" ({question.region})" if question.region else ""


def _reasons(case: Case, account: str) -> Iterator[str]:
    for reason in decisive(case):
        yield from _wrapped(statement(reason, account), "    ")
        if reason.places:
            yield from _wrapped(files(reason), "      ")
        for condition in reason.conditions:
            yield from _wrapped(condition, "      ")
    outcome = case.decision.outcome
    if outcome == "allowed":
        for assumed in case.decision.assumed:
            yield from _wrapped(assumption(assumed), "    ")
    if case.taken_for_granted:
        yield from _wrapped(f"asked as a direct call: {', '.join(case.taken_for_granted)}", "    ")
    for sentence in otherwise(case.otherwise, outcome):
        yield from _wrapped(sentence, "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    )


def by_principal(answers: Sequence[Answer], account: str, *, ascii_only: bool = False) -> str:
    """Who may do one thing: a table of principals for each set of resources about which they are not all answered alike."""
    return "\n".join(_by_principal(answers, account, ascii_only=ascii_only))


def _by_principal(answers: Sequence[Answer], account: str, *, ascii_only: bool) -> Iterator[str]:
    question = answers[0].question
    yield from _wrapped(f"Who may {question.action} in {question.account}{_region(question)}?", "")
    named = list(dict.fromkeys(pattern for answer in answers for case in answer.cases for pattern in case.resources))
    columns = {
        pattern: tuple((answer.about(pattern).verdict, briefly(answer.about(pattern), account)) for answer in answers)
        for pattern in named
    }
    last = columns.pop(question.resource)
    groups = [list(patterns) for _, patterns in groupby(columns, key=lambda pattern: columns[pattern])]
    for patterns in [*(group for group in groups if columns[group[0]] != last), [question.resource]]:
        yield ""
        yield from _wrapped(f"{_on(patterns, alone=not groups)}:", "")
        for answer in answers:
            yield from _row(answer.question.principal, answer.about(patterns[0]), account, ascii_only=ascii_only)


def _on(patterns: Sequence[str], *, alone: bool) -> str:
    if list(patterns) == [ANY_RESOURCE]:
        return "On every resource" if alone else f"On {EVERY_OTHER}"
    return f"On {', '.join(patterns)}"


def _row(name: str, case: Case, account: str, *, ascii_only: bool) -> Iterator[str]:
    """A line of a table: the mark, the name, and why; broken where the width ends."""
    mark, why = symbol(case.verdict, ascii_only=ascii_only), briefly(case, account)
    shown = f"  {mark} {_short(name):<{NAME_WIDTH}}"
    lines = textwrap.wrap(why, WIDTH - WHY, break_on_hyphens=False)
    if len(shown) < WHY and lines:
        shown, lines = f"{shown} {lines[0]}", lines[1:]
    yield shown.rstrip()
    yield from (" " * WHY + line for line in lines)


def _short(name: str) -> str:
    """A principal's name; of a service-linked role, and of a path, the last part."""
    if name.startswith("role/aws-service-role/"):
        return f"{name.rpartition('/')[2]}, service-linked"
    return name


def by_action(answers: Iterable[Answer], account: str, *, ascii_only: bool = False) -> str:
    """What one principal may do: the actions, those together that are answered alike and for the same reasons."""
    together: dict[tuple[object, ...], list[Answer]] = {}
    for answer in answers:
        key = tuple((case.resources, case.verdict, briefly(case, account)) for case in answer.cases)
        together.setdefault(key, []).append(answer)
    return "\n".join(_by_action(list(together.values()), account, ascii_only=ascii_only))


def _by_action(groups: Sequence[Sequence[Answer]], account: str, *, ascii_only: bool) -> Iterator[str]:
    question = groups[0][0].question
    resource = "" if question.resource == ANY_RESOURCE else f" on {question.resource}"
    yield from _wrapped(f"What may {question.principal} do in {question.account}{resource}{_region(question)}?", "")
    for group in groups:
        yield ""
        yield from _wrapped(", ".join(answer.question.action for answer in group), "")
        for case in group[0].cases:
            mark, why = symbol(case.verdict, ascii_only=ascii_only), briefly(case, account)
            said = f"{mark} {SAID[case.verdict]}: {resources_said(case, group[0])}"
            yield from _wrapped(f"{said}; {why}" if why else said, "  ")
