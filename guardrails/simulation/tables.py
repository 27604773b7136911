"""Many answers as text of 80 columns: who may do what, or what one principal may, each different answer once."""

import textwrap
from collections.abc import Container, Iterator, Sequence
from itertools import groupby, islice, zip_longest
from typing import Final

from guardrails.simulation.alike import MOST_NAMED, Page, names
from guardrails.simulation.answers import Answer
from guardrails.simulation.questions import ANY_RESOURCE, Question
from guardrails.simulation.text import WIDTH, of_region, wrapped
from guardrails.simulation.words import EVERY_OTHER, SAID, briefly, resources_said, symbol, untold

NAMES_WIDTH: Final = 38
"""How wide the names of principals may be that stand beside a reason."""
COUNTED: Final = (
    "What is only counted here: --output json names it all; one --principal with one --action tells every reason, "
    "with file and line."
)
"""How to see what pages leave out."""


def told(page: Page, *, ascii_only: bool = False) -> str:
    """A page: by principal when there are several, else by action."""
    lines = _by_principal if len(page.groups[0].answers) > 1 else _by_action
    return "\n".join(lines(page, ascii_only=ascii_only))


def leaves_out(page: Page) -> bool:
    """Whether anything stands there only as a number: actions, or reasons."""
    counted = any(len(group.actions) > MOST_NAMED for group in page.groups)
    return counted or any(untold(case) for answer in page.answers for case in answer.cases)


def _where(page: Page) -> str:
    """The accounts of a page, and the region of its questions; those to a service of no region have none."""
    questions = [answer.question for answer in page.answers]
    return f"{', '.join(page.accounts)}{of_region(next((each for each in questions if each.region), questions[0]))}"


def _by_principal(page: Page, *, ascii_only: bool) -> Iterator[str]:
    """Those of whom always the same is true; of the others, by actions, a table for each set of resources that decides."""
    groups, account = page.groups, page.accounts[0]
    total = sum(len(group.actions) for group in groups)
    several, ways = total > 1, f"in {len(groups)} ways" if len(groups) > 1 else "alike"
    asked = f"Who may {'do what' if several else groups[0].actions[0]} in {_where(page)}?"
    yield from wrapped(f"{asked} {total} actions, answered {ways}." if several else asked, "")
    always = _always(page)
    named = names([group.actions for group in groups])
    parts = [(called, _others(group.answers, always)) for called, group in zip(named, groups, strict=True)]
    everyone = [answer for answer in groups[0].answers if answer.question.principal in always]
    for called, answers in [(f"every action ({total})" if len(groups) > 1 else named[0], everyone), *parts]:
        if not answers:
            continue
        if several:
            yield ""
            yield from wrapped(called, "")
        lines = _tables(answers, account, "  " if several else "", ascii_only=ascii_only)
        yield from islice(lines, 1 if several else 0, None)


def _always(page: Page) -> set[str]:
    """The principals of whom the same is true whatever the action and the resource."""
    said: dict[str, set[tuple[str, str]]] = {}
    for answer in page.answers:
        cases = {(case.verdict, briefly(case, page.accounts[0])) for case in answer.cases}
        said.setdefault(answer.question.principal, set()).update(cases)
    return {principal for principal, cases in said.items() if len(cases) == 1}


def _others(answers: Sequence[Answer], told: Container[str]) -> list[Answer]:
    return [answer for answer in answers if answer.question.principal not in told]


def _tables(answers: Sequence[Answer], account: str, indent: str, *, ascii_only: bool) -> Iterator[str]:
    """The tables about one action, an empty line before each."""
    question = answers[0].question
    named = list(dict.fromkeys(pattern for answer in answers for case in answer.cases for pattern in case.resources))
    columns = {
        pattern: tuple((answer.about(pattern).verdict, briefly(answer.about(pattern), account)) for answer in answers)
        for pattern in named
    }
    last = columns.pop(question.resource)
    groups = [list(patterns) for _, patterns in groupby(columns, key=lambda pattern: columns[pattern])]
    told = [group for group in groups if columns[group[0]] != last]
    for patterns in [*told, [question.resource]]:
        yield ""
        yield from wrapped(f"{_on(patterns, alone=not told)}:", indent)
        yield from _rows(answers, patterns[0], account, indent, ascii_only=ascii_only)


def _on(patterns: Sequence[str], *, alone: bool) -> str:
    if list(patterns) == [ANY_RESOURCE]:
        return "On every resource" if alone else f"On {EVERY_OTHER}"
    return f"On {', '.join(patterns)}"


def _rows(answers: Sequence[Answer], pattern: str, account: str, indent: str, *, ascii_only: bool) -> Iterator[str]:
    """The rows of a table: the principals about whom the same is said, and why."""
    together: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        case = answer.about(pattern)
        key = symbol(case.verdict, ascii_only=ascii_only), briefly(case, account)
        together.setdefault(key, []).append(_short(answer.question.principal))
    for (mark, why), principals in together.items():
        yield from _row(f"{indent}  {mark} ", ", ".join(principals), why)


def _row(lead: str, principals: str, why: str) -> Iterator[str]:
    """The mark and the names, and beside them, or below longer ones, why."""
    hanging, room = " " * len(lead), WIDTH - len(lead)
    beside = bool(why) and max(map(len, principals.split(", "))) < NAMES_WIDTH
    left, right = _broken(principals, NAMES_WIDTH if beside else room), _broken(why, room - NAMES_WIDTH - 1)
    reasons = right if beside else [*("" for _ in left), *right]
    for number, (name, reason) in enumerate(zip_longest(left, reasons, fillvalue="")):
        yield f"{hanging if number else lead}{name:<{NAMES_WIDTH}} {reason}".rstrip()


def _broken(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)


def _short(name: str) -> str:
    """A principal's name; of a service-linked role the last part."""
    if name.startswith("role/aws-service-role/"):
        return f"{name.rpartition('/')[2]} (service-linked)"
    return name


def _by_action(page: Page, *, ascii_only: bool) -> Iterator[str]:
    """What one principal may do."""
    question: Question = page.groups[0].answers[0].question
    account = page.accounts[0]
    resource = "" if question.resource == ANY_RESOURCE else f" on {question.resource}"
    yield from wrapped(f"What may {question.principal} do in {_where(page)}{resource}?", "")
    for group, called in zip(page.groups, names([group.actions for group in page.groups]), strict=True):
        yield ""
        yield from wrapped(called, "")
        (answer,) = group.answers
        for case in answer.cases:
            mark, why = symbol(case.verdict, ascii_only=ascii_only), briefly(case, account)
            said = f"{mark} {SAID[case.verdict]}: {resources_said(case, answer)}"
            yield from wrapped(f"{said}; {why}" if why else said, "  ")
