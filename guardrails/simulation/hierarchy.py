"""The accounts of an organization and the policies that may have a say there: levels from the root down, permission sets.

AWS attaches `FullAWSAccess` to the root, each organizational unit and each account; it stays there beside the declared policies.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam import Level
from guardrails.problems import nearest
from guardrails.simulation.permission_sets import IdentityPolicies

ACCOUNT_LEVEL: Final = "account"
"""What the last level of every line is called: so accounts under the same policies have the same line."""


@dataclass(frozen=True, eq=False)
class Line:
    """The levels of policies from the root to an account, one object for all accounts under the same; `()`: none are enabled."""

    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()


@dataclass(frozen=True, eq=False)
class AccountPlace:
    """One account: what it is called, its id, where it stands ("o-…/r-…/ou-…/"), and what binds and what enters it.

    `permission_sets` are those that are assigned there, by name.
    """

    name: str
    id: str
    path: str
    line: Line
    permission_sets: Mapping[str, IdentityPolicies] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """An organization as the evaluator is asked about it; `accounts` include the management account, whose id is named.

    `notes` are sentences about what is not in it, for whoever reads an answer.
    """

    accounts: tuple[AccountPlace, ...]
    management_account: str
    home_region: str
    notes: tuple[str, ...] = ()

    @cached_property
    def _by_id(self) -> Mapping[str, AccountPlace]:
        return {account.id: account for account in self.accounts}

    @cached_property
    def _by_name(self) -> Mapping[str, AccountPlace]:
        return {account.name: account for account in self.accounts}

    def with_id(self, identity: str) -> AccountPlace | None:
        """The account with an id, None when it is of no account of the organization."""
        return self._by_id.get(identity)

    def account(self, name: str) -> AccountPlace:
        """The account with this name, or this id.

        Raises: ConfigError, with the nearest right name.
        """
        found = self._by_name.get(name) or self.with_id(name)
        if found is None:
            message = f"no account {name!r} is in the organization"
            raise ConfigError([Problem("", 0, 0, message, nearest(name, self._by_name))])
        return found
