"""Analyzers of an account or of the whole organization, per region.

An organization's analyzer is its management account's or its delegated administrator's, and works while trusted access
and the delegation last.
Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-settings.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "access-analyzer.amazonaws.com"
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}")
CONFIGURED: Final[Mapping[str, str | None]] = {
    "ACCOUNT": None,
    "ORGANIZATION": None,
    "ACCOUNT_UNUSED_ACCESS": "unusedAccess",
    "ORGANIZATION_UNUSED_ACCESS": "unusedAccess",
    "ACCOUNT_INTERNAL_ACCESS": "internalAccess",
    "ORGANIZATION_INTERNAL_ACCESS": "internalAccess",
}
"""Each type of analyzer, and the member of the configuration that it takes."""
MOST: Final[Mapping[bool, int]] = {False: 1, True: 5}
"""How many analyzers of a type an account has in a region: of itself, of the organization."""
DEFAULT_AGE: Final = 90
OLDEST: Final = 365
PER_PAGE: Final = 100


@dataclass
class ArchiveRule:
    """Which findings are archived as they come."""

    name: str
    filter: Mapping[str, Any]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Analyzer:
    """An analyzer; the first look shows one of the organization on its way (CREATING)."""

    name: str
    arn: str
    type: str
    owner_id: str
    configuration: dict[str, Any]
    tags: dict[str, str]
    rules: dict[str, ArchiveRule] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    creating: bool = False

    @property
    def is_organizations(self) -> bool:
        """Whether its zone of trust is the organization."""
        return self.type.startswith("ORGANIZATION")


_ANALYZERS: Final[dict[tuple[str, str], dict[str, Analyzer]]] = lifecycle.forgotten_on_reset({})


@operation("accessanalyzer", "CreateAnalyzer")
def create_analyzer(call: Call) -> Answer:
    """Make an analyzer: one of a type for the account; of the organization five, by who administers it, once it is trusted."""
    wanted, kept = call.parameters, _ANALYZERS.setdefault((call.account_id, call.region), {})
    name, kind = str(wanted["analyzerName"]), str(wanted["type"])
    if not NAME.fullmatch(name) or kind not in CONFIGURED:
        raise validation("The analyzer's name or type is not valid.")
    if kind.startswith("ORGANIZATION"):
        _require_administrator(call)
    if name in kept:
        raise Refusal("ConflictException", f"Analyzer {name} already exists.", status=409, resourceId=name)
    if sum(each.type == kind for each in kept.values()) >= MOST[kind.startswith("ORGANIZATION")]:
        message = f"You have reached the limit of analyzers of type {kind}."
        raise Refusal("ServiceQuotaExceededException", message, status=402, resourceId=name, resourceType="Analyzer")
    configuration = _checked(kind, wanted.get("configuration") or {})
    arn = f"arn:aws:access-analyzer:{call.region}:{call.account_id}:analyzer/{name}"
    made = Analyzer(name, arn, kind, call.account_id, configuration, dict(wanted.get("tags") or {}))
    made.creating = made.is_organizations
    for rule in wanted.get("archiveRules") or []:
        made.rules[str(rule["ruleName"])] = ArchiveRule(str(rule["ruleName"]), rule["filter"])
    kept[name] = made
    return {"arn": arn}


@operation("accessanalyzer", "UpdateAnalyzer")
def update_analyzer(call: Call) -> Answer:
    """Change what an analyzer of unused or internal access leaves out; an external access analyzer has nothing to change.

    Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateAnalyzer.html
    """
    found, wanted = own(call), call.parameters.get("configuration") or {}
    member = CONFIGURED[found.type]
    if member is None:
        raise validation("External access analyzers cannot be updated.")
    age = found.configuration[member].get("unusedAccessAge")
    if "unusedAccessAge" in (wanted.get(member) or {}) and wanted[member]["unusedAccessAge"] != age:
        raise validation("The unused access age of an analyzer cannot be changed.")
    merged = {member: {**found.configuration[member], **(wanted.get(member) or {})}}
    found.configuration = _checked(found.type, merged)
    return {"configuration": found.configuration}


@operation("accessanalyzer", "GetAnalyzer")
def get_analyzer(call: Call) -> Answer:
    """Show an analyzer with its configuration. A look."""
    found = own(call)
    shown = _described(found)
    found.creating = False
    return {"analyzer": shown}


@operation("accessanalyzer", "ListAnalyzers")
def list_analyzers(call: Call) -> Answer:
    """List the account's analyzers of the region, of one type when it is named. A look."""
    kind, kept = call.parameters.get("type"), _ANALYZERS.get((call.account_id, call.region), {})
    answer = PAGING.page(call, "analyzers", [each for each in kept.values() if kind in (None, each.type)], PER_PAGE)
    shown = [_described(each) for each in answer["analyzers"]]
    for each in answer["analyzers"]:
        each.creating = False
    return {**answer, "analyzers": shown}


