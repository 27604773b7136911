"""Inspector's operations that the sandbox answers itself; the others are moto's."""

from typing import Final

from guardrails.sandbox.inspector import accounts, members, organization_configuration, scan_configuration

SUBJECTS: Final = (accounts, members, organization_configuration, scan_configuration)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """React to accounts that come."""
    organization_configuration.install()
