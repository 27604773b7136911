"""What AWS says when policies deny: its message, and each service's own error code.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from moto.core.utils import get_service_model

from guardrails.iam.context import Request
from guardrails.sandbox.enforcement.judge import Denial
from guardrails.sandbox.enforcement.principals import Actor
from guardrails.sandbox.serving.refusals import Refusal

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {"ec2": "UnauthorizedOperation", "s3": "AccessDenied", "s3control": "AccessDenied", "sns": "AuthorizationError"}
    | {"sqs": "AccessDenied", "cloudwatch": "AccessDenied"}
)
"""botocore's name of a service -> its error code, where the protocol does not tell it."""


def refusal(denial: Denial, request: Request, actor: Actor, service: str) -> Refusal:
    """The refusal of a call.

    EC2 says more before, and an encoded message after, which only AWS could decode: the sandbox leaves the latter out.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    said = message(denial, request, actor)
    text = f"You are not authorized to perform this operation. {said}" if service == "ec2" else said
    return denied(service, text)


def denied(service: str, message: str) -> Refusal:
    """A refusal of a service with the code and the status that it gives to whoever lacks a permission."""
    protocol = str(get_service_model(service).protocol)
    return Refusal(_code(service, protocol), message, status=400 if protocol == "json" else 403)


def message(denial: Denial, request: Request, actor: Actor) -> str:
    """AWS's message: who may not do what, and which policy says so."""
    begin = f"User: {actor.shown_arn} is not authorized to perform: {request.action} on resource: {request.resource}"
    if denial.policy_arn is None:
        return f"{begin} because no {denial.policy_type} allows the {request.action} action"
    article = "an" if denial.policy_type[0] in "aeiou" else "a"
    named = f": {denial.policy_arn}" if denial.policy_arn else ""
    return f"{begin} with an explicit deny in {article} {denial.policy_type}{named}"


def _code(service: str, protocol: str) -> str:
    return CODES.get(service) or ("AccessDenied" if protocol == "query" else "AccessDeniedException")
