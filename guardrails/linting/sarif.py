"""Findings as SARIF 2.1.0, the format in which code hosts take what a linter found.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from guardrails import __version__
from guardrails.iam.lint import Rule, rules
from guardrails.linting import Linting, Placed
from guardrails.linting.silences import STALE

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(linting: Linting, root: Path) -> dict[str, Any]:
    """A SARIF log of one run; files below `root` are named from there, and accepted findings are suppressed, with their reason."""
    known = [*rules().values(), STALE]
    numbers = {rule.id: number for number, rule in enumerate(known)}
    found = sorted([*linting.findings, *linting.accepted], key=lambda each: each.order)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "guardrails", "version": __version__, "rules": list(map(_rule, known))}},
                "columnKind": "unicodeCodePoints",
                "results": list(_results(found, numbers, root)),
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    described = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": rule.severity},
    }
    return {**described, "helpUri": rule.source} if rule.source.startswith("https://") else described


def _results(found: Iterable[Placed], numbers: Mapping[str, int], root: Path) -> Iterator[dict[str, Any]]:
    for each in found:
        result: dict[str, Any] = {
            "ruleId": each.rule.id,
            "ruleIndex": numbers[each.rule.id],
            "level": each.rule.severity,
            "message": {"text": f"{each.policy}: {each.message}{f' ({each.suggestion})' if each.suggestion else ''}"},
        }
        if each.file:
            result["locations"] = [_location(each, root)]
        if each.reason:
            result["suppressions"] = [{"kind": "inSource", "justification": each.reason}]
        yield result


def _location(each: Placed, root: Path) -> dict[str, Any]:
    file = (root / each.file).resolve()
    inside = file.is_relative_to(root.resolve())
    uri = quote(file.relative_to(root.resolve()).as_posix()) if inside else file.as_uri()
    region = {"startLine": each.line, "startColumn": each.column} if each.column else {"startLine": each.line}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **({"region": region} if each.line else {})}}
