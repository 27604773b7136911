"""The declared organization is frozen data."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from guardrails import model
from guardrails.model import Account, OrganizationalUnit, Source, Targets

KINDS = sorted(
    (thing for thing in vars(model).values() if isinstance(thing, type) and is_dataclass(thing)),
    key=lambda t: t.__name__,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_everything_is_frozen(kind: type) -> None:
    """No part of the model can be changed once it is made, and each says what it is."""
    assert is_dataclass(kind)
    thing = kind.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(thing, fields(kind)[0].name, "other")
    assert kind.__doc__


def test_where_it_was_declared_does_not_count() -> None:
    """Two equal declarations in different places are equal."""
    here, there = Source("a.yaml", 1, 1), Source("b.yaml", 2, 2)
    assert OrganizationalUnit("Workloads", source=here) == OrganizationalUnit("Workloads", source=there)
    assert Account("a", "A", "a@b.c", "Root", source=here) == Account("a", "A", "a@b.c", "Root", source=there)
    assert Targets(source=here) == Targets(source=there)
