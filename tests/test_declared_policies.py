"""Declared organization policies of every kind become policies on their targets, within AWS's quotas; or are refused in the file."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guardrails import config
from guardrails.controls.organization_policies import CONTROL, OrganizationPolicies
from guardrails.declared_policies import TRUSTED, DeclaredPolicy, compiled, joined
from guardrails.engine.resource import Caveat, Ref, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.policies import POLICY_TYPES
from guardrails.model import Targets
from guardrails.policy_exceptions import PolicyException, excepted
from guardrails.resources import (
    ROOT_ADDRESS,
    account_address,
    organizational_unit_address,
    policy_type_address,
    trusted_access_address,
)
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from guardrails.resources.trusted_access import TrustedAccess
from tests.organization_line import FIRST_DAY


@pytest.fixture
def library(repository: Path) -> Library:
    """The content that ships."""
    return Library(repository)


def declared(policy: str, name: str = "", **targets: Any) -> DeclaredPolicy:
    return DeclaredPolicy(policy=policy, name=name, targets=Targets(**targets))


def made(library: Library, *policies: tuple[str, DeclaredPolicy]) -> list[Resource | Caveat]:
    return list(compiled(FIRST_DAY, library, policies))


def test_every_kind_with_what_it_needs(library: Library) -> None:
    """Each policy is of the type of its kind, on the root when nothing is said, and waits for its type and for who must be trusted."""
    everything = [(kind, declared(name)) for kind in POLICY_TYPES for name in library.policies(kind)]
    items = [item for pair in everything for item in made(library, pair)]
    policies = [item for item in items if isinstance(item, Policy)]
    assert len(policies) == len(everything)
    assert {item.name for item in items if isinstance(item, PolicyType)} == set(POLICY_TYPES.values())
    assert {item.name for item in items if isinstance(item, TrustedAccess)} == set(TRUSTED.values())
    for policy in policies:
        assert policy.targets == (ROOT_ADDRESS,)
        assert policy_type_address(policy.policy_type) in policy.references()
        if policy.policy_type in TRUSTED:
            assert trusted_access_address(TRUSTED[policy.policy_type]) in policy.references()


def test_a_resource_control_policy_excludes_resources(library: Library) -> None:
    """What is excluded is named by its resources' account and place, not by the principal's: whoever asks, those are let alone."""
    targets: dict[str, Any] = {
        "excluded_organizational_units": ("Workloads/Dev",),
        "excluded_accounts": ("management",),
    }
    *_, policy = made(library, ("rcp", declared("require-tls", **targets)))
    assert isinstance(policy, Policy)
    condition = policy.content["Statement"][0]["Condition"]
    path = f"{Ref(organizational_unit_address('Workloads/Dev'), 'path')}*"
    assert condition["ForAllValues:StringNotLike"] == {"aws:ResourceOrgPaths": [path]}
    assert condition["StringNotEquals"] == {"aws:ResourceAccount": [str(Ref(account_address("management")))]}
    assert "aws:Principal" not in json.dumps(policy.content)


def policy(**other: Any) -> Policy:
    given: dict[str, Any] = {
        "name": "p",
        "policy_type": "TAG_POLICY",
        "content": {"tags": {}},
        "declared_at": (("a.yaml", 1, 2),),
        "depends_on": frozenset(),
    }
    return Policy(**{**given, **other})


def test_two_that_want_the_same() -> None:
    """Equal policies of two declarations become one on the targets of both, which knows both places and waits for what either needs."""
    dev, type_ = organizational_unit_address("Dev"), policy_type_address("TAG_POLICY")
    there = (("b.yaml", 3, 4),)
    both = joined(
        policy(targets=(ROOT_ADDRESS,), depends_on=frozenset({type_})), policy(targets=(dev,), declared_at=there)
    )
    assert both.targets == tuple(sorted([ROOT_ADDRESS, dev]))
    assert type_ in both.references()
    assert both.declared_at == (("a.yaml", 1, 2), ("b.yaml", 3, 4))
    assert joined(both, both) == both


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"content": {"tags": {"a": {}}}}, "the policy p is declared otherwise already (at a.yaml:1:2; give both"),
        ({"description": "x"}, "the policy p is declared otherwise already (at a.yaml:1:2; give both"),
        ({"policy_type": "S3_POLICY"}, "policies of two types are named p: TAG_POLICY and S3_POLICY (at a.yaml:1:2"),
    ],
)
def test_two_that_want_different_things(other: dict[str, Any], message: str) -> None:
    """Different policies of one name are refused at the second place, which names the first and what to do."""
    with pytest.raises(ConfigError) as refused:
        joined(policy(), policy(declared_at=(("b.yaml", 3, 4),), **other))
    (problem,) = refused.value.problems
    assert str(problem).startswith(f"b.yaml:3:4: {message}")


def test_what_cannot_be_packed_has_its_size(library: Library) -> None:
    """A tag policy that is larger than AWS takes is refused with its size, before AWS does."""
    many = {"environments": [f"environment-{number:04}" for number in range(600)]}
    large = DeclaredPolicy(policy="environment-and-owner", parameters=many)
    with pytest.raises(
        ConfigError, match=r"the policy environment-and-owner has 1\d,\d{3} characters, AWS takes 10,000"
    ):
        made(library, ("tag", large))


CONTROLS = """\
organization-policies:
  policies:
    - kind: {kind}
      policy: {policy}
      targets: {{{targets}}}
