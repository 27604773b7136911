"""Whether a request is allowed, and why: AWS's evaluation logic over every kind of policy.

An explicit Deny anywhere decides. Else service control policies must allow at every level of the principal's path, and then, in one
account, identity or resource policy; across accounts, both. Boundary and session policies limit what identity policies give, and
what resource policies give as far as they do not name the user or the session itself. Resource control policies only deny.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from guardrails.iam.answers import NO, YES, Answer, both, either
from guardrails.iam.context import Context, Principal, Request
from guardrails.iam.decision import Decision, Reason
from guardrails.iam.permission import Asked, permission
from guardrails.iam.policies import RANKS, Candidates, Entry, Layer, Policies
from guardrails.iam.reasons import silent_levels, told
from guardrails.iam.resource_control_services import is_restricted

ALWAYS_ALLOWED: Final = "sts:getcalleridentity"
"""What nobody can be denied, in lower case.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""
_AWS_MANAGED_KEY: Final = "alias/aws/"
_BOUNDARY: Final = RANKS[Layer.BOUNDARY]


def evaluate(request: Request, policies: Policies) -> Decision:
    """What the policies decide about a request.

    Raises: UnsupportedPolicy, when a policy uses what is not known here; ConfigError, when a document is none that AWS would accept.
    """
    if request.action.lower() == ALWAYS_ALLOWED:
        return Decision("allowed", partial(_nothing_needed, request.action))
    who, context = request.who, Context(request)
    candidates = policies.candidates(request.action)
    denials, open_denials = _denials(request, who, context, policies, candidates.denies)
    why = partial(told, tuple(entry for entry, _ in denials), context)
    if any(not keys for _, keys in denials):
        return Decision("explicitDeny", why, denied_anyway=True)
    asked = Asked(request, who, context, policies, candidates.allows)
    answer, assumed = _allowed(asked, candidates)
    if denials:
        hanging = frozenset[str]().union(*(keys for _, keys in denials))
        return Decision("explicitDeny", why, hanging, denied_anyway=answer is NO)
    depends = answer[1] | open_denials if open_denials else answer[1]
    if answer[0]:
        return Decision("allowed", partial(_allowing, asked), depends, assumed)
    return Decision("implicitDeny", partial(_lacking, asked, candidates), depends, denied_anyway=answer is NO)


def _allowed(asked: Asked, candidates: Candidates) -> tuple[Answer, tuple[str, ...]]:
    """Whether it is allowed where nothing denies it; and what was assumed."""
    levels = YES
    if candidates.open_levels and bound_by_scps(asked.who, asked.policies):
        levels = both(_any(entries, asked.request, asked.context) for _, entries in candidates.open_levels)
    permitted, assumed = permission(asked)
    return (levels if permitted is YES else both((levels, permitted))), assumed


def binding(request: Request, who: Principal, policies: Policies) -> tuple[bool, ...]:
    """Which layers bind a request, in their order: RCPs, SCPs, resource policy; identity, boundary and session policies."""
    limited = who.has_identity and who.type != "Account"
    return (
        bool(policies.rcps) and bound_by_rcps(request, who, policies),
        bool(policies.scps) and bound_by_scps(who, policies),
        True,
        limited,
        limited,
        limited and who.type != "User",
    )


def bound_by_scps(who: Principal, policies: Policies) -> bool:
    """Whether service control policies bind a principal: identities of member accounts, their root users included.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    return who.has_identity and who.account != policies.management_account and not who.service_linked


def bound_by_rcps(request: Request, who: Principal, policies: Policies) -> bool:
    """Whether resource control policies bind a request, by its action, its resource and who asks.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    owner = request.owner or who.account
    if who.service_linked or not is_restricted(request.action) or (owner and owner == policies.management_account):
        return False
    return not (request.action.lower().startswith("kms:") and _is_aws_managed_key(request))


def _is_aws_managed_key(request: Request) -> bool:
    aliases = [value for key, value in request.context.items() if key.lower() == "kms:resourcealiases"]
    named = [alias for value in aliases for alias in ([value] if isinstance(value, str) else value)]
    return any(alias.startswith(_AWS_MANAGED_KEY) for alias in [*named, request.resource.rpartition(":")[2]])


def _denials(
    request: Request, who: Principal, context: Context, policies: Policies, denies: Sequence[Entry]
) -> tuple[list[tuple[Entry, frozenset[str]]], frozenset[str]]:
    """The statements that deny, each with the missing keys that it hangs on; and the keys that others may yet deny by.

    A NotPrincipal spares nobody who has a permissions boundary.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    binds = binding(request, who, policies)
    bounded = policies.boundary is not None and binds[_BOUNDARY]
    denials: list[tuple[Entry, frozenset[str]]] = []
    open_keys: frozenset[str] = frozenset()
    for entry in denies:
        statement = entry.statement
        if not binds[entry.rank]:
            continue
        named = statement.principals
        if named is not None and named.grant(who) is None and not (bounded and named.negated):
            continue
        answer = statement.ask(request.resource, context)
        if answer is NO:
            continue
        if answer[0]:
            denials.append((entry, answer[1]))
        else:
            open_keys |= answer[1]
    return denials, open_keys


def _any(entries: Sequence[Entry], request: Request, context: Context) -> Answer:
    return either(entry.statement.ask(request.resource, context) for entry in entries)


def _nothing_needed(action: str) -> tuple[Reason, ...]:
    return (Reason("", text=f"{action} needs no permission, and nobody can be denied it"),)


def _allowing(asked: Asked) -> tuple[Reason, ...]:
    """Every statement that allows, by layer and level; and what does not bind."""
    binds = binding(asked.request, asked.who, asked.policies)
    matched = [
        entry
        for rank, entries in enumerate(asked.allows)
        if binds[rank]
        for entry in entries
        if entry.statement.grant(asked.who) is not None
        and entry.statement.ask(asked.request.resource, asked.context)[0]
    ]
    return (*_unbound(asked), *told(matched, asked.context))


def _unbound(asked: Asked) -> Iterator[Reason]:
    who, policies = asked.who, asked.policies
    if policies.scps and not bound_by_scps(who, policies):
        yield Reason("", text=f"service control policies do not bind {_who(who, policies)}")
    if policies.rcps and not bound_by_rcps(asked.request, who, policies):
        yield Reason("", text=f"resource control policies do not bind {_what(asked)}")


def _who(who: Principal, policies: Policies) -> str:
    if who.service_linked:
        return "service-linked roles"
    if who.service:
        return "AWS services"
    return "the management account" if who.account == policies.management_account else "who belongs to no account"


def _what(asked: Asked) -> str:
    if asked.who.service_linked:
        return "service-linked roles"
    if not is_restricted(asked.request.action):
        return asked.request.action
    owner = asked.request.owner or asked.who.account
    return "the management account" if owner == asked.policies.management_account else "AWS managed keys"


def _lacking(asked: Asked, candidates: Candidates) -> tuple[Reason, ...]:
    """What would have to allow and does not."""
    depths = [
        depth
        for depth, entries in candidates.open_levels
        if bound_by_scps(asked.who, asked.policies) and not _any(entries, asked.request, asked.context)[0]
    ]
    return (*silent_levels(asked.policies.scps, depths), *asked.lacking())
