"""Every resource control policy that ships keeps what its folder promises."""

from pathlib import Path
from typing import Any

import pytest

from guardrails.iam.document import minified
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.examples import decide, has_both_kinds

SOURCES = Library(Path(__file__).parents[2]).policies("rcp").values()
each = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)


@each
def test_every_statement_denies_something(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """Something is denied and something is still allowed; and every statement has an example that it denies."""
    assert has_both_kinds(source.examples)
    decisions = [decide(source, index, facts) for index in range(len(source.examples))]
    used = {reason.statement for decision in decisions for reason in decision.reasons if reason.policy == source.id}
    assert used == {statement["Sid"] for statement in source.statements}


@each
def test_nobody_is_exempt_by_name(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """No policy lets a role alone for its name: anybody can make one of that name in an account of his own."""
    assert "aws:PrincipalArn" not in minified(source.render({}, facts))


@each
def test_it_fits_with_exclusions(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """With OUs and accounts excluded it is well within AWS's quota of characters."""
    document = source.without(source.render({}, facts), ["o-exampleorg/r-exam/ou-exam-11111111/*"] * 2, ["1" * 12] * 2)
    assert len(minified(document)) < QUOTAS["RESOURCE_CONTROL_POLICY"].max_characters / 2
