"""Attached packs become the policies that they hold, each as if it had been declared by itself."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.controls import organization_policies, service_control_policies
from guardrails.controls.organization_policies import DeclaredPolicyOfKind, OrganizationPolicies
from guardrails.controls.policy_packs import CONTROL, AttachedPack, PackException, PolicyPacks
from guardrails.controls.service_control_policies import ServiceControlPolicies
from guardrails.declared_policies import DeclaredPolicy
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import ControlDeclaration, Organization, Source, Targets
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.policy import Policy

PACK = """\
id: few
title: A few
description: What holds.
audience: Those who test.
policies:
  - {kind: scp, policy: deny-root-user}
  - {kind: rcp, policy: require-tls}
  - {kind: declarative, policy: instance-metadata, parameters: {hop_limit: 1}}
"""
ROOTS = "  - {kind: scp, policy: deny-root-user}\n"


@pytest.fixture
def library(repository: Path, tmp_path: Path) -> Library:
    """The policies that ship, with packs of our own."""
    (tmp_path / "policies" / "packs").mkdir(parents=True)
    for folder in (repository / "policies").iterdir():
        if folder.name != "packs":
            (tmp_path / "policies" / folder.name).symlink_to(folder)
    (tmp_path / "policies" / "packs" / "few.yaml").write_text(PACK, encoding="utf-8")
    roots = PACK.partition("policies:")[0].replace("few", "roots") + "policies:\n" + ROOTS
    (tmp_path / "policies" / "packs" / "roots.yaml").write_text(roots, encoding="utf-8")
    return Library(tmp_path)


def attached(pack: str = "few", line: int = 1, *, units: tuple[str, ...] = (), **given: Any) -> AttachedPack:
    settings = AttachedPack(pack=pack, targets=Targets(organizational_units=units), **given)
    settings.stand_at(Source("controls.yaml", line, 7))
    return settings


def made(organization: Organization, library: Library, *packs: AttachedPack) -> list[Policy]:
    items = CONTROL.resources(organization, library, PolicyPacks(packs=packs))
    return [item for item in items if isinstance(item, Policy)]


def compiled(
    organization: Organization, library: Library, packs: list[AttachedPack], *controls: tuple[Any, Any]
) -> dict[str, Policy]:
    """What a whole organization with these packs, and other controls with their settings, compiles to: policies by name."""
    found = [(CONTROL, PolicyPacks(packs=tuple(packs))), *controls]
    declarations = tuple(ControlDeclaration(control.id, settings) for control, settings in found)
    whole = pipeline.Declared(
        replace(organization, controls=declarations),
        library,
        {control.id: control for control, _ in found},
    )
    return {policy.name: policy for policy in pipeline.compile(whole).resources if isinstance(policy, Policy)}


def problems(organization: Organization, library: Library, *packs: AttachedPack) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        made(organization, library, *packs)
    return [str(problem) for problem in raised.value.problems]


def test_a_pack_is_its_policies(organization: Organization, library: Library) -> None:
    """Each policy of the pack is attached where the pack is, with the pack's parameters, and knows where that was said."""
    policies = made(organization, library, attached(units=("Workloads",)))
    assert [policy.name for policy in policies] == ["deny-root-user", "require-tls", "instance-metadata"]
    assert {policy.targets for policy in policies} == {(organizational_unit_address("Workloads"),)}
    assert {policy.declared_at for policy in policies} == {(("controls.yaml", 1, 7),)}
    metadata = policies[-1].content["ec2_attributes"]["instance_metadata_defaults"]
    assert metadata["http_put_response_hop_limit"] == {"@@assign": "1"}


def test_how_it_differs_here(organization: Organization, library: Library) -> None:
    """A policy is left out, another is given other parameters than the pack's."""
    entry = attached(without=("require-tls",), parameters={"instance-metadata": {"hop_limit": 2}})
    policies = made(organization, library, entry)
    assert [policy.name for policy in policies] == ["deny-root-user", "instance-metadata"]
    metadata = policies[-1].content["ec2_attributes"]["instance_metadata_defaults"]
    assert metadata["http_put_response_hop_limit"] == {"@@assign": "2"}


def test_every_problem_of_every_pack(organization: Organization, library: Library) -> None:
    """An unknown pack, a policy that the pack does not hold and an unknown parameter: each at its pack, with the nearest right name."""
    unknown = attached(line=2, without=("require-tsl",), parameters={"deny-root": {}})
    wrong = attached(line=3, parameters={"instance-metadata": {"hops": 2}})
    found = problems(organization, library, attached("fwe"), unknown, wrong)
    assert len(found) == 4
    assert found[0].startswith("controls.yaml:1:7: there is no pack 'fwe' in")
    assert found[1:] == [
        "controls.yaml:2:7: the pack few holds no policy 'deny-root' here (did you mean 'deny-root-user'?)",
        "controls.yaml:2:7: the pack few holds no policy 'require-tsl' here (did you mean 'require-tls'?)",
        "controls.yaml:3:7: the policy instance-metadata has no parameter 'hops' (known: hop_limit)",
    ]


