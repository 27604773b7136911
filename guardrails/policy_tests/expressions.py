"""The {{ expressions }} of a test, evaluated for an account and a region.

They may use the facts that policy files use, and beside them: account (its name), account_id, account_ids (by name), region.
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.engine.resource import Ref
from guardrails.errors import ConfigError, Problem
from guardrails.library.filling import Report, filled
from guardrails.model import Organization
from guardrails.organization_facts import policy_facts
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.resources import account_address

EVALUATED: Final = ("principals", "except", "resources", "context")
"""The parts of a test that expressions may stand in."""
Facts = Mapping[str, Any]


def facts_of(organization: Organization) -> Facts:
    """What expressions may use in every account, with stand-ins for the ids that only AWS can give."""
    ids = {account.name: placeholder(Ref(account_address(account.name))) for account in organization.accounts}
    return {**with_placeholders(policy_facts(organization)), "account_ids": ids}


def facts_in(facts: Facts, account: str, region: str) -> Facts:
    """What expressions may use in one account, by its name, and region."""
    return {**facts, "account": account, "account_id": facts["account_ids"][account], "region": region}


def evaluated(test: PolicyTest, facts: Facts) -> dict[str, Any]:
    """The principals, exceptions, resources and context of a test, for these facts.

    Raises: ConfigError, at the test, with every expression that cannot be evaluated.
    """
    written = {"principals": test.principals, "except": test.excluded, "resources": test.resources}
    place, problems = test.standing, list[Problem]()

    def report(at: tuple[str | int, ...], message: str, suggestion: str) -> None:
        problems.append(Problem(place.file, place.line, place.column, f"{at[0]!r}: {message}", suggestion))

    result: dict[str, Any] = filled({**written, "context": test.context}, facts, report)
    if problems:
        raise ConfigError(problems)
    return result


def check(data: Mapping[str, Any], facts: Facts, report: Report) -> dict[str, Any]:
    """The parts of a test as its file has them, evaluated; what is wrong is reported with its path."""
    result: dict[str, Any] = filled({key: data[key] for key in EVALUATED if key in data}, facts, report)
    return result
