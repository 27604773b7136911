"""Members that an operation requires, at whatever depth: a request without one is refused before anybody looks at it.

Clients of AWS check this themselves; a request that another program has written may lack something.
Source: https://smithy.io/2.0/spec/type-refinement-traits.html
"""

from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

CODES: Final = {"query": "ValidationError", "ec2": "MissingParameter"}
WITHOUT_CHECK: Final = "rest-xml"
"""The protocol of S3: what is required there comes with the address."""


def check(call: Call) -> None:
    """Let a call pass that has what its operation requires.

    Raises:
        Refusal: ValidationException, or what the protocol calls it.
    """
    if call.protocol == WITHOUT_CHECK or call.model.input_shape is None:
        return
    lacking = _first_missing(call.model.input_shape, call.parameters, "")
    if lacking:
        message = (
            f"1 validation error detected: Value at '{lacking}' failed to satisfy constraint: Member must not be null"
        )
        raise Refusal(CODES.get(call.protocol, "ValidationException"), message)


def _first_missing(shape: Shape, value: Any, path: str) -> str:
    """Where the first required member is missing; "" when none is."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        lacking = [f"{path}{name}" for name in shape.required_members if value.get(name) is None]
        inside = (
            _first_missing(member, value[name], f"{path}{name}.")
            for name, member in shape.members.items()
            if value.get(name) is not None
        )
        return next((found for found in (*lacking, *inside) if found), "")
    if isinstance(shape, ListShape) and isinstance(value, list):
        return next((found for each in value if (found := _first_missing(shape.member, each, path))), "")
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return next((found for each in value.values() if (found := _first_missing(shape.value, each, path))), "")
    return ""