def excepted(line: int, *policies: str) -> PackException:
    made = PackException(policies=policies, account="dev", reason="r", owner="o", expires=date(2999, 1, 1))
    made.stand_at(Source("controls.yaml", line, 9))
    return made


def test_exceptions(organization: Organization, library: Library) -> None:
    """An exception is one from the policies that it names, and from no other of the pack."""
    plain, entry = attached(), attached(exceptions=(excepted(1, "deny-root-user", "require-tls"),))
    pairs = zip(made(organization, library, plain), made(organization, library, entry), strict=True)
    assert [one.content == other.content for one, other in pairs] == [False, False, True]


def test_exceptions_from_what_does_not_hold(organization: Organization, library: Library) -> None:
    """An exception from a policy that the pack does not hold, that is left out, or that has no conditions is refused at its place."""
    given = (excepted(2, "require-tsl"), excepted(3, "require-tls"), excepted(4, "instance-metadata"))
    found = problems(organization, library, attached(without=("require-tls",), exceptions=given[:2]))
    assert [problem.partition(" (")[0] for problem in found] == [
        "controls.yaml:2:9: the pack few holds no policy 'require-tsl' here",
        "controls.yaml:3:9: the pack few holds no policy 'require-tls' here",
    ]
    (refused,) = problems(organization, library, attached(exceptions=given[2:]))
    assert refused.startswith(
        "controls.yaml:4:9: instance-metadata: a policy of the kind declarative has no conditions"
    )


def test_what_has_no_conditions_refuses_exclusions(organization: Organization, library: Library) -> None:
    """Exclusions are refused for the policies of the pack that cannot have any, by name; without those they hold."""
    targets = Targets(excluded_organizational_units=("Security",))
    (found,) = problems(organization, library, AttachedPack(pack="few", targets=targets))
    assert found.startswith("instance-metadata: a policy of the kind declarative has no conditions")
    made(organization, library, AttachedPack(pack="few", targets=targets, without=("instance-metadata",)))


def test_one_policy_from_everywhere(organization: Organization, library: Library) -> None:
    """The same from two packs, and from a pack and the other controls, is one policy on the targets of all of them."""
    packs = [attached(units=("Workloads/Prod",)), attached("roots", 2, units=("Security",))]
    single = ServiceControlPolicies(
        policies=(DeclaredPolicy(policy="deny-root-user", targets=Targets(organizational_units=("Workloads/Dev",))),)
    )
    others = OrganizationPolicies(policies=(DeclaredPolicyOfKind(kind="rcp", policy="require-tls"),))
    policies = compiled(
        organization,
        library,
        packs,
        (service_control_policies.CONTROL, single),
        (organization_policies.CONTROL, others),
    )
    roots = policies["deny-root-user"]
    assert [target.name for target in roots.targets] == ["Security", "Workloads/Dev", "Workloads/Prod"]
    assert roots.declared_at == (("controls.yaml", 1, 7), ("controls.yaml", 2, 7), ("", 0, 0))
    tls = policies["require-tls"]
    assert tls.targets == tuple(sorted([ROOT_ADDRESS, organizational_unit_address("Workloads/Prod")]))


def test_one_policy_in_two_ways(organization: Organization, library: Library) -> None:
    """With other parameters in another pack it is refused, with both places; left out of one of them it is not."""
    one = attached(parameters={"instance-metadata": {"hop_limit": 2}})
    with pytest.raises(ConfigError) as raised:
        compiled(organization, library, [one, attached(line=2)])
    (problem,) = raised.value.problems
    assert str(problem).startswith(
        "controls.yaml:2:7: the policy instance-metadata is declared otherwise already (at controls.yaml:1:7;"
    )
    compiled(organization, library, [one, attached(line=2, without=("instance-metadata",))])


def test_from_single_policies_to_a_pack(organization: Organization, library: Library) -> None:
    """A pack wants exactly what the same policies want that are declared one by one: moving from one to the other changes nothing."""
    single = ServiceControlPolicies(policies=(DeclaredPolicy(policy="deny-root-user"),))
    others = OrganizationPolicies(
        policies=(
            DeclaredPolicyOfKind(kind="rcp", policy="require-tls"),
            DeclaredPolicyOfKind(kind="declarative", policy="instance-metadata", parameters={"hop_limit": 1}),
        )
    )
    one_by_one = compiled(
        organization,
        library,
        [],
        (service_control_policies.CONTROL, single),
        (organization_policies.CONTROL, others),
    )
    assert compiled(organization, library, [attached()]) == one_by_one
