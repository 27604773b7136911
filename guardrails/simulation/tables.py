"""Many answers as text of 80 columns: who may do what, or what one principal may, each different answer once."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice, zip_longest
from typing import Final

from guardrails.simulation.alike import MOST_NAMED, Page, names
from guardrails.simulation.answers import Answer, Case
from guardrails.simulation.questions import ANY_RESOURCE
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
    several = len({question.principal for question in page.questions}) > 1
    return "\n".join((_by_principal if several else _by_action)(page, ascii_only=ascii_only))


def leaves_out(page: Page) -> bool:
    """Whether anything stands there only as a number: actions, or reasons."""
    counted = any(len(group.actions) > MOST_NAMED for group in page.groups) or not page.groups
    answers = [answer for group in page.groups for answer in group.answers]
    cases = [*(case for each in page.always for case in each.cases), *(case for each in answers for case in each.cases)]
    return (counted and len(page.actions) > MOST_NAMED) or any(map(untold, cases))


def _where(page: Page) -> str:
    """The accounts of a page, and the region of its questions; those to a service of no region have none."""
    question = next((each for each in page.questions if each.region), page.questions[0])
    return f"{', '.join(page.accounts)}{of_region(question)}"


def _by_principal(page: Page, *, ascii_only: bool) -> Iterator[str]:
    """Those of whom always the same is true; of the others, by actions, a table for each set of resources that decides."""
    total = len(page.actions)
    several, indent = total > 1, "  " if total > 1 else ""
    asked = f"Who may {'do what' if several else page.actions[0]} in {_where(page)}?"
    ways = f"in {len(page.groups)} ways" if len(page.groups) > 1 else "alike"
    yield from wrapped(f"{asked} {total} actions, answered {ways}." if several else asked, "")
    alike, account = len(page.groups) < 2, page.accounts[0]
    if page.always:
        yield from _heading(names([page.actions])[0] if alike else f"every action ({total})", several=several)
        yield from wrapped(f"{_on([page.questions[0].resource], alone=True)}:", indent)
        decided = ((each.principal, each.cases) for each in page.always)
        yield from _rows(decided, account, indent, ascii_only=ascii_only)
    for group, called in zip(page.groups, names([group.actions for group in page.groups]), strict=True):
        yield from _heading(called, several=several and not (alike and page.always))
        yield from islice(_tables(group.answers, account, indent, ascii_only=ascii_only), 1, None)


def _heading(called: str, *, several: bool) -> Iterator[str]:
    yield ""
    if several:
        yield from wrapped(called, "")


def _tables(answers: Sequence[Answer], account: str, indent: str, *, ascii_only: bool) -> Iterator[str]:
    """The tables about one action, an empty line before each."""
    question = answers[0].question
    named = list(dict.fromkeys(pattern for answer in answers for case in answer.cases for pattern in case.resources))
    columns = {
        pattern: tuple((answer.about(pattern).verdict, briefly([answer.about(pattern)], account)) for answer in answers)
        for pattern in named
    }
    last = columns.pop(question.resource)
    groups = [list(patterns) for _, patterns in groupby(columns, key=lambda pattern: columns[pattern])]
    told = [group for group in groups if columns[group[0]] != last]
    for patterns in [*told, [question.resource]]:
        yield ""
        yield from wrapped(f"{_on(patterns, alone=not told)}:", indent)
        rows = ((answer.question.principal, [answer.about(patterns[0])]) for answer in answers)
        yield from _rows(rows, account, indent, ascii_only=ascii_only)


def _on(patterns: Sequence[str], *, alone: bool) -> str:
    if list(patterns) == [ANY_RESOURCE]:
        return "On every resource" if alone else f"On {EVERY_OTHER}"
    return f"On {', '.join(patterns)}"


def _rows(
    decided: Iterable[tuple[str, Sequence[Case]]], account: str, indent: str, *, ascii_only: bool
) -> Iterator[str]:
    """The rows of a table: the principals about whom the same is said, and why."""
    together: dict[tuple[str, str], list[str]] = {}
    for principal, cases in decided:
        key = symbol(cases[0].verdict, ascii_only=ascii_only), briefly(cases, account)
        together.setdefault(key, []).append(_short(principal))
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
    question = page.questions[0]
    account = page.accounts[0]
    resource = "" if question.resource == ANY_RESOURCE else f" on {question.resource}"
    yield from wrapped(f"What may {question.principal} do in {_where(page)}{resource}?", "")
    for group, called in zip(page.groups, names([group.actions for group in page.groups]), strict=True):
        yield ""
        yield from wrapped(called, "")
        (answer,) = group.answers
        for case in answer.cases:
            mark, why = symbol(case.verdict, ascii_only=ascii_only), briefly([case], account)
            said = f"{mark} {SAID[case.verdict]}: {resources_said(case, answer)}"
            yield from wrapped(f"{said}; {why}" if why else said, "  ")
