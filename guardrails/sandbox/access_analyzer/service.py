"""IAM Access Analyzer's operations: the ones the sandbox has, and a plain refusal for all the others."""

from typing import Final

from guardrails.sandbox.access_analyzer import analyzers, archive_rules
from guardrails.sandbox.serving.refused_operations import refuse_the_rest

SUBJECTS: Final = (analyzers, archive_rules)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of IAM Access Analyzer. Installing twice is once."""
    refuse_the_rest("accessanalyzer")
