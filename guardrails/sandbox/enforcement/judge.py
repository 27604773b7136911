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
from guardrails.iam import (
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Decision,
    Level,
    NamedPolicy,
    Policies,
    Request,
    UnsupportedPolicy,
    evaluate,
    principal,
)
from guardrails.iam.policies import Layer
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
    account = principal(request.principal_arn).account
    try:
        decision = evaluate(
            request, _policies(_levels(account, SERVICE_CONTROL), _levels(request.owner, RESOURCE_CONTROL))
        )
    except (UnsupportedPolicy, ConfigError) as problem:
        raise Refusal("NotImplemented", f"The sandbox cannot judge {request.action}: {problem}") from problem
    return None if decision.outcome == "allowed" else _denial(decision)


def _denial(decision: Decision) -> Denial:
    """What AWS names of all that denies: a service control policy before others."""
    first, *_ = sorted(decision.reasons, key=lambda reason: reason.policy_type != Layer.SERVICE_CONTROL.value)
    return Denial(first.policy_type, first.policy if decision.outcome == "explicitDeny" else None)


_Levels: TypeAlias = tuple[tuple[str, tuple[NamedPolicy, ...]], ...]
"""An account's path from the root to itself: each step's id, and its policies of a type, of RCPs those that deny."""


def _levels(account_id: str, policy_type: str) -> _Levels:
    """The path of an account while the policy type is enabled; nothing, when it is not, or for an account outside."""
    account = organization.find_account(account_id)
    if account is None or policy_types.status(policy_type) != "ENABLED":
        return ()
    levels = [(account_id, _attached(account, policy_type))]
    unit = organization.find_unit(account.parent_id)
    while unit is not None:
        levels.append((unit.id, _attached(unit, policy_type)))
        unit = organization.find_unit(unit.parent_id) if unit.parent_id else None
    return tuple(levels[::-1])


def _attached(target: policy_targets.Target, policy_type: str) -> tuple[NamedPolicy, ...]:
    found = policy_targets.of_type(target, policy_type)
    return tuple(_named(policy) for policy in found if policy_type == SERVICE_CONTROL or not policy.aws_managed)


def _named(policy: FakePolicy) -> NamedPolicy:
    return _understood(policy.arn, policy.content or "", policy.type)


@lru_cache(maxsize=4096)
def _understood(arn: str, content: str, policy_type: str) -> NamedPolicy:
    return NamedPolicy(arn, json.loads(content), policy_type)


@lru_cache(maxsize=4096)
def _policies(scps: _Levels, rcps: _Levels) -> Policies:
    return Policies(
        scps=tuple(Level(*level) for level in scps),
        rcps=tuple(Level(*level) for level in rcps),
        management_account=MANAGEMENT_ACCOUNT_ID,
    )
