"""How a resource type asks one of the sandbox's own services: by the operation that everybody else uses, with its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from moto.core.request import Request

from guardrails.sandbox.cloudformation.resource_types import Place
from guardrails.sandbox.serving import operations
from guardrails.sandbox.serving.callers import Caller
from guardrails.sandbox.serving.calls import Call


@dataclass(frozen=True)
class _Asked(Call):
    """A call that came over no wire."""

    given: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The request's members, as they were given."""
        return {name: value for name, value in self.given.items() if value is not None}


def ask(place: Place, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
    """What an operation of the sandbox's own answers in the account and region of a resource; absent members may be None.

    Raises:
        Refusal: the operation refuses.
        ValueError: the sandbox leaves the operation to moto.
    """
    handler = operations.handler_of(service, operation)
    if handler is None:
        raise ValueError(f"{service}:{operation} is moto's")
    return handler(call(place, service, operation, **parameters))


def call(place: Place, service: str, operation: str, **parameters: Any) -> Call:
    """The request that such a question makes."""
    caller = Caller(place.account, f"arn:aws:iam::{place.account}:root", place.account)
    return _Asked(service, operation, place.region, caller, Request({}), {}, parameters)
