"""Every pack that ships holds policies that exist, and holds together."""

import re
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from guardrails.iam.document import minified
from guardrails.iam.packing import pack as in_documents
from guardrails.iam.policies import NamedPolicy
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.policies import POLICY_TYPES
from guardrails.library.policy_packs import Kind, Pack

LIBRARY = Library(Path(__file__).parents[2])
IN_NO_PACK: Final = {
    "no-confused-deputy": "is a part of organization-principals-only, for who cannot attach that yet",
    "protect-log-archive": "is for the log archive's account alone, which packs do not know",
    "protect-named-roles": "names roles that only some organizations have",
    "require-cost-tag": "needs a tag that the organization has agreed on, and every template writes",
}
"""Why a policy is in none."""
each = pytest.mark.parametrize("pack", LIBRARY.packs().values(), ids=lambda pack: pack.id)


def test_packs_hold_every_kind() -> None:
    """A pack may hold policies of each kind that there is."""
    assert set(get_args(Kind)) == set(POLICY_TYPES)


@each
def test_what_it_says(pack: Pack) -> None:
    """A pack says what holds, and for whom it is meant."""
    assert not pack.title.endswith(".")
    assert pack.description.endswith(".")
    assert pack.audience.endswith(".")


@each
def test_its_policies(pack: Pack, facts: dict[str, Any]) -> None:
    """Every policy that needs nothing more from who attaches the pack is one that AWS takes, with the parameters that the pack gives."""
    for packed in pack.policies:
        source = LIBRARY.policy(packed.kind, packed.policy)
        if all(name in packed.parameters or p.default is not None for name, p in source.parameters.items()):
            assert source.render(packed.parameters, facts)


def test_every_policy_is_in_a_pack() -> None:
    """Every policy that ships is in a pack, or it is said why not."""
    held = {packed_policy.policy for pack in LIBRARY.packs().values() for packed_policy in pack.policies}
    assert {name for kind in POLICY_TYPES for name in LIBRARY.policies(kind)} - held == set(IN_NO_PACK)


def test_packs_go_together() -> None:
    """A policy has the same parameters in every pack that holds it: so any of them may be attached to one target."""
    given: dict[str, set[str]] = {}
    for pack in LIBRARY.packs().values():
        for each_policy in pack.policies:
            given.setdefault(each_policy.policy, set()).add(repr(each_policy.parameters))
    assert {name for name, parameters in given.items() if len(parameters) > 1} == set()


def test_cis_is_whole() -> None:
    """The pack cis holds every policy that answers a recommendation of the benchmark."""
    held = {each_policy.policy for each_policy in LIBRARY.pack("cis").policies}
    answering = {
        name
        for kind in POLICY_TYPES
        for name, source in LIBRARY.policies(kind).items()
        if any(framework.startswith("CIS AWS") for framework in source.frameworks)
    }
    assert answering <= held


@pytest.mark.whole_baseline
@each
def test_what_it_takes(pack: Pack, facts: dict[str, Any]) -> None:
    """The description tells how many documents the pack comes to on one target, and their characters to the next 500."""
    for policy_type, kind in (("SERVICE_CONTROL_POLICY", "scp"), ("RESOURCE_CONTROL_POLICY", "rcp")):
        policies = [
            NamedPolicy(one.policy, LIBRARY.policy(kind, one.policy).render(one.parameters, facts), policy_type)
            for one in pack.policies
            if one.kind == kind
        ]
        documents = in_documents(policies, QUOTAS[policy_type].max_characters)
        characters = sum(len(minified(one.document)) for one in documents)
        told = re.search(rf"(\d+) {kind.upper()}s? \(([\d,]+) characters\)", pack.description)
        assert told
        assert int(told[1]) == len(documents)
        assert 0 <= int(told[2].replace(",", "")) - characters < 500


@pytest.mark.whole_baseline
@pytest.mark.parametrize(
    ("kind", "policy_type"), [("scp", "SERVICE_CONTROL_POLICY"), ("rcp", "RESOURCE_CONTROL_POLICY")]
)
def test_all_of_them_fit(kind: str, policy_type: str, facts: dict[str, Any]) -> None:
    """All packs together fit on one target, beside what AWS attaches there itself."""
    parameters = {
        one.policy: one.parameters for pack in LIBRARY.packs().values() for one in pack.policies if one.kind == kind
    }
    policies = [
        NamedPolicy(name, LIBRARY.policy(kind, name).render(given, facts), policy_type)
        for name, given in parameters.items()
    ]
    quota = QUOTAS[policy_type]
    assert len(in_documents(policies, quota.max_characters)) <= quota.max_attached - quota.always_attached
