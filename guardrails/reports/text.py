"""Plain text, for people: 80 columns, coloured where the terminal can (the caller strips colour where it cannot)."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.plan import Plan, plain
from guardrails.engine.resource import Address, Ref, substitute
from guardrails.engine.run import Result
from guardrails.policy_slots import Budget
from guardrails.reports import ApplyReport, CallCounts, Format, PlanReport

WIDTH: Final = 80
TOGETHER: Final = "\xa0"
"""A space at which no line is broken."""
COLOURS: Final = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.ADOPT: "cyan",
    Action.RELEASE: "magenta",
}
OURS, OTHERS, OWN, FREE = "█", "▓", "░", "·"
SHOWN_BUDGETS: Final = frozenset({"scp", "rcp"})
NOTHING_TO_DO: Final = {
    "plan": "Nothing to do: the live organization is as declared.",
    "drift": "No drift: the live organization is as declared.",
}
FUTURE: Final = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.DELETE: "to delete",
    Action.ADOPT: "to adopt",
    Action.RELEASE: "to release",
}
PAST: Final = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.ADOPT: "adopted",
    Action.RELEASE: "released",
}


def render_plan(report: PlanReport) -> str:
    """Every change with the properties that differ, what was not seen, what would be refused, and the count."""
    return "\n".join(_plan_lines(report))


def _plan_lines(report: PlanReport) -> Iterator[str]:
    plan = report.plan
    for change in plan.changes:
        yield headline(change)
        if not report.brief:
            yield from _property_lines(change)
            yield ""
    if report.brief and plan.changes:
        yield ""
    yield from _section(
        "Not seen (the plan is incomplete, apply will refuse it):", [_blind(spot) for spot in plan.blind], "red"
    )
    yield from _section("Live but not declared, left alone:", [str(address) for address in plan.unmanaged], None)
    yield from _section("Good to know:", list(plan.caveats), "cyan")
    refused = [f"{message} (--accept {limit})" for limit, message in report.violations]
    yield from _section("Apply will refuse this unless accepted:", refused, "red")
    yield from _section("AWS cannot do this, apply will refuse it:", list(report.impossible), "red")
    if not report.brief and report.purpose == "plan":
        yield from _budget_lines([budget for budget in report.budgets if budget.kind in SHOWN_BUDGETS])
    yield from _calls(report.calls, brief=report.brief)
    yield summary(report)


def summary(report: PlanReport) -> str:
    """One line: how many changes of each action."""
    if not report.plan.changes:
        if report.plan.complete:
            beneath = " CloudFormation sees no drift in its stacks either." if report.plan.deep else ""
            return click.style(NOTHING_TO_DO[report.purpose] + beneath, fg="green")
        return click.style("Nothing to do where we could look, but not everything could be seen.", fg="red")
    counts = [(action, report.plan.count(action)) for action in Action]
    text = ", ".join(f"{count} {FUTURE[action]}" for action, count in counts if count)
    return click.style(f"{report.purpose.capitalize()}: {text}.", bold=True)


def headline(change: Change) -> str:
    """One line that says what happens to which object."""
    return click.style(f"{change.action.symbol} {change.address}", fg=COLOURS[change.action])


def _property_lines(change: Change) -> Iterator[str]:
    if change.action is Action.RELEASE:
        yield "    stays as it is; only our ownership tag goes"
    if change.action is not Action.CREATE:
        for difference in change.differences:
            yield f"    {difference.property}"
            yield from _difference_lines(difference)
        return
    shown = [d for d in change.differences if d.desired not in ("", (), {}, None)]
    width = max((len(d.property) for d in shown), default=0)
    for difference in shown:
        first, *rest = _wrapped(_words(difference.desired), WIDTH - width - 6)
        yield f"    {difference.property:<{width}}  {first}"
        yield from (" " * (width + 6) + line for line in rest)


def _difference_lines(difference: Difference) -> Iterator[str]:
    live, desired = difference.live, difference.desired
    if _is_list_of_words(live) and _is_list_of_words(desired) and set(live) != set(desired):
        yield from _value_lines("only live", [item for item in live if item not in desired])
        yield from _value_lines("only declared", [item for item in desired if item not in live])
        return
    yield from _value_lines("live", live)
    yield from _value_lines("declared", desired)


def _value_lines(side: str, value: Any) -> Iterator[str]:
    if value == []:
        return
    first, *rest = _wrapped("(absent)" if value is ABSENT else _words(value), WIDTH - 21)
    yield f"      {click.style(f'{side:<13}', dim=True)}  {first}"
    yield from (" " * 21 + line for line in rest)


def _is_list_of_words(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str | Address) for item in value)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most this width; a word that is longer (an ARN) stays whole, so that it can be copied."""
    return textwrap.wrap(text, max(width, 20), break_on_hyphens=False, break_long_words=False) or [""]


