"""Organizations' operations: the ones the sandbox has, and a plain refusal for all the others. None is left to moto."""

from typing import Final

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
from guardrails.sandbox.serving.refused_operations import refuse_the_rest

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
    refuse_the_rest(SERVICE)
