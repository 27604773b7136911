"""Declared service control policies become policies on their targets, within AWS's quotas."""

import json
from typing import Any

import pytest

from guardrails.controls.service_control_policies import CONTROL, KIND, ServiceControlPolicies
from guardrails.declared_policies import DeclaredPolicy
from guardrails.engine.resource import Caveat, Ref, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address, policy_type_address
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType


def declared(policy: str = "deny-root-user", name: str = "", **targets: Any) -> DeclaredPolicy:
    return DeclaredPolicy(policy=policy, name=name, targets=Targets(**targets))


def compiled(organization: Organization, library: Library, *policies: DeclaredPolicy) -> list[Resource | Caveat]:
    return list(CONTROL.resources(organization, library, ServiceControlPolicies(policies=policies)))


def only(items: list[Resource | Caveat]) -> Policy:
    (policy,) = [item for item in items if isinstance(item, Policy)]
    return policy


def refused(organization: Organization, library: Library, *policies: DeclaredPolicy) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        compiled(organization, library, *policies)
    return [problem.message for problem in raised.value.problems]


def test_a_policy_with_its_type(organization: Organization, library: Library) -> None:
    """A declared policy becomes one policy under its id, titled as its file is, which needs the policy type enabled first."""
    items = compiled(organization, library, declared(organizational_units=("Workloads",)))
    policy = only(items)
    assert (policy.name, policy.policy_type) == ("deny-root-user", KIND)
    assert policy.description == "The root user of a member account does nothing"
    assert policy.targets == (organizational_unit_address("Workloads"),)
    assert policy_type_address(KIND) in policy.references()
    assert PolicyType(name=KIND) in items


def test_nothing_declared(organization: Organization, library: Library) -> None:
    """With no policy declared only the type is wanted."""
    assert compiled(organization, library) == [PolicyType(name=KIND)]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ({}, [ROOT_ADDRESS]),
        ({"organizational_units": ("Root",)}, [ROOT_ADDRESS]),
        ({"accounts": ("prod",)}, [account_address("prod")]),
        (
            {"organizational_units": ("Security", "Workloads/Prod"), "accounts": ("dev",)},
            [
                account_address("dev"),
                organizational_unit_address("Security"),
                organizational_unit_address("Workloads/Prod"),
            ],
        ),
    ],
)
def test_targets(organization: Organization, library: Library, targets: Any, expected: list[Any]) -> None:
    """A policy is attached to the root, the OUs and the accounts that its targets name, sorted."""
    assert list(only(compiled(organization, library, declared(**targets))).targets) == expected


def test_what_is_excluded_is_a_condition(organization: Organization, library: Library) -> None:
    """An excluded OU and an excluded account stand in the policy's conditions, by ids that may not be known yet."""
    policy = only(
        compiled(
            organization,
            library,
            declared(excluded_organizational_units=("Workloads/Dev",), excluded_accounts=("trial",)),
        )
    )
    text = json.dumps(policy.content, ensure_ascii=False)
    assert f"{Ref(organizational_unit_address('Workloads/Dev'), 'path')}*" in text
    assert str(Ref(account_address("trial"))) in text
    assert {organizational_unit_address("Workloads/Dev"), account_address("trial")} <= policy.references()


def test_one_policy_twice(organization: Organization, library: Library) -> None:
    """A policy may be declared twice under two names, and not under one."""
    twice = [declared(organizational_units=("Security",)), declared(name="again", organizational_units=("Workloads",))]
    names = [item.name for item in compiled(organization, library, *twice) if isinstance(item, Policy)]
    assert names == ["deny-root-user", "again"]
    assert refused(organization, library, declared(), declared()) == ["the policy deny-root-user is declared twice"]


def test_every_problem_at_once(organization: Organization, library: Library) -> None:
    """An unknown policy, an unknown parameter and a name that is taken are all told together."""
    unfit = DeclaredPolicy(policy="deny-root-user", name="unfit", parameters={"nothing": 1})
    messages = refused(organization, library, declared("deny-roots"), unfit, declared(), declared())
    assert len(messages) == 3
    assert any("deny-roots" in message for message in messages)
