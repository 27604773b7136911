"""Any number of member accounts, made at once and spread over nested OUs: to meet an organization of some size.

Ten accounts to a team, five teams to a stage, two stages to a unit: `Unit-01/Prod/Team-1`. Names, e-mail addresses and
tags follow from the number alone.
"""

from collections.abc import Iterator
from typing import Final

from moto.organizations.models import FakeOrganizationalUnit

from guardrails.sandbox.organizations import account_creation, accounts, organization, organizational_units

TEAM: Final = 10
TEAMS: Final = 5
STAGES: Final = ("Prod", "Test")


def lay(number: int) -> None:
    """Make that many member accounts."""
    made: dict[tuple[str, ...], FakeOrganizationalUnit] = {(): organization.root()}
    for index in range(number):
        *_, path = (_unit(made, path) for path in _paths(index))
        name = f"account-{index + 1:05d}"
        tags = {"environment": path[1].lower()}
        account = account_creation.make(name, f"{name}@accounts.example.com", tags=tags)
        accounts.relocate(account, made[path].id)


def _paths(index: int) -> Iterator[tuple[str, ...]]:
    """The OUs that an account stands under, from the top."""
    team, stage, unit = (
        index // TEAM % TEAMS,
        index // (TEAM * TEAMS) % len(STAGES),
        index // (TEAM * TEAMS * len(STAGES)),
    )
    path = (f"Unit-{unit + 1:02d}", STAGES[stage], f"Team-{team + 1}")
    return (path[:depth] for depth in range(1, len(path) + 1))


def _unit(made: dict[tuple[str, ...], FakeOrganizationalUnit], path: tuple[str, ...]) -> tuple[str, ...]:
    if path not in made:
        made[path] = organizational_units.make(path[-1], made[path[:-1]].id)
    return path
