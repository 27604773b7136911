"""Who is told when an account gets, changes or loses its place in the organization.

Services react to it as AWS does: StackSets deploy to an account that comes under a target OU, GuardDuty joins a new
account.
"""

from collections.abc import Callable
from typing import Final

AccountPlaced = Callable[[str, str | None, str | None], None]
"""(account id, old parent id, new parent id). No old parent: the account was created; no new parent: it was closed or removed."""

_CALLBACKS: Final[list[AccountPlaced]] = []


def on_account_placed(callback: AccountPlaced) -> None:
    """Call `callback` after every account that was created into the root, moved, or closed or removed; registering twice is once."""
    if callback not in _CALLBACKS:
        _CALLBACKS.append(callback)


def account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    """Tell everybody, in the order in which they registered."""
    for callback in _CALLBACKS:
        callback(account_id, old_parent_id, new_parent_id)
