"""Findings that a policy file accepts, with a written reason, and the entries that accept nothing.

    lint:
      GR203: The actions are new this week.             every finding of the rule in the file
      GR401 DenyRoot: It stands for itself in a report. the one in the statement of this Sid

Source: docs/lint.md
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from guardrails.iam.lint import Rule
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.linting import Linting, Placed

STALE: Final = Rule("GR901", "the entry accepts nothing", "warning", "docs/lint.md", lambda policy: ())


def with_silences(policies: int, findings: Iterable[Placed], sources: Sequence[AuthorizationPolicy]) -> Linting:
    """What was found, apart from what the files accept; the same told twice at one place is told once."""
    accepting = {source.file: source for source in sources}
    kept: list[Placed] = []
    accepted: list[Placed] = []
    used: set[tuple[str, str]] = set()
    for finding in sorted(_once(findings), key=lambda each: each.order):
        source = accepting.get(finding.file)
        entry = _entry(source, finding) if source else ""
        if source and entry:
            used.add((source.file, entry))
            accepted.append(replace(finding, reason=source.accepted[entry]))
        else:
            kept.append(finding)
    stale = [each for source in sources for each in _stale(source, used)]
    return Linting(policies, tuple(sorted([*kept, *stale], key=lambda each: each.order)), tuple(accepted))


def _once(findings: Iterable[Placed]) -> list[Placed]:
    """The findings, what is told twice of one place by one rule only once: a policy is looked at in the library and as it is declared."""
    found: dict[tuple[str, int, int, str, str], Placed] = {}
    for each in findings:
        found.setdefault(each.order, each)
    return list(found.values())


def _entry(source: AuthorizationPolicy, finding: Placed) -> str:
    """The entry of a file that accepts a finding; "" when none does."""
    candidates = (f"{finding.rule.id} {finding.statement}", finding.rule.id)
    return next((entry for entry in candidates if entry in source.accepted), "")


def _stale(source: AuthorizationPolicy, used: set[tuple[str, str]]) -> Iterator[Placed]:
    for entry in source.accepted:
        if (source.file, entry) not in used:
            place = source.problem(("lint", entry), "")
            message = f"the lint entry {entry!r} accepts nothing: there is no such finding"
            yield Placed(place.file, place.line, place.column, STALE, source.id, message, "take it out")
