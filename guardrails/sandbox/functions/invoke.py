"""`lambda:Invoke`: the function really runs, before the request is answered, whichever the invocation type is.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("lambda", "Invoke")
def invoke(call: Call) -> Mapping[str, Any]:
    """Invoke a function: RequestResponse, Event (an error is not tried again) or DryRun, with the log's tail if asked for."""
    # Moto's Lambda is slow to load, and few sandboxes need it.
    from guardrails.sandbox.functions import addresses, invocations

    asked = call.parameters
    for name in ("ClientContext", "DurableExecutionName", "TenantId"):
        if name in asked:
            raise Refusal("InvalidParameterValueException", f"The sandbox does not implement {name}.")
    function = addresses.find(asked["FunctionName"], call.account_id, call.region, asked.get("Qualifier"))
    event = _event(asked.get("Payload", b""))
    kind = asked.get("InvocationType", "RequestResponse")
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    outcome = invocations.invoke(function, event)
    if kind == "Event":
        return {"StatusCode": 202, "Payload": b""}
    answer: dict[str, Any] = {
        "StatusCode": 200,
        "ExecutedVersion": str(function.version),
        "Payload": outcome.payload.encode(),
    }
    if outcome.error:
        answer["FunctionError"] = "Unhandled"
    if asked.get("LogType") == "Tail":
        answer["LogResult"] = base64.b64encode(outcome.log_tail).decode()
    return answer


def _event(payload: bytes | str) -> str:
    text = payload.decode(errors="replace") if isinstance(payload, bytes) else str(payload)
    try:
        json.loads(text or "{}")
    except ValueError as wrong:
        message = f"Could not parse request body into json: {wrong}"
        raise Refusal("InvalidRequestContentException", message) from wrong
    return text or "{}"
