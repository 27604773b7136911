"""Where calls and CloudFormation's resources are let through or refused, when the sandbox enforces policies.

CloudFormation works in the caller's name with the caller's permissions, in a role of its own where a stack has one, and in a member
account's `stacksets-exec-…` role for stack sets.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guardrails.iam import Values
from guardrails.sandbox.enforcement import context_keys, denials, judge, principal_policies, principals, questions
from guardrails.sandbox.enforcement.principals import Actor
from guardrails.sandbox.serving.calls import Call


@dataclass
class Gate:
    """Whether policies are enforced."""

    enforces: bool = False


GATE = Gate()
NOTHING: Final[Mapping[str, Values]] = MappingProxyType({})
_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)
"""Who acts in this request, when it is not its caller."""


def check(call: Call) -> None:
    """Let a call pass, or refuse it as AWS would.

    Raises:
        Refusal: a policy denies it, or none allows it.
    """
    actor = principals.caller(call.caller)
    permissions = principal_policies.of(actor)
    _ACTING.set(principals.caller(call.caller, f"{call.service}.amazonaws.com"))
    for request in questions.of_call(call, actor):
        denial = judge.denial(request, permissions, actor.session_arn, call.service)
        if denial is not None:
            raise denials.refusal(denial, request, actor, call.service)


@contextmanager
def in_stack_sets(account_id: str) -> Iterator[Actor]:
    """What CloudFormation does during the block, it does in the role of service-managed stack sets."""
    actor = principals.stack_sets(account_id)
    token = _ACTING.set(actor)
    try:
        yield actor
    finally:
        _ACTING.reset(token)


def check_action(
    actor: Actor, action: str, resource: str, region: str, further: Mapping[str, Values] = NOTHING
) -> str | None:
    """AWS's message when the actor may not do one action; None when it may. `further` are condition keys that the action has."""
    context = actor.context() | context_keys.of_resource(
        action.partition(":")[0], "", {}, resource, (actor.account_id, region)
    )
    request = questions.question(actor, action, resource, region, {**context, **further})
    denial = judge.denial(request, principal_policies.of(actor), actor.session_arn)
    return None if denial is None else denials.message(denial, request, actor)


def acting(role_arn: str | None) -> Actor | None:
    """Who makes a stack's resources: the stack's own role, or whoever acts in this request."""
    return principals.role(role_arn, "AWSCloudFormation") if role_arn else _ACTING.get()
