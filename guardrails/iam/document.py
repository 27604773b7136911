"""A policy document: read from parsed JSON into statements, and written as text that AWS takes.

AWS counts white space, so what is sent has none.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guardrails.errors import ConfigError, Problem
from guardrails.iam.grammar import flaws, listed


def minified(document: Mapping[str, Any]) -> str:
    """A policy document as AWS should receive it: JSON without white space between tokens, characters as themselves."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy. Of `actions` and `not_actions` one is empty, and of `resources` and `not_resources` one or both.

    `label` names it in reports: its Sid, else "statement 2", counted from 1. `principal` and `not_principal` are the elements as
    written, None where there is none. `conditions` is the Condition element.
    """

    label: str
    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principal: Any = None
    not_principal: Any = None
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def parse(document: Any, policy_type: str) -> tuple[Statement, ...]:
    """The statements of a policy document, checked against the grammar of its type ("SERVICE_CONTROL_POLICY").

    Raises: ConfigError, with everything that is wrong; UnsupportedPolicy, when the type's grammar is not known here.
    """
    found = [
        Problem("", 0, 0, f"{flaw.where}: {flaw.message}", flaw.suggestion)
        for flaw in flaws(document, policy_type)
        if flaw.refused
    ]
    if found:
        raise ConfigError(found)
    return tuple(_statement(index, item) for index, item in enumerate(listed(document["Statement"])))


def _statement(index: int, item: Mapping[str, Any]) -> Statement:
    return Statement(
        label=item.get("Sid") or f"statement {index + 1}",
        effect=item["Effect"],
        actions=tuple(listed(item.get("Action", []))),
        not_actions=tuple(listed(item.get("NotAction", []))),
        resources=tuple(listed(item.get("Resource", []))),
        not_resources=tuple(listed(item.get("NotResource", []))),
        principal=item.get("Principal"),
        not_principal=item.get("NotPrincipal"),
        conditions=item.get("Condition", {}),
    )