def _words(value: Any) -> str:
    """A value as a person reads it; of a whole document only its outline (the JSON output has every word)."""
    readable = substitute(plain(value), lambda ref: f"<{_late(ref)}>")
    if isinstance(readable, str):
        return readable
    if isinstance(readable, list) and all(isinstance(item, str) for item in readable):
        return ", ".join(readable) or "(none)"
    if isinstance(readable, dict):
        return _outline(readable)
    return json.dumps(readable, ensure_ascii=False)


def _outline(document: dict[str, Any]) -> str:
    if isinstance(resources := document.get("Resources"), dict):
        return ", ".join(f"{name} ({resource['Type']})" for name, resource in resources.items())
    if isinstance(statements := document.get("Statement"), list):
        return "statements " + ", ".join(statement.get("Sid", statement["Effect"]) for statement in statements)
    if all(isinstance(item, str) for item in document.values()):
        return ", ".join(f"{key}: {item}" for key, item in document.items())
    return json.dumps(document, ensure_ascii=False)


def _late(ref: Ref) -> str:
    return f"{ref.attribute} of {ref.address.name}, known after apply"


def _blind(spot: Any) -> str:
    return f"{spot.type}: {spot.reason}{f' — {spot.remedy}' if spot.remedy else ''}"


def _section(title: str, lines: list[str], colour: str | None) -> Iterator[str]:
    if lines:
        yield click.style(title, fg=colour, bold=True)
        for line in lines:
            first, *rest = _wrapped(line, WIDTH - 6)
            yield f"  {first}"
            yield from (f"      {more}" for more in rest)
        yield ""


def _budget_lines(budgets: Sequence[Budget]) -> Iterator[str]:
    """A line for each target: a bar with a cell for each slot, how many are taken, and how large our largest policy there is."""
    if not budgets:
        return
    yield click.style(
        f"Policies on each target ({OURS} ours {OTHERS} others {OWN} AWS's {FREE} free), our largest one:", bold=True
    )
    for budget in budgets:
        free = max(0, budget.slots - budget.used)
        bar = OURS * budget.ours + OTHERS * budget.others + OWN * budget.own + FREE * free
        colour = None if free > 1 else "yellow" if free else "red"
        slots = f"{budget.used} of {budget.slots}"
        size = f"{budget.characters[0]:,} of {budget.max_characters:,}" if budget.characters else ""
        name = budget.target.name if len(budget.target.name) <= 28 else f"…{budget.target.name[-27:]}"
        line = f"  {name:<28} {budget.kind}  {click.style(f'{bar:<10}', fg=colour)}  {slots:>8}  {size:>16}"
        yield line.rstrip()
    yield ""


def _calls(calls: CallCounts | None, *, brief: bool) -> Iterator[str]:
    if calls is None:
        return
    yield click.style(f"Writes: {sum(calls.writes.values())}", bold=True)
    yield from (f"  {count} {call}" for call, count in _most_first(calls.writes))
    yield click.style(f"Reads: {sum(calls.reads.values())}", bold=True)
    if not brief:
        reads = ", ".join(f"{count}{TOGETHER}{call}" for call, count in _most_first(calls.reads))
        yield from (f"  {line.replace(TOGETHER, ' ')}" for line in _wrapped(reads, WIDTH - 2))
    yield ""


def _most_first(calls: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(calls.items(), key=lambda item: (-item[1], item[0]))


def render_apply(report: ApplyReport) -> str:
    """What failed and was skipped, and the count; what went well was said as it happened."""
    return "\n".join(_apply_lines(report))


def _apply_lines(report: ApplyReport) -> Iterator[str]:
    failed = [outcome for outcome in report.outcomes if outcome.result is Result.FAILED]
    skipped = [outcome for outcome in report.outcomes if outcome.result is Result.SKIPPED]
    yield from _section("Failed:", [f"{o.change.address}: {o.reason}" for o in failed], "red")
    yield from _section("Skipped:", [f"{o.change.address}: {o.reason}" for o in skipped], "yellow")
    yield from _calls(report.calls, brief=report.brief)
    yield applied(report.plan, report) if report.plan.changes else click.style(NOTHING_TO_DO["plan"], fg="green")


def applied(plan: Plan, report: ApplyReport) -> str:
    """One line: how many changes of each action were made, and in how many seconds."""
    done = [outcome.change.action for outcome in report.outcomes if outcome.result is Result.DONE]
    parts = [f"{done.count(action)} {PAST[action]}" for action in Action if action in done]
    missing = len(plan.changes) - len(done)
    if missing:
        parts.append(f"{missing} not made")
    text = f"Applied: {', '.join(parts) or 'nothing to do'} in {report.seconds:.1f} s."
    return click.style(text, fg="red" if missing else "green", bold=True)


FORMAT = Format(name="text", plan=render_plan, apply=render_apply)
