"""Where calls and CloudFormation's resources are let through or refused, when the sandbox enforces the organization's policies.

CloudFormation works in the caller's name with the caller's permissions, in a role of its own where a stack has one, and in a member
account's `stacksets-exec-…` role for stack sets.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from guardrails.sandbox.enforcement import context_keys, denials, principals, questions
from guardrails.sandbox.enforcement.judge import Judge, organization_policies
from guardrails.sandbox.enforcement.principals import Actor
from guardrails.sandbox.serving.calls import Call


@dataclass
class Gate:
    """Whether policies are enforced, and who judges."""

    enforces: bool = False
    judge: Judge = organization_policies


GATE = Gate()
_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)
"""Who acts in this request, when it is not its caller."""


def check(call: Call) -> None:
    """Let a call pass, or refuse it as AWS would.

    Raises:
        Refusal: a policy of the organization denies it.
    """
    actor = principals.caller(call.caller)
    _ACTING.set(principals.caller(call.caller, f"{call.service}.amazonaws.com"))
    for request in questions.of_call(call, actor):
        denial = GATE.judge(request)
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


def check_action(actor: Actor, action: str, resource: str, region: str) -> str | None:
    """AWS's message when a policy of the organization denies the actor one action; None when none does."""
    context = actor.context() | context_keys.of_resource(
        action.partition(":")[0], "", {}, resource, (actor.account_id, region)
    )
    request = questions.question(actor, action, resource, region, context)
    denial = GATE.judge(request)
    return None if denial is None else denials.message(denial, request, actor)


def acting(role_arn: str | None) -> Actor | None:
    """Who makes a stack's resources: the stack's own role, or whoever acts in this request."""
    return principals.role(role_arn, "AWSCloudFormation") if role_arn else _ACTING.get()
