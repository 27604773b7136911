"""Decisions in words: who decided, where that stands, and what it hangs on. Everything a line of a report says."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from guardrails.iam import FULL, Reason
from guardrails.simulation.alternatives import ABSENT, ANOTHER, GIVEN, Alternative
from guardrails.simulation.answers import Answer, Case, Verdict
from guardrails.simulation.hierarchy import ACCOUNT_LEVEL
from guardrails.simulation.policies import GIVEN_LEVEL
from guardrails.simulation.questions import ANY_RESOURCE

SYMBOLS: Final[dict[Verdict, tuple[str, str]]] = {
    "allowed": ("\N{CHECK MARK}", "y"),
    "explicitDeny": ("\N{BALLOT X}", "x"),
    "implicitDeny": ("\N{EN DASH}", "-"),
    "depends": ("?", "?"),
    "dependsOnResource": ("~", "~"),
}
"""How each verdict is drawn: on a terminal that writes UTF-8, and on one that does not."""
SAID: Final[dict[Verdict, str]] = {
    "allowed": "allowed",
    "explicitDeny": "denied",
    "implicitDeny": "not allowed by any policy",
    "depends": "depends on what was not given",
    "dependsOnResource": "depends on the resource",
}
EVERY_OTHER: Final = "every other resource"
MOST_VALUES: Final = 6
"""How many values of a key are told before the rest is counted."""
NO_VALUES: Final = (ABSENT, ANOTHER, GIVEN)
"""What stands for a value and is none itself."""


def symbol(verdict: Verdict, *, ascii_only: bool = False) -> str:
    """The one character that stands for a verdict."""
    return SYMBOLS[verdict][ascii_only]


def legend(used: Collection[Verdict], *, ascii_only: bool = False) -> str:
    """What the characters of these verdicts mean."""
    return ", ".join(f"{symbol(each, ascii_only=ascii_only)} {SAID[each]}" for each in SAID if each in used)


def resources_said(case: Case, answer: Answer) -> str:
    """The resources of a case: as they are named, every other, or every one where no policy names any."""
    if case.resources == (ANY_RESOURCE,):
        return EVERY_OTHER if len(answer.cases) > 1 else "every resource"
    return ", ".join(case.resources)


def decisive(case: Case) -> tuple[Reason, ...]:
    """The reasons worth telling: what denies, what is missing; of what allows, neither AWS's FullAWSAccess nor what is only assumed."""
    if case.decision.outcome != "allowed":
        return case.decision.reasons
    untold = {"", FULL.name, *(case.ready.own.assumed if case.ready.own else ())}
    return tuple(reason for reason in case.decision.reasons if reason.policy not in untold)


def place(reason: Reason, account: str) -> str:
    """At which level of the organization a policy is attached, its account by name; "" of what is no organization policy."""
    if not reason.level:
        return ""
    return f"account {account}" if reason.level == ACCOUNT_LEVEL else reason.level


def statement(reason: Reason, account: str) -> str:
    """A statement that decided: its name, its policy, where that is attached and where it is written."""
    if not reason.policy:
        where = place(reason, account)
        return f"{where}: {reason.text}" if where else reason.text
    verb = "denied" if reason.text.startswith("denies") else "allowed"
    where = place(reason, account)
    attached = f", {where}" if where == GIVEN_LEVEL else f", attached to {where}" if where else ""
    label = reason.statement if reason.statement.startswith("statement ") else f"statement {reason.statement}"
    return f"{verb} by {label} of the {reason.policy_type} {reason.policy}{attached}"


def assumption(assumed: str) -> str:
    """What an answer rests on that is not known here."""
    return (
        f"assuming that {assumed} {'allow' if assumed.endswith('policies') else 'allows'} it, which is not known here"
    )


def files(reason: Reason) -> str:
    """Where a statement is written, below the folder one stands in where that is possible."""
    return ", ".join(map(_relative, reason.places))


def every_reason(case: Case) -> str:
    """Each statement that decided, with its level, its policy, and where it is written."""
    return "; ".join(dict.fromkeys(map(_told, case.decision.reasons)))


def _told(reason: Reason) -> str:
    where = " / ".join(part for part in (reason.level, reason.policy, reason.statement) if part)
    written = f" ({files(reason)})" if reason.places else ""
    return f"{where}{written}: {reason.text}" if where else reason.text


def _relative(where: str) -> str:
    try:
        return str(Path(where).relative_to(Path.cwd()))
    except ValueError:
        return where


def mainly(case: Case, account: str) -> str:
    """Why, in a few words: the first statement that denies, what it hangs on, or what it rests on; "" of what is allowed."""
    if case.decision.depends and case.verdict == "depends":
        return f"depends on {', '.join(sorted({other.key for other in case.otherwise} or case.decision.depends))}"
    if case.verdict == "depends":
        return f"if {' or '.join(case.decision.assumed)} allows it"
    reasons = decisive(case)
    if case.decision.outcome == "allowed" or not reasons:
        return ""
    first, where = reasons[0], place(reasons[0], account)
    return f"{where + ': ' if where else ''}{first.policy} / {first.statement}" if first.policy else first.text


def untold(case: Case) -> int:
    """How many more statements deny than the first."""
    denied = case.verdict != "depends" and case.decision.outcome != "allowed"
    return max(0, len(decisive(case)) - 1) if denied else 0


def briefly(cases: Collection[Case], account: str) -> str:
    """Why, in one line, of cases that are mainly decided alike: how many more statements deny is told, or at most how many."""
    (main,) = {mainly(case, account) for case in cases}
    counts = {untold(case) for case in cases}
    up_to = "up to " if len(counts) > 1 else ""
    return f"{main} (and {up_to}{max(counts)} more)" if max(counts) else main


def otherwise(alternatives: Sequence[Alternative], outcome: str) -> Iterator[str]:
    """For each key, the values with which the answer is another one, and with which it stays."""
    for key in dict.fromkeys(each.key for each in alternatives):
        mine = [each for each in alternatives if each.key == key]
        if len(mine) == 1:
            yield f"{key} decides together with other keys, or by a value that no condition names"
            continue
        for each in sorted(mine, key=lambda one: one.outcome == outcome):
            yield f"{SAID[each.outcome]} when {key} is {_listed(each.values)}"


def _listed(values: Sequence[str]) -> str:
    shown = [value if value in NO_VALUES else f"'{value}'" for value in values[:MOST_VALUES]]
    more = [f"{len(values) - MOST_VALUES} more"] if len(values) > MOST_VALUES else []
    return " or ".join([*shown, *more]).replace(ABSENT, "absent")
