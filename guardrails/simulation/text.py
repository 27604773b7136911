"""One answer in full, as text of 80 columns."""

import textwrap
from collections.abc import Iterator
from typing import Final

from guardrails.simulation.answers import Answer, Case
from guardrails.simulation.questions import ANY_RESOURCE, Question
from guardrails.simulation.words import (
    SAID,
    assumption,
    decisive,
    files,
    otherwise,
    resources_said,
    statement,
    symbol,
)

WIDTH: Final = 80


def full(answer: Answer, account: str, *, ascii_only: bool = False) -> str:
    """One answer with everything that is known of it; `account` is the name of the principal's account."""
    return "\n".join(_full(answer, account, ascii_only=ascii_only))


def _full(answer: Answer, account: str, *, ascii_only: bool) -> Iterator[str]:
    yield from wrapped(_asked(answer), "")
    for case in answer.cases:
        yield ""
        mark = symbol(case.verdict, ascii_only=ascii_only)
        yield from wrapped(f"{mark} {SAID[case.verdict]}: {resources_said(case, answer)}", "  ")
        yield from _reasons(case, account)


def _asked(answer: Answer) -> str:
    question = answer.question
    resource = "" if question.resource == ANY_RESOURCE else f" on {question.resource}"
    return f"{question.principal} in {question.account}: {question.action}{resource}{of_region(question)}"


def of_region(question: Question) -> str:
    """The region of a question, for the end of a sentence; "" when it has none."""
    return f" ({question.region})" if question.region else ""


def _reasons(case: Case, account: str) -> Iterator[str]:
    for reason in decisive(case):
        yield from wrapped(statement(reason, account), "    ")
        if reason.places:
            yield from wrapped(files(reason), "      ")
        for condition in reason.conditions:
            yield from wrapped(condition, "      ")
    outcome = case.decision.outcome
    if outcome == "allowed":
        for assumed in case.decision.assumed:
            yield from wrapped(assumption(assumed), "    ")
    if case.taken_for_granted:
        yield from wrapped(f"asked as a direct call: {', '.join(case.taken_for_granted)}", "    ")
    for sentence in otherwise(case.otherwise, outcome):
        yield from wrapped(sentence, "    ")


def wrapped(text: str, indent: str) -> list[str]:
    """A line broken where 80 columns end, further lines indented by two more."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    )
