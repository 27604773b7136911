"""Services of which the sandbox answers every operation itself: what it does not have is refused by its name, and none is left to moto."""

from moto.core.utils import get_service_model

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, Handler, handler_of, operation
from guardrails.sandbox.serving.refusals import not_implemented


def refuse_the_rest(service: str) -> None:
    """Refuse every operation of a service that nobody answers so far. Doing so twice is once."""
    for name in get_service_model(service).operation_names:
        if handler_of(service, name) is None:
            operation(service, name)(_refusal(service, str(name)))


def _refusal(service: str, name: str) -> Handler:
    def refuse(call: Call) -> Answer:
        raise not_implemented(service, name)

    return refuse
