"""The organization's policies asked about one request: what denies it, if anything.

Policies count while their type is enabled in the root. Documents are understood once and kept by their text, so that a change, an
attachment or a move counts from the next request on.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from moto.organizations.models import FakePolicy

from guardrails.errors import ConfigError
from guardrails.iam import Level, NamedPolicy
from guardrails.iam.context import Request, principal
from guardrails.iam.evaluate import evaluate_rcps, evaluate_scps
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.sandbox.organizations import organization, policy_targets, policy_types
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Denial:
    """What denies a request: a type of policy ("service control policy"), and the policy's ARN, None where nothing allows."""

    policy_type: str
    policy_arn: str | None


Judge: TypeAlias = Callable[[Request], Denial | None]
"""What is asked of whoever judges: a request, and what denies it."""


def organization_policies(request: Request) -> Denial | None:
    """What the organization's service control policies and resource control policies say about a request.

    Raises: Refusal, when a policy uses something that the evaluator does not understand.
    """
    if organization.backend().org is None:
        return None
    try:
        return _service_control(request) or _resource_control(request)
    except (UnsupportedPolicy, ConfigError) as problem:
        raise Refusal("NotImplemented", f"The sandbox cannot judge {request.action}: {problem}") from problem


def _service_control(request: Request) -> Denial | None:
    account = principal(request.principal_arn).account
    if policy_types.status(SERVICE_CONTROL) != "ENABLED" or organization.find_account(account) is None:
        return None
    decision = evaluate_scps(request, _levels(account, SERVICE_CONTROL), management_account=MANAGEMENT_ACCOUNT_ID)
    if decision.outcome == "allowed":
        return None
    explicit = decision.outcome == "explicitDeny"
    return Denial("service control policy", decision.reasons[0].policy if explicit else None)


def _resource_control(request: Request) -> Denial | None:
    owner = str(request.context.get("aws:ResourceAccount", ""))
    if policy_types.status(RESOURCE_CONTROL) != "ENABLED" or organization.find_account(owner) is None:
        return None
    levels = _levels(owner, RESOURCE_CONTROL)
    decision = evaluate_rcps(request, levels, owner=owner, management_account=MANAGEMENT_ACCOUNT_ID)
    return None if decision.outcome == "allowed" else Denial("resource control policy", decision.reasons[0].policy)


def _levels(account_id: str, policy_type: str) -> list[Level]:
    """The path of an account from the root to itself, with the policies of a type; of RCPs only those that deny."""
    account = organization.account(account_id)
    levels = [Level(account_id, _attached(account, policy_type))]
    unit = organization.find_unit(account.parent_id)
    while unit is not None:
        levels.append(Level(unit.id, _attached(unit, policy_type)))
        unit = organization.find_unit(unit.parent_id) if unit.parent_id else None
    return levels[::-1]


def _attached(target: policy_targets.Target, policy_type: str) -> tuple[NamedPolicy, ...]:
    found = policy_targets.of_type(target, policy_type)
    return tuple(_named(policy) for policy in found if policy_type == SERVICE_CONTROL or not policy.aws_managed)


def _named(policy: FakePolicy) -> NamedPolicy:
    return _understood(policy.arn, policy.content or "", policy.type)


@lru_cache(maxsize=4096)
def _understood(arn: str, content: str, policy_type: str) -> NamedPolicy:
    return NamedPolicy(arn, json.loads(content), policy_type)
