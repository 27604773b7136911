"""AWS Config's operations that the sandbox answers itself; the others are moto's."""

from typing import Final

from guardrails.sandbox.aws_config import (
    aggregators,
    config_rules,
    conformance_packs,
    delivery_channels,
    organization_config_rules,
    organization_conformance_packs,
    recorders,
    tagging,
)

SUBJECTS: Final = (
    aggregators,
    config_rules,
    conformance_packs,
    delivery_channels,
    organization_config_rules,
    organization_conformance_packs,
    recorders,
    tagging,
)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """React to accounts that come and go."""
    organization_config_rules.install()
    organization_conformance_packs.install()
