"""Policies stay as declared where they fit on their targets, and are packed, or hang higher, where they do not."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from guardrails.config.shapes import PolicyKind
from guardrails.engine.resource import Address, Ref
from guardrails.errors import ConfigError
from guardrails.iam.equality import equal
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL
from guardrails.library.policies import POLICY_TYPES
from guardrails.model import Account, OrganizationalUnit
from guardrails.packing import packed, slots
from guardrails.placeholders import with_placeholders
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address, policy_type_address
from guardrails.resources.policy import Policy, description_of, held_by, short_name
from tests.organization_line import FIRST_DAY

PROD, DEV = organizational_unit_address("Workloads/Prod"), organizational_unit_address("Workloads/Dev")
WORKLOADS, SANDBOX = organizational_unit_address("Workloads"), organizational_unit_address("Sandbox")

IN_WORKLOADS = {PROD, DEV, account_address("hub")}
DECLARED = replace(
    FIRST_DAY,
    organizational_units=tuple(
        OrganizationalUnit(path) for path in ("Workloads", "Sandbox", "Workloads/Prod", "Workloads/Dev")
    ),
    accounts=(
        *FIRST_DAY.accounts,
        Account("hub", "Hub", "hub@acme.example", "Workloads"),
        *(Account(f"trial-{n}", "Trial", f"trial-{n}@acme.example", "Sandbox") for n in range(1, 11)),
    ),
)


def scp(number: int, *targets: Address, kind: str = SERVICE_CONTROL, **statement: Any) -> Policy:
    """A policy that denies an action of its own, as a control makes it."""
    element = {"Principal": "*"} if kind == RESOURCE_CONTROL else {}
    whole = {"Sid": "Deny", "Effect": "Deny", **element, "Action": f"s3:Action{number}", "Resource": "*", **statement}
    return Policy(
        name=f"deny-{number:02}",
        policy_type=kind,
        content={"Version": "2012-10-17", "Statement": [whole]},
        targets=targets or (ROOT_ADDRESS,),
        origins=((f"deny-{number:02}.yaml:7",),),
        declared_at=(("controls.yaml", number + 1, 5),),
        depends_on=frozenset({policy_type_address(kind)}),
    )


def many(count: int, *targets: Address, start: int = 0, **other: Any) -> list[Policy]:
    return [scp(start + number, *targets, **other) for number in range(count)]


def names(policies: tuple[Policy, ...]) -> dict[str, set[str]]:
    """Where each policy hangs."""
    return {policy.name: {target.name for target in policy.targets} for policy in policies}


def test_what_fits_stays_as_it_was_declared() -> None:
    """Nine service control policies, four resource control policies, ten tag policies on one target, and others elsewhere."""
    tags = [Policy(name=f"t{n}", policy_type="TAG_POLICY", content={"tags": {}}, targets=(PROD,)) for n in range(10)]
    policies = [*many(9), *many(9, PROD, start=20), *many(4, start=50, kind=RESOURCE_CONTROL), *tags]
    packing = packed(FIRST_DAY, policies)
    assert sorted(packing.policies, key=str) == sorted(policies, key=str)
    assert packing.caveats == ()


def test_more_than_a_target_takes_is_packed() -> None:
    """Ten on the root become one that says the same, named after what it is and where; the rest stays; the plan says what it holds."""
    policies = [*many(10), *many(3, PROD, start=30)]
    packing = packed(FIRST_DAY, policies)
    assert names(packing.policies) == {"acme-scp-Root-1": {"Root"}} | {
        f"deny-{n}": {"Workloads/Prod"} for n in range(30, 33)
    }
    (one,) = [policy for policy in packing.policies if policy.holds]
    assert one.holds == tuple(f"deny-{n:02}" for n in range(10))
    assert one.origins == (tuple(f"deny-{n:02}.yaml:7" for n in range(10)),)
    assert one.depends_on == frozenset({policy_type_address(SERVICE_CONTROL)})
    assert held_by(one.description) == one.holds
    assert equal([policy.content for policy in policies[:10]], [one.content], SERVICE_CONTROL)
    assert packing.caveats[0].startswith("acme-scp-Root-1 holds deny-00, deny-01,")
    assert packing.caveats[0].endswith("there is room for 9 on a target, of 10,240 characters")


def test_resource_control_policies_are_packed_too() -> None:
    """AWS takes five on a target, its own among them."""
    packing = packed(FIRST_DAY, many(5, kind=RESOURCE_CONTROL))
    assert names(packing.policies) == {"acme-rcp-Root-1": {"Root"}}


def test_slots_are_left_to_others() -> None:
    """What is reserved counts as taken, and an error tells so."""
    shared = replace(FIRST_DAY, reserved_policy_slots={"scp": 3, "tag": 9})
    assert (slots(FIRST_DAY, SERVICE_CONTROL), slots(shared, SERVICE_CONTROL)) == (9, 6)
    assert len(packed(shared, many(7)).policies) == 1
    tags = [Policy(name=f"t{n}", policy_type="TAG_POLICY", content={}, targets=(PROD,)) for n in range(2)]
    with pytest.raises(ConfigError, match=r"2 policies of type TAG_POLICY .* AWS takes 1 besides 9 left to others"):
        packed(shared, tags)


def test_a_policy_on_several_targets_stays_one_where_that_is_enough() -> None:
    """What hangs on the crowded target alone is packed first."""
    packing = packed(FIRST_DAY, [*many(9, PROD), scp(20, PROD, SANDBOX)])
    assert names(packing.policies) == {
        "acme-scp-Workloads/Prod-1": {"Workloads/Prod"},
        "deny-20": {"Workloads/Prod", "Sandbox"},
    }


def test_those_on_the_same_several_targets_are_packed_together() -> None:
    """Where packing what hangs there alone is not enough; the name tells the first target and how many more."""
    (one,) = packed(FIRST_DAY, many(10, PROD, SANDBOX)).policies
    assert one.name.startswith("acme-scp-Workloads/Prod-and-1-more-")
    assert set(one.targets) == {PROD, SANDBOX}


def _crowding_prod() -> list[Policy]:
    """One on Prod, and nine on everything in Workloads, each of these with another account of Sandbox: no two on the same targets."""
    return [scp(0, PROD), *(scp(n, *sorted({*IN_WORKLOADS, account_address(f"trial-{n}")})) for n in range(1, 10))]


def test_what_hangs_on_everything_below_a_parent_hangs_on_the_parent() -> None:
    """Where packing is not enough: nothing changes for any account, and the plan says what it means for those to come."""
    packing = packed(DECLARED, _crowding_prod())
    expected = {f"deny-{n:02}": {"Workloads", f"trial-{n}"} for n in range(1, 10)}
    assert names(packing.policies) == {"deny-00": {"Workloads/Prod"}} | expected
    assert packing.caveats[0] == (
        "deny-01 hangs on Workloads instead of hub, Workloads/Dev, Workloads/Prod, which together are all of it: "
        "whatever comes to it is bound too"
    )


def test_what_is_inherited_anyway_does_not_hang_there() -> None:
    """Where it takes a slot that is needed: a policy on a parent and on what is below it."""
    policies = [
        scp(0, PROD),
        *(scp(n, *sorted({ROOT_ADDRESS, PROD, account_address(f"trial-{n}")})) for n in range(1, 10)),
    ]
    packing = packed(DECLARED, policies)
    assert {frozenset(targets) for targets in names(packing.policies).values()} == {
        frozenset({"Workloads/Prod"}),
        frozenset({"Root"}),
    }
    assert packing.caveats[0] == "deny-01 does not hang on trial-1, Workloads/Prod, where it is inherited from above"


def test_an_allow_stays_where_it_hangs() -> None:
    """At another level it would mean another thing."""
    policies = [replace(policy, content=_allowing(policy)) for policy in _crowding_prod()]
    with pytest.raises(ConfigError, match="even packed, 10 policies of type SERVICE_CONTROL_POLICY"):
        packed(DECLARED, policies)


def _allowing(policy: Policy) -> dict[str, Any]:
    (statement,) = policy.content["Statement"]
    return {**policy.content, "Statement": [{**statement, "Effect": "Allow"}]}


def test_a_policy_too_large_for_aws_is_split() -> None:
    """By its actions or resources, into as many as it takes, each of which says whose part it is."""
    resources = [f"arn:aws:s3:::amzn-s3-demo-bucket-{number:05}" for number in range(400)]
    packing = packed(FIRST_DAY, [scp(1, Resource=resources), scp(2)])
    assert [policy.name for policy in packing.policies] == ["acme-scp-Root-1", "acme-scp-Root-2"]
    assert {name for policy in packing.policies for name in policy.holds} == {"deny-01", "deny-02"}
    assert all("deny-01" in policy.holds for policy in packing.policies)


def test_too_much_even_packed() -> None:
    """The target, what hangs there, and the heaviest statements with their sizes and places; at the last of the declarations."""
    condition = {"StringNotLike": {"aws:PrincipalTag/team": [f"team-{number:04}-of-many" for number in range(400)]}}
    policies = [scp(n, Condition={**condition, "StringLike": {"aws:x": str(n)}}) for n in range(10)]
    with pytest.raises(ConfigError) as refused:
        packed(FIRST_DAY, policies)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("controls.yaml", 10)
    assert problem.message.startswith("even packed, 10 policies of type SERVICE_CONTROL_POLICY are attached to Root")
    assert "AWS takes 9 besides its own (10 are declared, with" in problem.message
    assert "characters: deny-00 / Deny at deny-00.yaml:7" in problem.suggestion


def test_late_values_are_counted_by_their_stand_ins() -> None:
    """The packed policies hold them as they were."""
    late = str(Ref(account_address("shop"), "id"))
    policies = [scp(n, Condition={"StringNotEquals": {"aws:PrincipalAccount": late}}) for n in range(10)]
    (one,) = packed(FIRST_DAY, policies).policies
    assert late in str(one.content)
    assert late not in str(with_placeholders(one.content))


def test_a_description_holds_as_many_names_as_aws_takes() -> None:
    """And of the others short names, by which they are known again; a person's description holds none."""
    few, lots = ("a", "b c"), tuple(f"policy-with-a-long-name-{number}" for number in range(40))
    assert held_by(description_of(few)) == few
    assert len(description_of(lots)) <= 512
    assert len(held_by(description_of(lots))) == len(lots)
    assert held_by(description_of(lots))[0] == lots[0]
    packed_one = replace(scp(1), sources=(lots,))
    assert all(map(packed_one.says, held_by(description_of(lots))))
    assert not replace(packed_one, sources=(lots[:-1],)).says(short_name(lots[-1]))
    assert len(description_of(lots * 4)) <= 512
    assert held_by("Nobody leaves") == ()


def test_every_kind_can_be_reserved() -> None:
    """The kinds whose slots can be left to others are those that policies/ knows."""
    assert set(get_args(PolicyKind)) == set(POLICY_TYPES)
