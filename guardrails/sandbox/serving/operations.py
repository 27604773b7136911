"""The operations that the sandbox answers itself, in AWS's way, before moto is asked.

A subject's module declares them:

    @operation("organizations", "CreateOrganizationalUnit")
    def create_organizational_unit(call: Call) -> Mapping[str, Any]:
        ...                                    # the response's members; or raise Refusal; or return FORWARD:
        moto answers

Responses hold `datetime`s, never epoch numbers; they are written in the service's protocol by moto's serializers from
botocore's models.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from guardrails.sandbox.serving.calls import Call

Answer = Mapping[str, Any]
Handler = Callable[[Call], Answer]

FORWARD: Final[Answer] = {"forward": object()}
"""The answer of an operation that only wanted to look: the request goes on to moto, unchanged."""

_HANDLERS: Final[dict[tuple[str, str], Handler]] = {}
_ANSWERED_SERVICES: Final[set[str]] = set()


def operation(service: str, *names: str) -> Callable[[Handler], Handler]:
    """Answer these operations of a service (botocore's names: `sso-admin`, `CreatePermissionSet`) with the decorated function.

    Raises:
        ValueError: another function answers one of them already.
    """

    def register(handler: Handler) -> Handler:
        for name in names:
            if (service, name) in _HANDLERS:
                raise ValueError(f"{service}:{name} is answered twice")
            _HANDLERS[service, name] = handler
            _ANSWERED_SERVICES.add(service)
        return handler

    return register


def handler_of(service: str, name: str) -> Handler | None:
    """The function that answers an operation, or None: moto does."""
    return _HANDLERS.get((service, name))


def answered_services() -> AbstractSet[str]:
    """The services of which at least one operation is answered here."""
    return _ANSWERED_SERVICES
