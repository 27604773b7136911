"""The policies that a declared organization compiles to, packed and with the parameters that it gives; permission sets' own too.

A finding is told where its statement was written, or where the policy was declared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from guardrails.engine.resource import Resource
from guardrails.iam.grammar import IDENTITY, RESOURCE_CONTROL, SERVICE_CONTROL, listed
from guardrails.iam.lint import Finding, lint
from guardrails.iam.linted import Facts, Linted
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.linting import Placed, placed
from guardrails.linting.library import item_at, place_in
from guardrails.placeholders import with_placeholders
from guardrails.resources.permission_set import PermissionSet
from guardrails.resources.policy import Policy

MIXED: Final = "GR404"
"""Packing puts what allows and what denies into one document: attached to the same target, that is the same."""

Written = Mapping[str, tuple[AuthorizationPolicy, int]]
"""The policy file and the number of the statement, counted from 0, by the place where it is written."""


def compiled_findings(
    resources: Iterable[Resource], sources: Sequence[AuthorizationPolicy], trusted: Sequence[str]
) -> tuple[int, list[Placed]]:
    """How many policies are among the resources, and everything that is found in them; `trusted` are ARN patterns of principals."""
    count = 0
    found: list[Placed] = []
    written = {place: (source, index) for source in sources for index, (place,) in enumerate(source.origins)}
    for resource in resources:
        if isinstance(resource, Policy) and resource.policy_type in (SERVICE_CONTROL, RESOURCE_CONTROL):
            found += _of_policy(resource, written, trusted)
        elif isinstance(resource, PermissionSet) and resource.inline_policy:
            found += _of_permission_set(resource)
        else:
            continue
        count += 1
    return count, found


def _of_policy(policy: Policy, written: Written, trusted: Sequence[str]) -> Iterator[Placed]:
    document = with_placeholders(policy.content)
    origins = [
        [written[place] for place in places if place in written]
        for places in (*policy.origins, *[()] * (len(listed(document["Statement"])) - len(policy.origins)))
    ]
    everybody = {index for index, some in enumerate(origins) if not some or any(each.exempt_reason for each, _ in some)}
    facts = Facts(tuple(trusted), frozenset(everybody), beside_full_access=True)
    packed = len({source.file for some in origins for source, _ in some}) > 1
    for finding in lint(Linted(document, policy.policy_type, facts)):
        if not (packed and finding.rule.id == MIXED):
            yield _placed(finding, policy, document, origins)


def _placed(
    finding: Finding,
    policy: Policy,
    document: Mapping[str, Any],
    origins: Sequence[Sequence[tuple[AuthorizationPolicy, int]]],
) -> Placed:
    index = finding.path[1] if len(finding.path) > 1 else None
    some = origins[index] if isinstance(index, int) else ()
    if not isinstance(index, int) or not some:
        return placed(finding, next(iter(policy.declared_at), ("", 0, 0)), policy.name, "")
    item = item_at(document, finding.path)
    having = ((source, number) for source, number in some if item in listed(_element(source, number, finding.path)))
    source, number = next(having, some[0])
    sid = str(source.statements[number]["Sid"])
    packed = str(listed(document["Statement"])[index].get("Sid") or f"statement {index + 1}")
    told = replace(finding, message=finding.message.replace(packed, sid, 1))  # packing may have changed its Sid
    return placed(told, place_in(source, (number, *finding.path[2:]), item), source.id, sid)


def _element(source: AuthorizationPolicy, number: int, path: Sequence[str | int]) -> Any:
    return source.statements[number].get(str(path[2]), []) if len(path) > 2 else []


def _of_permission_set(permission_set: PermissionSet) -> Iterator[Placed]:
    for finding in lint(Linted(with_placeholders(permission_set.inline_policy), IDENTITY)):
        yield placed(finding, ("", 0, 0), f"the permission set {permission_set.name}", "")
