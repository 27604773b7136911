"""Every service control policy that ships: its examples are really evaluated, and it keeps what its folder promises."""

from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from guardrails.iam.document import minified
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.examples import decide, has_both_kinds

REPOSITORY = Path(__file__).parents[2]
SOURCES = {
    name: found for name, found in Library(REPOSITORY).policies("scp").items() if isinstance(found, AuthorizationPolicy)
}
TRUSTED = [
    "GuardrailsDeployer",
    "BreakGlass",
    "OrganizationAccountAccessRole",
    "stacksets-exec-0123456789abcdef",
    "aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
]


each = pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)


@each
def test_both_kinds_of_examples(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """Something is denied and something is still allowed; and every statement has an example that it denies."""
    assert has_both_kinds(source.examples)
    decisions = [decide(source, index, facts) for index in range(len(source.examples))]
    used = {reason.statement for decision in decisions for reason in decision.reasons if reason.policy == source.id}
    assert used == {statement["Sid"] for statement in source.statements}


@each
def test_size(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """The policy, with exclusions, takes less than half of what AWS allows."""
    document = source.without(
        source.render({}, facts), ["o-exampleorg/r-exam/ou-exam-11111111/*"] * 2, ["111111111111"] * 2
    )
    assert len(minified(document)) < QUOTAS["SERVICE_CONTROL_POLICY"].max_characters / 2


@each
def test_trusted_principals_are_never_denied(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """Every statement lets the trusted roles alone; and what an example denies, one of them asks in turn, and may do."""
    if source.exempt_reason:
        return
    for statement in source.render({}, facts)["Statement"]:
        assert set(statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]) >= set(facts["trusted_principals"])
    denied = [example for example in source.examples if example.expect != "allowed"]
    asked = [
        replace(example, request={**example.request, "principal": f"role/{role}"})
        for example, role in zip(denied, cycle(TRUSTED), strict=False)
    ]
    as_trusted = replace(source, examples=tuple(asked))
    assert {decide(as_trusted, index, facts).outcome for index in range(len(asked))} <= {"allowed"}


@each
def test_parameters_are_exercised(source: AuthorizationPolicy) -> None:
    """Every parameter has an example that gives it another value than its default."""
    given = {
        name
        for e in source.examples
        for name, value in e.parameters.items()
        if value != source.parameters[name].default
    }
    assert given == set(source.parameters)