"""


def problems_of(tmp_path: Path, repository: Path, controls: str) -> list[str]:
    """What is wrong with a controls.yaml beside the rest of the configuration that ships."""
    folder = shutil.copytree(repository / "config", tmp_path / "config")
    (folder / "controls.yaml").write_text(controls, encoding="utf-8")
    try:
        (declaration,) = (organization := config.load(folder, {CONTROL.id: OrganizationPolicies}, set())).controls
        list(CONTROL.resources(organization, Library(repository), declaration.settings))
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("kind", "policy", "targets", "problem"),
    [
        ("tags", "x", "", "controls.yaml:3:13: 'kind' is 'tags', but should be 'rcp', 'declarative', 'tag', 'backup'"),
        ("scp", "deny-root-user", "", "controls.yaml:3:13: 'kind' is 'scp', but should be 'rcp', 'declarative'"),
        ("tag", "environment-and-owners", "", "there is no policy 'environment-and-owners' in"),
        ("tag", "environment-and-owner", "excluded_accounts: [log-archive]",
         "controls.yaml:5:16: environment-and-owner: a policy of the kind tag has no conditions, and so no exclusions"),
        ("s3", "block-public-access", "excluded_organizational_units: [Sandbox]",
         "controls.yaml:5:16: block-public-access: a policy of the kind s3 has no conditions, and so no exclusions"),
        ("declarative", "instance-metadata", "}\n      parameters: {hop_limit: 100",
         "controls.yaml:3:7: with these parameters, 'http_put_response_hop_limit' is '100' (instance-metadata.yaml:22)"),
    ],
)  # fmt: skip
def test_what_cannot_be_honoured(
    tmp_path: Path, repository: Path, kind: str, policy: str, targets: str, problem: str
) -> None:
    """An unknown kind or policy, an exclusion that no condition can express, and a parameter that AWS would refuse: where they stand."""
    controls = CONTROLS.format(kind=kind, policy=policy, targets=targets)
    (found,) = problems_of(tmp_path, repository, controls)
    assert problem in found
    assert "controls.yaml:" in found


def test_one_character_spared_is_not_any_number_of_them(library: Library) -> None:
    """Beside a spared `role/App?` an exception of `role/App*` changes something, and one of `role/AppX` nothing: it is refused."""
    source = library.policy("scp", "deny-root-user")
    assert isinstance(source, AuthorizationPolicy)
    spared = {"ArnNotLike": {"aws:PrincipalArn": ["arn:*:iam::*:role/App?"]}}
    deny = {"Sid": "Deny", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": spared}
    document = {"Version": "2012-10-17", "Statement": [deny]}
    several, one = (
        PolicyException(principal=f"role/{name}", reason="r", owner="o", expires=date(2027, 1, 31))
        for name in ("App*", "AppX")
    )
    assert excepted(document, source, [several], FIRST_DAY, Targets()) != document
    with pytest.raises(ConfigError, match="role/AppX is let alone already"):
        excepted(document, source, [one], FIRST_DAY, Targets())
