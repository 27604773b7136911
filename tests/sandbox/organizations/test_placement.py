"""Who is told where accounts go."""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import placement


def test_every_change_of_place_is_told(
    sandbox: Embedded,
    root_id: str,
    new_account: Callable[..., str],
    invited_account: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Creation, a move, closing and removal call back once each, with the old and the new parent."""
    told: list[tuple[str, str | None, str | None]] = []
    monkeypatch.setattr(placement, "_CALLBACKS", [])

    def tell(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
        told.append((account_id, old_parent_id, new_parent_id))

    placement.on_account_placed(tell)
    placement.on_account_placed(tell)
    organizations, one, two = sandbox.client("organizations"), new_account("one"), invited_account("two")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=one, SourceParentId=root_id, DestinationParentId=unit)
    organizations.close_account(AccountId=one)
    organizations.remove_account_from_organization(AccountId=two)
    assert told == [
        (one, None, root_id),
        (two, None, root_id),
        (one, root_id, unit),
        (one, unit, None),
        (two, root_id, None),
    ]
