"""Security Hub's operations: the ones the sandbox has, and a plain refusal for all the others. Findings are moto's."""

from typing import Final

from guardrails.sandbox.securityhub import (
    accounts,
    configuration_policies,
    configuration_policy_associations,
    controls,
    finding_aggregators,
    members,
    organization_configuration,
    standards,
    tagging,
)
from guardrails.sandbox.serving.refused_operations import refuse_the_rest

SUBJECTS: Final = (
    accounts,
    configuration_policies,
    configuration_policy_associations,
    controls,
    finding_aggregators,
    members,
    organization_configuration,
    standards,
    tagging,
)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of Security Hub, and react to accounts that come, move and go. Installing twice is once."""
    organization_configuration.install()
    refuse_the_rest("securityhub")
