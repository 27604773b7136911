"""The root, the organizational units and the accounts, found by their id and by what they hang under in constant time.

moto keeps them in lists, which it reads from end to end. This is the only place where one is added, moved or dropped,
so what is found here is what is there.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, OrganizationsBackend, organizations_backends

from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.callers import PARTITION

Key = TypeVar("Key")
Value = TypeVar("Value")

_HELD: Final[list[Callable[[], None]]] = []


def of_this_organization(mapping: dict[Key, Value]) -> dict[Key, Value]:
    """Return `mapping`, which is emptied when the organization is deleted, and at every reset."""
    _HELD.append(mapping.clear)
    return lifecycle.forgotten_on_reset(mapping)


_ACCOUNTS: Final[dict[str, FakeAccount]] = of_this_organization({})
_UNITS: Final[dict[str, FakeOrganizationalUnit]] = of_this_organization({})
_ACCOUNTS_UNDER: Final[dict[str, dict[str, FakeAccount]]] = of_this_organization({})
_UNITS_UNDER: Final[dict[str, dict[str, FakeOrganizationalUnit]]] = of_this_organization({})

ACCOUNTS: Final[Mapping[str, FakeAccount]] = MappingProxyType(_ACCOUNTS)
"""Every account by id, the management account first, then in the order of creation; closed ones included."""
UNITS: Final[Mapping[str, FakeOrganizationalUnit]] = MappingProxyType(_UNITS)
"""The root, then the organizational units in the order of creation, by id."""


def backend() -> OrganizationsBackend:
    """moto's store of the one organization (of the management account)."""
    return organizations_backends[MANAGEMENT_ACCOUNT_ID][PARTITION]


def accounts_under(parent_id: str) -> Iterable[FakeAccount]:
    """The accounts directly under a root or OU."""
    return _ACCOUNTS_UNDER.get(parent_id, {}).values()


def units_under(parent_id: str) -> Iterable[FakeOrganizationalUnit]:
    """The OUs directly under a root or OU."""
    return _UNITS_UNDER.get(parent_id, {}).values()


def plant() -> None:
    """Take over what moto has made of a new organization: the root and the management account."""
    for unit in backend().ou:
        _note_unit(unit)
    for account in backend().accounts:
        _note_account(account)


def uproot() -> None:
    """Forget everything that belonged to the organization, which has been deleted."""
    for forget in _HELD:
        forget()


def add_account(account: FakeAccount) -> None:
    """Put a new account under its parent."""
    backend().accounts.append(account)
    organizations_backends.master_accounts[account.id] = (MANAGEMENT_ACCOUNT_ID, PARTITION)
    _note_account(account)


def move_account(account: FakeAccount, parent_id: str) -> None:
    """Hang an account under another parent."""
    del _ACCOUNTS_UNDER[account.parent_id][account.id]
    account.parent_id = parent_id
    _ACCOUNTS_UNDER.setdefault(parent_id, {})[account.id] = account


def drop_account(account: FakeAccount) -> None:
    """Take an account out of the organization."""
    backend().accounts.remove(account)
    organizations_backends.master_accounts.pop(account.id, None)
    del _ACCOUNTS[account.id], _ACCOUNTS_UNDER[account.parent_id][account.id]


def add_unit(unit: FakeOrganizationalUnit) -> None:
    """Put a new OU under its parent."""
    backend().ou.append(unit)
    _note_unit(unit)


def drop_unit(unit: FakeOrganizationalUnit) -> None:
    """Take an OU that is empty out of the organization."""
    backend().ou.remove(unit)
    del _UNITS[unit.id], _UNITS_UNDER[unit.parent_id or ""][unit.id]


def _note_account(account: FakeAccount) -> None:
    _ACCOUNTS[account.id] = account
    _ACCOUNTS_UNDER.setdefault(account.parent_id, {})[account.id] = account


def _note_unit(unit: FakeOrganizationalUnit) -> None:
    _UNITS[unit.id] = unit
    _UNITS_UNDER.setdefault(unit.parent_id or "", {})[unit.id] = unit
