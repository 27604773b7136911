"""Detective's operations: the ones the sandbox has, and a plain refusal for all the others. moto has no Detective."""

from typing import Final

from guardrails.sandbox.detective import graphs, members, organization_configuration
from guardrails.sandbox.serving.refused_operations import refuse_the_rest

SUBJECTS: Final = (graphs, members, organization_configuration)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of Detective, and react to accounts that come. Installing twice is once."""
    organization_configuration.install()
    refuse_the_rest("detective")
