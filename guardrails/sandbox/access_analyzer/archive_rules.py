"""Archive rules of an analyzer: which findings are archived as they come.

Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateArchiveRule.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from guardrails.sandbox.access_analyzer import analyzers
from guardrails.sandbox.access_analyzer.analyzers import PAGING, Analyzer, ArchiveRule
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PER_PAGE: Final = 100


@operation("accessanalyzer", "CreateArchiveRule")
def create_archive_rule(call: Call) -> Answer:
    """Add a rule to an analyzer, under a name that it does not have yet."""
    found, name = analyzers.own(call), str(call.parameters["ruleName"])
    if name in found.rules:
        raise Refusal("ConflictException", f"Archive rule {name} already exists.", status=409, resourceId=name)
    found.rules[name] = ArchiveRule(name, _checked(call.parameters["filter"]))
    return {}


@operation("accessanalyzer", "UpdateArchiveRule")
def update_archive_rule(call: Call) -> Answer:
    """Change a rule's criteria."""
    found = _own(call)
    found.filter, found.updated = _checked(call.parameters["filter"]), datetime.now(UTC)
    return {}


@operation("accessanalyzer", "GetArchiveRule")
def get_archive_rule(call: Call) -> Answer:
    """Show a rule."""
    return {"archiveRule": _described(_own(call))}


@operation("accessanalyzer", "ListArchiveRules")
def list_archive_rules(call: Call) -> Answer:
    """List an analyzer's rules."""
    rules = [_described(each) for each in analyzers.own(call).rules.values()]
    return PAGING.page(call, "archiveRules", rules, PER_PAGE)


@operation("accessanalyzer", "DeleteArchiveRule")
def delete_archive_rule(call: Call) -> Answer:
    """Delete a rule."""
    del analyzers.own(call).rules[_own(call).name]
    return {}


@operation("accessanalyzer", "ApplyArchiveRule")
def apply_archive_rule(call: Call) -> Answer:
    """Archive the findings that are there already and meet a rule's criteria: there are none, as nothing is analyzed.

    Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ApplyArchiveRule.html
    """
    _rule(analyzers.of_arn(call, str(call.parameters["analyzerArn"])), str(call.parameters["ruleName"]))
    return {}


def _own(call: Call) -> ArchiveRule:
    return _rule(analyzers.own(call), str(call.parameters["ruleName"]))


def _rule(analyzer: Analyzer, name: str) -> ArchiveRule:
    if name not in analyzer.rules:
        raise analyzers.not_found("ArchiveRule", name)
    return analyzer.rules[name]


def _checked(given: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = {"eq", "neq", "contains", "exists"}
    criteria = {name: {key: value for key, value in each.items() if value is not None} for name, each in given.items()}
    if not criteria or any(not each or set(each) - kinds for each in criteria.values()):
        raise analyzers.validation("A criterion needs a condition.")
    return criteria


def _described(rule: ArchiveRule) -> Mapping[str, Any]:
    return {"ruleName": rule.name, "filter": rule.filter, "createdAt": rule.created, "updatedAt": rule.updated}
