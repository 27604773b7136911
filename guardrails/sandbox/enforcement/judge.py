"""One request asked of every policy that has a say in it: what denies it, if anything.

Service and resource control policies count while their type is enabled in the root; identity, boundary and session policies as IAM has
them, resource policies as far as the sandbox holds them. Documents are understood once and kept by their text, so that a change, an
attachment or a move counts from the next request on.

Of a call whose resource is not wholly known ("*", or a part of the ARN is), an Allow that may name that resource is taken to name it.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dataclasses import dataclass, replace
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
from guardrails.sandbox.enforcement import context_keys, resource_policies, widening
from guardrails.sandbox.enforcement.documents import understood
from guardrails.sandbox.enforcement.principal_policies import Permissions
from guardrails.sandbox.organizations import organization, policy_targets, policy_types
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Denial:
    """What denies a request: a type of policy ("service control policy"), and its ARN: "" of one without, None where nothing allows."""

    policy_type: str
    policy_arn: str | None


def denial(request: Request, permissions: Permissions, session: str = "", service: str = "") -> Denial | None:
    """What denies a request to whoever has these permissions, in this session (an ARN) if it is a role's; None when it is allowed.

    `service` is botocore's name of the service that is called, "" where no call tells the keys of its parameters.

    Raises: Refusal, when the answer hangs on what the sandbox does not know.
    """
    resource = resource_policies.of(request.action, request.resource)
    if isinstance(resource, NamedPolicy) and session:
        request = replace(request, session=session)
    member = organization.backend().org is not None
    scps = _levels(principal(request.principal_arn).account, SERVICE_CONTROL) if member else ()
    rcps = _levels(request.owner, RESOURCE_CONTROL) if member else ()
    try:
        decision = evaluate(request, _policies(scps, rcps, permissions, resource))
        if decision.outcome == "implicitDeny" and not widening.is_known(request.resource):
            wider = widening.widened(permissions, request.resource)
            decision = evaluate(request, _policies(scps, rcps, wider, resource))
    except (UnsupportedPolicy, ConfigError) as problem:
        raise Refusal("NotImplemented", f"The sandbox cannot judge {request.action}: {problem}") from problem
    return None if decision.outcome == "allowed" else _denial(decision, request, service)


def _denial(decision: Decision, request: Request, service: str) -> Denial | None:
    """What AWS names of all that denies: a service control policy before others. What a trust policy denies, STS says itself."""
    reasons = sorted(decision.reasons, key=lambda reason: reason.policy_type != Layer.SERVICE_CONTROL.value)
    if request.action.startswith("sts:"):
        reasons = [reason for reason in reasons if reason.policy_type != Layer.RESOURCE.value]
    if not reasons:
        return None
    if decision.outcome == "explicitDeny":
        return Denial(reasons[0].policy_type, reasons[0].policy)
    unknown = [key for key in sorted(decision.depends) if not context_keys.is_told(key, request, service)]
    if unknown:
        message = f"The sandbox cannot judge {request.action}: it does not know {', '.join(unknown)}, on which it hangs"
        raise Refusal("NotImplemented", message)
    return Denial(reasons[0].policy_type, None)


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
    return understood(policy.arn, policy.content or "", policy.type)


@lru_cache(maxsize=4096)
def _policies(scps: _Levels, rcps: _Levels, permissions: Permissions, resource: resource_policies.Found) -> Policies:
    return Policies(
        scps=tuple(Level(*level) for level in scps),
        rcps=tuple(Level(*level) for level in rcps),
        identity=permissions.identity,
        boundary=permissions.boundary,
        session=permissions.session,
        resource=resource,
        management_account=MANAGEMENT_ACCOUNT_ID,
    )