@operation("accessanalyzer", "DeleteAnalyzer")
def delete_analyzer(call: Call) -> Answer:
    """Delete an analyzer with its rules."""
    del _ANALYZERS[call.account_id, call.region][own(call).name]
    return {}


@operation("accessanalyzer", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag an analyzer, named by its ARN."""
    of_arn(call, str(call.parameters["resourceArn"])).tags.update(call.parameters["tags"])
    return {}


@operation("accessanalyzer", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from an analyzer."""
    tags = of_arn(call, str(call.parameters["resourceArn"])).tags
    for key in call.parameters["tagKeys"]:
        tags.pop(key, None)
    return {}


@operation("accessanalyzer", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of an analyzer."""
    return {"tags": of_arn(call, str(call.parameters["resourceArn"])).tags}


def own(call: Call) -> Analyzer:
    """The analyzer that a request names.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    name = str(call.parameters["analyzerName"])
    found = _ANALYZERS.get((call.account_id, call.region), {}).get(name)
    if found is None:
        raise not_found("Analyzer", name)
    return found


def of_arn(call: Call, arn: str) -> Analyzer:
    """The analyzer of the account and region with this ARN.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    found = _ANALYZERS.get((call.account_id, call.region), {}).get(arn.rpartition("/")[2])
    if found is None or found.arn != arn:
        raise not_found("Analyzer", arn)
    return found


def validation(message: str) -> Refusal:
    """A field of the request is not valid."""
    return Refusal("ValidationException", message, reason="fieldValidationFailed")


def not_found(kind: str, identifier: str) -> Refusal:
    """What is named does not exist."""
    message = f"{kind} {identifier} does not exist."
    return Refusal("ResourceNotFoundException", message, status=404, resourceId=identifier, resourceType=kind)


PAGING: Final = Paging(validation, "nextToken", "maxResults")


def _require_administrator(call: Call) -> None:
    if PRINCIPAL not in organization.trusted_principals():
        raise validation("Service not enabled for AWS Organizations")
    if call.account_id != MANAGEMENT_ACCOUNT_ID and call.account_id not in organization.delegated_administrators(
        PRINCIPAL
    ):
        message = "The account is neither the organization's management account nor its delegated administrator."
        raise Refusal("AccessDeniedException", message, status=403)


def _checked(kind: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    member = CONFIGURED[kind]
    if set(configuration) - {member}:
        raise validation(f"The configuration does not fit an analyzer of type {kind}.")
    if member is None:
        return {}
    content = dict(configuration.get(member) or {})
    if member == "unusedAccess" and not 1 <= content.setdefault("unusedAccessAge", DEFAULT_AGE) <= OLDEST:
        raise validation(f"The unused access age must be between 1 and {OLDEST}.")
    return {member: content}


def _described(found: Analyzer) -> Mapping[str, Any]:
    status, reason = ("CREATING" if found.creating else "ACTIVE"), _reason(found)
    shown = {"arn": found.arn, "name": found.name, "type": found.type, "createdAt": found.created, "tags": found.tags}
    if found.configuration:
        shown["configuration"] = found.configuration
    return {**shown, "status": "DISABLED", "statusReason": {"code": reason}} if reason else {**shown, "status": status}


def _reason(found: Analyzer) -> str | None:
    """Why an organization's analyzer is disabled, if it is."""
    if not found.is_organizations:
        return None
    if organization.backend().org is None:
        return "ORGANIZATION_DELETED"
    if PRINCIPAL not in organization.trusted_principals():
        return "AWS_SERVICE_ACCESS_DISABLED"
    delegated = organization.delegated_administrators(PRINCIPAL)
    is_administrators = found.owner_id in (MANAGEMENT_ACCOUNT_ID, *delegated)
    return None if is_administrators else "DELEGATED_ADMINISTRATOR_DEREGISTERED"
