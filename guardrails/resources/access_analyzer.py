"""Analyzers of IAM Access Analyzer, with their archive rules."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.plan import plain
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import OWNERSHIP_TAG, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import ACCOUNT_TYPE
from guardrails.tagging import is_ours

ANALYSIS: Final[Mapping[str, tuple[str, str]]] = {
    "ORGANIZATION_UNUSED_ACCESS": ("unusedAccess", "exclusions"),
    "ORGANIZATION_INTERNAL_ACCESS": ("internalAccess", "inclusions"),
}
"""The types of analyzer that have a configuration: its member, and the kind of rules in it."""
DELETION: Final = "declare what is live, or delete that analyzer with its findings: the next apply makes it anew"
NOT_YET: Final = ("AccessDeniedException", "ValidationException")
"""How AWS refuses the analyzer of an organization whose delegation or trust it does not know of yet."""


@dataclass(frozen=True, kw_only=True)
class AccessAnalyzer(Resource):
    """One analyzer of the organization in one region; `kind` is ORGANIZATION (external access) or a type in `ANALYSIS`.

    `analysis_rules` are AWS's own exclusions (unused access) or inclusions (internal access), each a mapping of frozen sets
    (accountIds, resourceTypes, resourceArns) and tuples (resourceTags), in the order of their JSON. `archive_rules` maps a rule's
    name to its filter.
    """

    TYPE = "AWS::AccessAnalyzer::Analyzer"

    kind: str = field(metadata={"immutable": DELETION})
    unused_access_age: int | None = field(default=None, metadata={"immutable": DELETION})
    analysis_rules: tuple[Mapping[str, Any], ...] = ()
    archive_rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class AccessAnalyzers(ObjectType[AccessAnalyzer]):
    """Analyzers carry our tag. Deleting one deletes its findings."""

    resource = AccessAnalyzer
    source = "https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[AccessAnalyzer], names: Directory
    ) -> Iterator[Live[AccessAnalyzer] | BlindSpot]:
        """One call for a hundred analyzers, one more for the rules of each that is wanted. Those that a service manages are its own."""
        declared = {want.name for want in wanted}
        for found in aws.items("accessanalyzer", "list_analyzers", "analyzers"):
            if found.get("managedBy"):
                continue
            name, kind, content = found["name"], found["type"], _content(found)
            live = AccessAnalyzer(
                name=name,
                account=aws.account,
                region=aws.region,
                kind=kind,
                unused_access_age=content.get("unusedAccessAge"),
                analysis_rules=_analysis_rules(kind, content),
                archive_rules=_archive_rules(aws, name) if name in declared else {},
            )
            yield Live(live, {"id": found["arn"], "arn": found["arn"]}, managed=is_ours(found.get("tags") or {}))

    def put(
        self, aws: Writer, want: AccessAnalyzer, live: Live[AccessAnalyzer] | None, names: Directory
    ) -> Mapping[str, str]:
        """Create the analyzer, or change what it leaves out; then each archive rule that differs, also for findings that are there."""
        if live is None:
            arn = _created(aws, want)
        else:
            arn = live.attributes["arn"]
            if live.resource.analysis_rules != want.analysis_rules:
                configuration = _configuration(want, with_age=False)
                aws.write("accessanalyzer", "update_analyzer", analyzerName=want.name, configuration=configuration)
            if not live.managed:
                aws.write("accessanalyzer", "tag_resource", resourceArn=arn, tags={OWNERSHIP_TAG: "true"})
        _put_archive_rules(aws, arn, want, {} if live is None else live.resource.archive_rules)
        return {"id": arn, "arn": arn}

    def delete(self, aws: Writer, live: Live[AccessAnalyzer], names: Directory) -> None:
        """Delete the analyzer with its rules and findings."""
        aws.write("accessanalyzer", "delete_analyzer", analyzerName=live.resource.name)


def _created(aws: Writer, want: AccessAnalyzer) -> str:
    """The ARN of the new analyzer; the delegation that it stands on may be only just made."""
    request: dict[str, Any] = {"analyzerName": want.name, "type": want.kind, "tags": {OWNERSHIP_TAG: "true"}}
    if want.kind in ANALYSIS:
        request["configuration"] = _configuration(want, with_age=True)
    return str(aws.write("accessanalyzer", "create_analyzer", retry_on=NOT_YET, **request)["arn"])


def _configuration(want: AccessAnalyzer, *, with_age: bool) -> dict[str, Any]:
    member, rules = ANALYSIS[want.kind]
    content: dict[str, Any] = {"analysisRule": {rules: plain(want.analysis_rules)}}
    if with_age and want.unused_access_age is not None:
        content["unusedAccessAge"] = want.unused_access_age
    return {member: content}


def _put_archive_rules(aws: Writer, arn: str, want: AccessAnalyzer, have: Mapping[str, Mapping[str, Any]]) -> None:
    for name, criteria in want.archive_rules.items():
        if have.get(name) != criteria:
            operation = "update_archive_rule" if name in have else "create_archive_rule"
            aws.write("accessanalyzer", operation, analyzerName=want.name, ruleName=name, filter={**plain(criteria)})
            aws.write("accessanalyzer", "apply_archive_rule", analyzerArn=arn, ruleName=name)
    for name in have.keys() - want.archive_rules.keys():
        aws.write("accessanalyzer", "delete_archive_rule", analyzerName=want.name, ruleName=name)


def _content(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one member that the configuration of an analyzer has, empty when it has none."""
    return next((content or {} for content in (found.get("configuration") or {}).values()), {})


def _analysis_rules(kind: str, content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    listed = (content.get("analysisRule") or {}).get(ANALYSIS[kind][1], ()) if kind in ANALYSIS else ()
    return in_order(
        {key: tuple(value) if key == "resourceTags" else frozenset(value) for key, value in rule.items() if value}
        for rule in listed
    )


def _archive_rules(aws: Reader, name: str) -> dict[str, Mapping[str, Any]]:
    rules = aws.items("accessanalyzer", "list_archive_rules", "archiveRules", analyzerName=name)
    return {
        rule["ruleName"]: {
            key: {
                how: what if how == "exists" else tuple(sorted(what))
                for how, what in criterion.items()
                if what is not None
            }
            for key, criterion in rule["filter"].items()
        }
        for rule in rules
    }


def in_order(rules: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Analysis rules in the order of their JSON, as their own order means nothing."""
    return tuple(sorted(rules, key=lambda rule: json.dumps(plain(rule), sort_keys=True)))


TYPE = AccessAnalyzers()
