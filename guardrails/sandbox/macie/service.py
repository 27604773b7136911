"""Macie's operations: the ones the sandbox has, and a plain refusal for all the others. None is left to moto."""

from typing import Final

from guardrails.sandbox.macie import accounts, automated_discovery, members, organization_configuration
from guardrails.sandbox.serving.refused_operations import refuse_the_rest

SUBJECTS: Final = (accounts, automated_discovery, members, organization_configuration)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of Macie, and react to accounts that come. Installing twice is once."""
    organization_configuration.install()
    refuse_the_rest("macie2")
