"""Whether policies let CloudFormation work on a resource, when the sandbox enforces them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security_iam_service-with-iam.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from moto.moto_api._internal import mock_random

from guardrails.iam import Values
from guardrails.sandbox.account_services import sts, trust_policies
from guardrails.sandbox.cloudformation import resource_schemas
from guardrails.sandbox.cloudformation.resource_types import Properties, ResourceFailed
from guardrails.sandbox.cloudformation.stack_records import Stack, StackResource
from guardrails.sandbox.enforcement import gate, resource_actions
from guardrails.sandbox.enforcement.gate import GATE
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

_PRINCIPAL = "cloudformation.amazonaws.com"


def service_role(call: Call) -> str | None:
    """The service role that a request names, which CloudFormation can assume; None when it names none.

    Raises:
        Refusal: the caller's account has no such role, or it does not trust CloudFormation.
    """
    arn: str | None = call.parameters.get("RoleARN")
    if arn is None:
        return None
    role = sts.role_of(arn) if arn.startswith(f"arn:aws:iam::{call.account_id}:role/") else None
    if role is None or not trust_policies.allows_service(role, _PRINCIPAL):
        raise Refusal("ValidationError", f"Role {arn} is invalid or cannot be assumed")
    return arn


def require(stack: Stack, resource: StackResource, handler: str, properties: Properties) -> None:
    """Let a handler ("create", "update", "delete") work on a resource.

    Raises:
        ResourceFailed: a policy denies one of its actions to whom CloudFormation works for, or none allows it.
    """
    if not GATE.enforces:
        return
    handlers = resource_schemas.schema(resource.type).document.get("handlers", {})
    permissions = handlers.get(handler, {}).get("permissions", ())
    attributes = resource.live.attributes if resource.live else {}
    live_arn = attributes.get("Arn") or (resource.live.physical_id if resource.live else "")
    arn = resource_actions.arn(resource.type, properties, live_arn, stack.account, stack.region)
    for action in resource_actions.actions(resource.type, handler, properties, permissions):
        _require(stack, action, arn)
    if handler != "delete":
        for role in resource_actions.passed_roles(properties, permissions):
            _require(stack, "iam:PassRole", role, resource_actions.passing_context(resource.type))


def _require(stack: Stack, action: str, arn: str, context: Mapping[str, Values] = gate.NOTHING) -> None:
    actor = gate.acting(stack.role_arn)
    message = gate.check_action(actor, action, arn, stack.region, context) if actor else None
    if message:
        details = f"RequestToken: {mock_random.uuid4()}, HandlerErrorCode: AccessDenied"
        raise ResourceFailed(f'Resource handler returned message: "{message}" ({details})')


@contextmanager
def in_stack_sets(account: str, region: str, action: str) -> Iterator[str | None]:
    """Work in the role of service-managed stack sets; gives AWS's message when that role may not even work on stacks there."""
    if not GATE.enforces:
        yield None
        return
    with gate.in_stack_sets(account) as actor:
        yield gate.check_action(
            actor, f"cloudformation:{action}", f"arn:aws:cloudformation:{region}:{account}:stack/*", region
        )
