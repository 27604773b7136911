"""Policies in few words, and what one rule of the linter finds in them."""

from typing import Any

from guardrails.iam.grammar import SERVICE_CONTROL
from guardrails.iam.lint import lint, rules
from guardrails.iam.linted import NO_FACTS, Facts, Linted


def statement(effect: str = "Deny", /, **elements: Any) -> dict[str, Any]:
    """A statement about everything, but for what is given."""
    made: dict[str, Any] = {"Effect": effect} | elements
    if not made.keys() & {"Action", "NotAction"}:
        made["Action"] = "*"
    if not made.keys() & {"Resource", "NotResource"}:
        made["Resource"] = "*"
    return made


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def found(
    rule: str, *statements: dict[str, Any], kind: str = SERVICE_CONTROL, facts: Facts = NO_FACTS
) -> list[tuple[tuple[str | int, ...], str, str]]:
    """What a rule finds: the path below `Statement`, the message and the suggestion of each."""
    assert rule in rules()
    findings = lint(Linted(document(*statements), kind, facts))
    return [(each.path[1:], each.message, each.suggestion) for each in findings if each.rule.id == rule]
