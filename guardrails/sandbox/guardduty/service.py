"""GuardDuty's operations that the sandbox answers itself; the others are moto's."""

from typing import Final

from guardrails.sandbox.guardduty import detectors, members, organization_configuration, publishing_destinations

SUBJECTS: Final = (detectors, members, organization_configuration, publishing_destinations)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """React to accounts that come."""
    organization_configuration.install()
