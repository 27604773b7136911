"""GuardDuty's operations that the sandbox answers itself; the others are moto's."""

from typing import Final

from guardrails.sandbox.guardduty import (
    detectors,
    members,
    organization_configuration,
    policy_enrolment,
    publishing_destinations,
)
from guardrails.sandbox.serving import ongoing

SUBJECTS: Final = (detectors, members, organization_configuration, publishing_destinations)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """React to accounts that come, and to policies."""
    organization_configuration.install()
    ongoing.before_each_request(policy_enrolment.go_on)
