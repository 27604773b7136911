"""The linter's rules: one file per rule or family of rules, the folder is the registry.

A file exports `RULES`, a tuple of `Rule`. A rule looks at one policy and yields what it finds; it knows neither files nor lines.
`guardrails.iam.linted` is what it looks at.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from guardrails.iam.grammar import Where
from guardrails.iam.linted import Linted

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final = ("error", "warning", "note")
"""How bad a finding is: it does not do what it says; it may not; it could be said better."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found at a path of the document, and what to do about it."""

    path: Where
    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `types` are the policy types that it is about, none for all; `source` is the page that says so.

    The id stays what it is: people write it into their files.
    """

    id: str
    title: str
    severity: Severity
    source: str
    check: Callable[[Linted], Iterable[Found]]
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one place of a policy."""

    rule: Rule
    path: Where
    message: str
    suggestion: str = ""


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in order."""
    found: dict[str, Rule] = {}
    for entry in pkgutil.iter_modules(__path__):
        for rule in importlib.import_module(f"{__name__}.{entry.name}").RULES:
            if rule.id in found:
                raise ValueError(f"two rules have the id {rule.id}")
            found[rule.id] = rule
    return dict(sorted(found.items()))


def lint(policy: Linted) -> list[Finding]:
    """Everything that the rules find in a policy, in the order of its statements.

    Raises: UnsupportedPolicy, when policies of its type are not understood here.
    """
    findings = [
        Finding(rule, found.path, found.message, found.suggestion)
        for rule in rules().values()
        if not rule.types or policy.type in rule.types
        for found in rule.check(policy)
    ]
    return sorted(findings, key=lambda finding: (_number(finding.path), finding.rule.id))


def _number(path: Where) -> int:
    return path[1] if len(path) > 1 and isinstance(path[1], int) else -1
