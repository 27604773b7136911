"""Organizations' operations: the ones the sandbox has, and a plain refusal for all the others. None is left to moto."""

from typing import Final

from moto.core.utils import get_service_model

from guardrails.sandbox.organizations import (
    account_closing,
    account_creation,
    account_departure,
    account_information,
    accounts,
    delegated_administrators,
    effective_policies,
    founding,
    handshakes,
    organizational_units,
    policies,
    policy_attachments,
    policy_types,
    resource_policy,
    tagging,
    trusted_access,
)
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, Handler, handler_of, operation
from guardrails.sandbox.serving.refusals import not_implemented

SERVICE: Final = "organizations"
SUBJECTS: Final = (
    founding,
    organizational_units,
    accounts,
    account_creation,
    account_closing,
    account_departure,
    account_information,
    policy_types,
    policies,
    policy_attachments,
    effective_policies,
    resource_policy,
    trusted_access,
    delegated_administrators,
    handshakes,
    tagging,
)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of Organizations. Installing twice is once."""
    for name in get_service_model(SERVICE).operation_names:
        if handler_of(SERVICE, name) is None:
            operation(SERVICE, name)(_refusal(name))


def _refusal(name: str) -> Handler:
    def refuse(call: Call) -> Answer:
        raise not_implemented(SERVICE, name)

    return refuse
