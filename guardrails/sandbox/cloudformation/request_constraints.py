"""Requests checked against what CloudFormation's API says of its members: enumerated values, patterns, lengths.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from botocore.model import ListShape, Shape, StructureShape
from moto.core.utils import get_service_model

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, Handler, operation
from guardrails.sandbox.serving.refusals import Refusal


def checked_operation(name: str) -> Callable[[Handler], Handler]:
    """Answer an operation of CloudFormation with the decorated function, once the request is as the API says."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(call: Call) -> Answer:
            check(call)
            return handler(call)

        return operation("cloudformation", name)(checked)

    return register


def check(call: Call) -> None:
    """Refuse a request of which a member is not as the API says.

    Raises:
        Refusal: ValidationError, which names each such member.
    """
    shape = get_service_model(call.service).operation_model(call.operation).input_shape
    problems = list(_problems(shape, call.parameters, "")) if shape else []
    if problems:
        counted = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise Refusal("ValidationError", counted + "; ".join(problems))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if name in value:
                yield from _problems(member, value[name], f"{path}.{name[0].lower()}{name[1:]}".lstrip("."))
        return
    for constraint in _broken(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}"
    if isinstance(shape, ListShape):
        for position, one in enumerate(value, start=1):
            yield from _problems(shape.member, one, f"{path}.{position}.member")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """The constraints of a shape that a value does not satisfy."""
    rules = shape.metadata
    size = len(value) if isinstance(value, str | list) else value
    unit = {"string": "have length", "list": "have length"}.get(shape.type_name, "have value")
    if rules.get("enum") and value not in rules["enum"]:
        yield f"satisfy enum value set: [{', '.join(rules['enum'])}]"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield f"satisfy regular expression pattern: {rules['pattern']}"
    if "min" in rules and size < rules["min"]:
        yield f"{unit} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"{unit} less than or equal to {rules['max']}"
