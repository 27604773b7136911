"""The conversation with a custom resource's provider: a request to its function, and the response it puts to a URL.

AWS waits for a response as long as ServiceTimeout says, an hour by default, because the provider may still be at work
elsewhere. Here nobody waits for what will not come: a function that ended, or ran into its own time limit, without a
response has failed, at once; and Lambda's two retries of a failed invocation do not take place.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import response_urls
from guardrails.sandbox.cloudformation.resource_types import Place, ResourceFailed
from guardrails.sandbox.functions import addresses, invocations
from guardrails.sandbox.functions.invocations import Outcome
from guardrails.sandbox.serving.refusals import Refusal

LARGEST_RESPONSE: Final = 4_096
LONGEST_PHYSICAL_ID: Final = 1_024
DEFAULT_TIMEOUT: Final = 3_600
_FUNCTION: Final = re.compile(r"arn:aws:lambda:([a-z0-9-]+):\d{12}:function:[^:]+(:[^:]+)?")
_ECHOED: Final = ("StackId", "RequestId", "LogicalResourceId")


class Misunderstanding(ResourceFailed):
    """The provider was asked, and gave no response that CloudFormation understands. What it did is unknown."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a provider answered: SUCCESS or FAILED, why, the resource's physical id, and the attributes it gives."""

    succeeded: bool
    reason: str
    physical_id: str
    attributes: Mapping[str, str]


def ask(place: Place, resource_type: str, kind: str, properties: Mapping[str, Any], **more: Any) -> Response:
    """Send a Create, Update or Delete request to the provider, and give its response; `more` are further fields of the request.

    Raises:
        ResourceFailed: there is no such provider that may be asked.
        Misunderstanding: it gave no response, or none that CloudFormation understands.
    """
    token = str(properties["ServiceToken"])
    request = {
        "RequestType": kind,
        "ServiceToken": token,
        "StackId": place.stack_id,
        "RequestId": str(mock_random.uuid4()),
        "LogicalResourceId": place.logical_id,
        "ResourceType": resource_type,
        "ResourceProperties": _in_text(properties),
        **more,
    }
    with response_urls.awaited() as box:
        outcome = _invoke(place, token, {**request, "ResponseURL": box.url})
    timeout = int(properties.get("ServiceTimeout", DEFAULT_TIMEOUT))
    if box.body is None or box.seconds > timeout:
        raise Misunderstanding(_silence(request, outcome if box.body is None else None, timeout))
    return _understood(box.body, request)


def old(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as a request's OldResourceProperties hold them."""
    text: dict[str, Any] = _in_text(properties)
    return text


def _invoke(place: Place, token: str, request: Mapping[str, Any]) -> Outcome:
    if token.startswith("arn:aws:sns:"):
        raise ResourceFailed(
            "The sandbox does not implement custom resources behind an SNS topic; use a Lambda function."
        )
    named = _FUNCTION.fullmatch(token)
    if named is None or named[1] != place.region:
        raise ResourceFailed("Invalid service token.")
    try:
        function = addresses.find(token, place.account, place.region)
        return invocations.invoke(function, json.dumps(request))
    except Refusal as refusal:
        raise ResourceFailed(f"{refusal.message} (Service: Lambda, Error Code: {refusal.code})") from refusal


def _in_text(value: Any) -> Any:
    """A value with all scalars as text, as providers get them."""
    if isinstance(value, Mapping):
        return {name: _in_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_text(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _silence(request: Mapping[str, Any], outcome: Outcome | None, timeout: int) -> str:
    why = f"The response came after the service timeout of {timeout} seconds."
    if outcome is not None:
        why = "The function ended without one."
        if outcome.error:
            why = f"The function failed: {json.loads(outcome.payload)['errorMessage']}"
    return (
        "CloudFormation did not receive a response from your Custom Resource. "
        f"Please check your logs for requestId [{request['RequestId']}]. {why}"
    )


def _understood(body: bytes, request: Mapping[str, Any]) -> Response:
    if len(body) > LARGEST_RESPONSE:
        raise Misunderstanding("Response object is too long.")
    try:
        response = json.loads(body)
    except ValueError as wrong:
        raise Misunderstanding(f"Invalid response object: it is not JSON: {wrong}") from wrong
    if not isinstance(response, dict) or response.get("Status") not in {"SUCCESS", "FAILED"}:
        raise Misunderstanding("Invalid response object: Status must be SUCCESS or FAILED")
    for name in _ECHOED:
        if response.get(name) != request[name]:
            raise Misunderstanding(f"Invalid response object: {name} must be the request's")
    physical_id, data = response.get("PhysicalResourceId"), response.get("Data") or {}
    if not isinstance(physical_id, str) or not 1 <= len(physical_id.encode()) <= LONGEST_PHYSICAL_ID:
        raise Misunderstanding("Invalid PhysicalResourceId")
    if not isinstance(data, dict):
        raise Misunderstanding("Invalid response object: Value of Data must be an object")
    if response["Status"] == "FAILED" and not response.get("Reason"):
        raise Misunderstanding("Invalid response object: Reason is required if Status is FAILED")
    reason = (
        f"Received response status [{response['Status']}] from custom resource. "
        f"Message returned: {response.get('Reason')} (RequestId: {request['RequestId']})"
    )
    scalars = {name: _in_text(value) for name, value in data.items() if not isinstance(value, dict | list | None)}
    return Response(response["Status"] == "SUCCESS", reason, physical_id, scalars)
