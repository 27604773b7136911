"""Every resource control policy that ships keeps what its folder promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guardrails.iam.document import minified
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.examples import decide, has_both_kinds

SOURCES = Library(Path(__file__).parents[2]).policies("rcp").values()
SERVICE_LINKED = "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
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


@each
def test_it_is_short(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """As it ships it takes less than half of a document: two policies at least share one."""
    assert len(minified(source.render({}, facts))) <= 2500


@each
def test_parameters_are_exercised(source: AuthorizationPolicy) -> None:
    """Every parameter has an example that gives it another value than its default."""
    given = {
        name
        for example in source.examples
        for name, value in example.parameters.items()
        if value != source.parameters[name].default
    }
    assert given == set(source.parameters)


@each
def test_service_linked_roles_are_never_denied(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """Whatever an example denies, a service-linked role of the account may do: AWS restricts none by these policies."""
    asked = [
        replace(example, request={**example.request, "principal": SERVICE_LINKED})
        for example in source.examples
        if example.expect != "allowed"
    ]
    as_service = replace(source, examples=tuple(asked))
    assert {decide(as_service, index, facts).outcome for index in range(len(asked))} == {"allowed"}


@each
def test_the_deployer_or_a_service_is_among_the_examples(source: AuthorizationPolicy) -> None:
    """An example shows that what runs the organization goes on: the deployer, a role that acts for it, or an AWS service."""
    allowed = [str(example.request["principal"]) for example in source.examples if example.expect == "allowed"]
    assert any("deployer_roles" in name or "member_role" in name or name.endswith(".amazonaws.com") for name in allowed)
