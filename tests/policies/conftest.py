"""What the policies that ship are rendered with."""

from pathlib import Path
from typing import Any

import pytest

from guardrails import config
from guardrails.organization_facts import policy_facts
from guardrails.pipeline import known_controls
from guardrails.placeholders import with_placeholders


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """The facts of the organization that ships, with stand-ins for what AWS has not said yet."""
    repository = Path(__file__).parents[2]
    controls = known_controls(repository)
    organization = config.load(
        repository / "config",
        {control.id: control.settings for control in controls.values()},
        {control.id for control in controls.values() if control.enabled_by_default},
    )
    return with_placeholders(policy_facts(organization))
