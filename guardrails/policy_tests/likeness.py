"""Accounts that nothing tells apart in a test: one of them is asked for all.

They stand under the same policies, have the same permission sets, the test has the same words for them, and no policy names them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from guardrails.model import Organization
from guardrails.policy_tests.expressions import Facts, evaluated, facts_in
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.simulation.hierarchy import AccountPlace, Hierarchy

_DIGITS_BESIDE_A_WILDCARD: Final = re.compile(r"[0-9][*?]|[*?][0-9]")


@dataclass(frozen=True, eq=False)
class Organized:
    """The organization that tests are asked of: as declared, as it would stand, and what expressions may use."""

    organization: Organization
    hierarchy: Hierarchy
    facts: Facts

    @cached_property
    def _policy_texts(self) -> str:
        """Every policy that is attached or assigned anywhere, as one text."""
        documents: dict[int, Any] = {}
        for account in self.hierarchy.accounts:
            attached = [policy for level in (*account.line.scps, *account.line.rcps) for policy in level.policies]
            assigned = [policy for each in account.permission_sets.values() for policy in each.policies]
            documents.update({id(policy): policy.document for policy in (*attached, *assigned)})
        return json.dumps(list(documents.values()))

    @cached_property
    def _matches_parts_of_ids(self) -> bool:
        return bool(_DIGITS_BESIDE_A_WILDCARD.search(self._policy_texts))

    def is_named(self, account: AccountPlace) -> bool:
        """Whether a policy somewhere says the id of an account, or may match a part of it."""
        return self._matches_parts_of_ids or account.id in self._policy_texts


def alike(
    test: PolicyTest, organized: Organized, accounts: Iterable[AccountPlace]
) -> Iterator[tuple[tuple[str, ...], AccountPlace]]:
    """The names of accounts that nothing tells apart, with one of them."""
    groups: dict[Any, tuple[list[str], AccountPlace]] = {}
    for account in accounts:
        key = account.name if _on_its_own(test, organized, account) else _likeness(test, organized, account)
        groups.setdefault(key, ([], account))[0].append(account.name)
    for names, account in groups.values():
        yield tuple(names), account


def _on_its_own(test: PolicyTest, organized: Organized, account: AccountPlace) -> bool:
    special = {organized.hierarchy.management_account, test.resource_account}
    return bool(special & {account.id, account.name}) or organized.is_named(account)


def _likeness(test: PolicyTest, organized: Organized, account: AccountPlace) -> tuple[Any, ...]:
    """What accounts have in common that are asked once for all of them; their own ids in the test's words do not count."""
    regions = test.regions or organized.organization.governed_regions
    words = json.dumps([evaluated(test, facts_in(organized.facts, account.name, region)) for region in regions])
    sets = tuple((name, id(policies)) for name, policies in account.permission_sets.items())
    return id(account.line), account.path, sets, words.replace(account.id, "its id")
