"""The hierarchy of an organization as it is, policies of others included: a few calls for each policy and each organizational unit.

Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTargetsForPolicy.html,
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader
from guardrails.engine.resource import Resource
from guardrails.iam import RESOURCE_CONTROL, SERVICE_CONTROL, Level, NamedPolicy
from guardrails.model import ROOT, Organization
from guardrails.simulation.hierarchy import ACCOUNT_LEVEL, AccountPlace, Hierarchy, Line
from guardrails.simulation.live_permission_sets import assigned_sets
from guardrails.simulation.written import LiveAccount, Step, Written

ACTIVE: Final = "ACTIVE"
ENABLED: Final = "ENABLED"
SAID: Final = {SERVICE_CONTROL: "service control policies", RESOURCE_CONTROL: "resource control policies"}


@dataclass
class _Attached:
    """The policies of a type by the ids they are attached to; `enabled` says whether the type is."""

    enabled: bool
    by_target: Mapping[str, tuple[NamedPolicy, ...]] = field(default_factory=dict)


def live_hierarchy(organization: Organization, aws: Reader, declared: Sequence[Resource] = ()) -> Hierarchy:
    """The hierarchy as AWS has it now; accounts go by their declared names, those of others by the names that AWS shows.

    A policy that reads as it is declared knows where it was written; of one that does not, a note says so.

    Raises: AwsError.
    """
    described = aws.read("organizations", "describe_organization")["Organization"]
    root = next(aws.items("organizations", "list_roots", "Roots"))
    types = {each["Type"] for each in root["PolicyTypes"] if each["Status"] == ENABLED}
    steps = list(_steps(aws, Step(root["Id"], ROOT, (root["Id"],))))
    found = [(step, account) for step in steps for account in _accounts(organization, aws, step, described)]
    written = Written.of(described, steps, found, declared)
    attached = {kind: _attached(aws, kind, written, enabled=kind in types) for kind in SAID}
    names, lines, sets = {step.id: step.name for step in steps}, _Lines(), assigned_sets(aws)
    accounts = [
        AccountPlace(
            account.name,
            account.id,
            step.path(described["Id"]),
            lines.of(step, account.id, names, attached),
            sets.in_account(account.id),
        )
        for step, account in found
    ]
    notes = (*_disabled(attached), *written.notes, *sets.notes)
    return Hierarchy(tuple(accounts), described["MasterAccountId"], organization.home_region, notes)


def _attached(aws: Reader, kind: str, written: Written, *, enabled: bool) -> _Attached:
    found: dict[str, list[NamedPolicy]] = defaultdict(list)
    for summary in aws.items("organizations", "list_policies", "Policies", Filter=kind) if enabled else ():
        if kind == RESOURCE_CONTROL and summary["AwsManaged"]:
            continue
        which = {"PolicyId": summary["Id"]}
        content = json.loads(aws.read("organizations", "describe_policy", **which)["Policy"]["Content"])
        policy = NamedPolicy(summary["Name"], content, kind, written.origins(kind, summary["Name"], content))
        for target in aws.items("organizations", "list_targets_for_policy", "Targets", **which):
            found[target["TargetId"]].append(policy)
    return _Attached(enabled, {target: tuple(policies) for target, policies in found.items()})


def _accounts(
    organization: Organization, aws: Reader, step: Step, described: Mapping[str, Any]
) -> Iterator[LiveAccount]:
    """The accounts directly in a root or OU that are not closed."""
    declared = {each.email.lower(): each.name for each in organization.accounts}
    for account in aws.items("organizations", "list_accounts_for_parent", "Accounts", ParentId=step.id):
        if account.get("State", account["Status"]) == ACTIVE:
            name = declared.get(account["Email"].lower(), account["Name"])
            mine = account["Id"] == described["MasterAccountId"]
            yield LiveAccount(account["Id"], organization.management_account if mine else name)


def _steps(aws: Reader, step: Step) -> Iterator[Step]:
    """A root or OU and every OU below it."""
    yield step
    for unit in aws.items(
        "organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=step.id
    ):
        name = unit["Name"] if step.name == ROOT else f"{step.name}/{unit['Name']}"
        yield from _steps(aws, Step(unit["Id"], name, (*step.way, unit["Id"])))


class _Lines:
    """Lines of levels, one object for accounts of one parent that have the same policies of their own."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Line] = {}

    def of(self, step: Step, account: str, names: Mapping[str, str], attached: Mapping[str, _Attached]) -> Line:
        """The line of an account below a step."""
        key = (step.id, *(each.by_target.get(account, ()) for each in attached.values()))
        if key not in self._known:
            way = [*((target, names[target]) for target in step.way), (account, ACCOUNT_LEVEL)]
            levels = {
                kind: tuple(Level(name, each.by_target.get(target, ())) for target, name in way)
                for kind, each in attached.items()
                if each.enabled
            }
            self._known[key] = Line(levels.get(SERVICE_CONTROL, ()), levels.get(RESOURCE_CONTROL, ()))
        return self._known[key]


def _disabled(attached: Mapping[str, _Attached]) -> Iterator[str]:
    for kind, each in attached.items():
        if not each.enabled:
            yield f"{SAID[kind]} are not enabled in this organization: they bind nobody"
