"""Every pack that ships holds policies that exist, and holds together."""

from pathlib import Path
from typing import Any, get_args

import pytest

from guardrails.library import Library
from guardrails.library.policies import POLICY_TYPES
from guardrails.library.policy_packs import Kind, Pack

LIBRARY = Library(Path(__file__).parents[2])
each = pytest.mark.parametrize("pack", LIBRARY.packs().values(), ids=lambda pack: pack.id)


def test_packs_hold_every_kind() -> None:
    """A pack may hold policies of each kind that there is."""
    assert set(get_args(Kind)) == set(POLICY_TYPES)


@each
def test_what_it_says(pack: Pack) -> None:
    """A pack says what holds, and for whom it is meant."""
    assert not pack.title.endswith(".")
    assert pack.description.endswith(".")
    assert pack.audience.endswith(".")


@each
def test_its_policies(pack: Pack, facts: dict[str, Any]) -> None:
    """Every policy that needs nothing more from who attaches the pack is one that AWS takes, with the parameters that the pack gives."""
    for packed in pack.policies:
        source = LIBRARY.policy(packed.kind, packed.policy)
        if all(name in packed.parameters or p.default is not None for name, p in source.parameters.items()):
            assert source.render(packed.parameters, facts)
