"""The error that a service gives: its own, where its model has one for the operation, else the one of its protocol.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/awssupport/latest/user/Welcome.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from moto.core.utils import get_service_model

from guardrails.sandbox.enforcement import action_names, denials
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

THROTTLED: Final = ("TooManyRequestsException", "ThrottlingException", "Throttling")
CONFLICTS: Final = (
    "ConcurrentModificationException",
    "OperationInProgressException",
    "ConflictException",
    "ResourceConflictException",
    "ConcurrentModification",
)
FAILED: Final = (
    "ServiceException",
    "InternalServerException",
    "InternalServiceException",
    "InternalServerErrorException",
)
OF_SERVICE: Final[Mapping[tuple[str, str], tuple[str, int]]] = MappingProxyType(
    {
        ("throttling", "ec2"): ("RequestLimitExceeded", 503),
        ("throttling", "s3"): ("SlowDown", 503),
        ("throttling", "s3control"): ("SlowDown", 503),
        ("conflict", "s3"): ("OperationAborted", 409),
        ("server-error", "ec2"): ("InternalError", 500),
        ("server-error", "s3"): ("InternalError", 500),
        ("server-error", "s3control"): ("InternalError", 500),
    }
)
"""(kind, botocore's service) -> code and status, where no model tells.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""
MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "throttling": "Rate exceeded",
        "conflict": "The target of the operation is currently being modified by a different request. Try again later.",
        "server-error": "We encountered an internal error. Please try again.",
    }
)


def throttled(call: Call, reason: str) -> Refusal:
    """Too many calls."""
    code, status = OF_SERVICE.get(("throttling", call.service)) or _modelled(call, THROTTLED) or _throttling(call)
    return Refusal(code, reason or MESSAGES["throttling"], status=status)


def conflicting(call: Call, reason: str) -> Refusal | None:
    """Another change is under way; None for an operation that has no such error."""
    found = OF_SERVICE.get(("conflict", call.service)) or _modelled(call, CONFLICTS)
    return Refusal(found[0], reason or MESSAGES["conflict"], status=found[1]) if found else None


def failed(call: Call, reason: str) -> Refusal:
    """The service failed."""
    code, _ = OF_SERVICE.get(("server-error", call.service)) or _modelled(call, FAILED) or ("InternalFailure", 500)
    return Refusal(code, reason or MESSAGES["server-error"], status=500)


def denied(call: Call, reason: str) -> Refusal:
    """The caller lacks a permission.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    action = f"{action_names.prefix(call.service)}:{call.operation}"
    who = f"User: {call.caller.arn} is not authorized to perform: {action}"
    message = f"{who} because no identity-based policy allows the {action} action"
    return denials.denied(call.service, reason or message)


def _modelled(call: Call, codes: tuple[str, ...]) -> tuple[str, int] | None:
    """The first of these codes that the operation's model has, with its HTTP status."""
    found = {}
    for shape in get_service_model(call.service).operation_model(call.operation).error_shapes:
        details = shape.metadata.get("error", {})
        found[shape.name] = (str(details.get("code", shape.name)), int(details.get("httpStatusCode", 400)))
    return next((found[code] for code in codes if code in found), None)


def _throttling(call: Call) -> tuple[str, int]:
    protocol = str(get_service_model(call.service).protocol)
    if protocol in {"query", "rest-xml"}:
        return "Throttling", 400
    return "ThrottlingException", 429 if protocol == "rest-json" else 400
