"""Organization policies on the sandbox: made, attached before detached, mended, adopted, deleted; strangers left alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.change import Action
from guardrails.engine.resource import Ref
from guardrails.engine.run import Result
from guardrails.engine.safety import check
from guardrails.errors import IncompletePlan, PlanError
from guardrails.resources import ROOT_ADDRESS, account_address, policy_type_address
from guardrails.resources.account import Account
from guardrails.resources.organizational_unit import OrganizationalUnit
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from tests.organization_line import Line, actions, before, differences, refuse, tags_of

SCP = "SERVICE_CONTROL_POLICY"
ENABLED = PolicyType(name=SCP)
WORKLOADS = OrganizationalUnit(name="Workloads", display_name="Workloads", parent=ROOT_ADDRESS)
SANDBOX = OrganizationalUnit(name="Sandbox", display_name="Sandbox", parent=ROOT_ADDRESS)
BASE = (ENABLED, WORKLOADS, SANDBOX)


def denying(action: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Deny", "Effect": "Deny", "Action": action, "Resource": "*"}],
    }


LEAVING = Policy(
    name="deny-leaving",
    policy_type=SCP,
    content=denying("organizations:LeaveOrganization"),
    description="Nobody leaves",
    targets=(WORKLOADS.address,),
    depends_on=frozenset({policy_type_address(SCP)}),
)


def by_name(line: Line) -> dict[str, str]:
    """The id of every SCP, by its name."""
    pages = line.client().get_paginator("list_policies").paginate(Filter=SCP)
    return {policy["Name"]: policy["Id"] for page in pages for policy in page["Policies"]}


def targets_of(line: Line, name: str) -> set[str]:
    targets = line.client().list_targets_for_policy(PolicyId=by_name(line)[name])["Targets"]
    return {target["Name"] for target in targets}


def content_of(line: Line, name: str) -> str:
    return str(line.client().describe_policy(PolicyId=by_name(line)[name])["Policy"]["Content"])


def made_by_hand(line: Line, name: str = "deny-leaving") -> str:
    """Somebody makes a policy of this name; its id."""
    text = json.dumps(denying("s3:*"))
    made = line.client().create_policy(Name=name, Type=SCP, Description="by hand", Content=text)
    return str(made["Policy"]["PolicySummary"]["Id"])


def test_a_policy_is_made_once(line: Line) -> None:
    """A declared policy is made after its type and its OU, attached, and tagged in three writes; the second plan is empty."""
    writes = line.apply(*BASE, LEAVING)
    assert writes.pop("attach_policy") in {1, 2}  # 2 when the type was not there yet
    assert writes == {"enable_policy_type": 1, "create_organizational_unit": 2, "create_policy": 1}
    assert targets_of(line, "deny-leaving") == {"Workloads"}
    assert tags_of(line.client(), by_name(line)["deny-leaving"]) == {"guardrails:managed": "true"}


def test_it_is_sent_without_white_space(line: Line) -> None:
    """AWS counts white space, so it gets none."""
    line.apply(*BASE, LEAVING)
    assert content_of(line, "deny-leaving") == json.dumps(LEAVING.content, separators=(",", ":"))


def test_late_values_in_a_policy(line: Line) -> None:
    """An account id that is known only after apply is in the policy that AWS gets, and is no difference afterwards."""
    shop = Account(name="shop", email="shop@acme.example", display_name="Shop", role="OrganizationAccountAccessRole")
    content = denying("s3:*")
    content["Statement"][0]["Condition"] = {
        "StringNotEquals": {"aws:PrincipalAccount": str(Ref(account_address("shop")))}
    }
    line.apply(*BASE, shop, replace(LEAVING, content=content, targets=(shop.address,)))
    identity = line.connection.directory.id(shop.address)
    assert f'"aws:PrincipalAccount":"{identity}"' in content_of(line, "deny-leaving")
    assert targets_of(line, "deny-leaving") == {"Shop"}


def test_content_is_mended(line: Line) -> None:
    """Edited content is drift, named by statement and key, and mended by one write."""
    line.apply(*BASE, LEAVING)
    text = json.dumps(denying("nothing:AtAll"))
    line.client().update_policy(PolicyId=by_name(line)["deny-leaving"], Content=text)
    assert differences(line.plan(*BASE, LEAVING)) == ["content.Statement[Deny].Action"]
    assert line.apply(*BASE, LEAVING) == {"update_policy": 1}


def test_white_space_and_order_of_keys_are_no_difference(line: Line) -> None:
    """A policy that says the same in other white space is as declared."""
    line.apply(*BASE, LEAVING)
    text = json.dumps(LEAVING.content, indent=2, sort_keys=True)
    line.client().update_policy(PolicyId=by_name(line)["deny-leaving"], Content=text)
    assert actions(line.plan(*BASE, LEAVING)) == []


def test_what_was_detached_comes_back(line: Line) -> None:
    """A detached policy is drift of its targets, and is attached again by one write."""
    line.apply(*BASE, LEAVING)
    identity = by_name(line)["deny-leaving"]
    line.client().detach_policy(PolicyId=identity, TargetId=line.connection.directory.id(WORKLOADS.address))
    assert differences(line.plan(*BASE, LEAVING)) == ["targets"]
    assert line.apply(*BASE, LEAVING) == {"attach_policy": 1}


def test_the_new_attachment_comes_before_the_old_one_goes(line: Line) -> None:
    """When the targets change, AWS is asked to attach first and to detach afterwards."""
    line.apply(*BASE, LEAVING)
    plan = line.plan(*BASE, replace(LEAVING, targets=(ROOT_ADDRESS, SANDBOX.address)))
    asked: list[str] = []
    for operation in ("AttachPolicy", "DetachPolicy"):
        before(line.connection, operation, lambda model, **_: asked.append(model.name))
    assert {outcome.result for outcome in line.applied(plan)} == {Result.DONE}
    assert asked == ["AttachPolicy", "AttachPolicy", "DetachPolicy"]
    assert targets_of(line, "deny-leaving") == {"Root", "Sandbox"}


def test_a_strangers_attachment_of_ours_is_taken_back(line: Line) -> None:
    """Our policy attached by somebody to an OU that nobody declared is drift, and detached from there."""
    line.apply(*BASE, LEAVING)
    other = line.client().create_organizational_unit(ParentId=line.root_id, Name="Theirs")["OrganizationalUnit"]["Id"]
    line.client().attach_policy(PolicyId=by_name(line)["deny-leaving"], TargetId=other)
    assert differences(line.plan(*BASE, LEAVING)) == ["targets"]
    assert line.apply(*BASE, LEAVING) == {"detach_policy": 1}


def test_an_untagged_policy_is_adopted(line: Line) -> None:
    """A policy of the declared name that is not ours is made as declared and ours, not made a second time."""
    line.apply(*BASE)
    made_by_hand(line)
    plan = line.plan(*BASE, LEAVING)
    assert [(change.action, change.address.name) for change in plan.changes] == [(Action.ADOPT, "deny-leaving")]
    assert line.apply(*BASE, LEAVING) == {"update_policy": 1, "tag_resource": 1, "attach_policy": 1}
    assert targets_of(line, "deny-leaving") == {"Workloads"}


def test_strangers_are_left_alone(line: Line) -> None:
    """A policy that is neither ours nor declared is reported and untouched; AWS's own is not even reported."""
    line.apply(*BASE, LEAVING)
    identity = made_by_hand(line, "theirs")
    line.client().attach_policy(PolicyId=identity, TargetId=line.root_id)
    plan = line.plan(*BASE, LEAVING)
    assert plan.changes == ()
    assert [found.name for found in plan.unmanaged if found.type == Policy.TYPE] == ["theirs"]
    line.apply(*BASE)
    assert targets_of(line, "theirs") == {"Root"}


def test_what_others_deny_is_seen_in_our_words(line: Line) -> None:
    """The content of an attached SCP of others is seen, with references in place of the ids of what is declared; other ids stay."""
    line.apply(*BASE, LEAVING)
    ids = {
        key: line.connection.directory.id(address)
        for key, address in (("ou", WORKLOADS.address), ("root", ROOT_ADDRESS))
    }
    path = f"o-elsewhere00/{ids['root']}/{ids['ou']}/*"
    content = denying("s3:*")
    content["Statement"][0]["Condition"] = {
        "StringNotEquals": {"aws:PrincipalOrgPaths": path, "aws:PrincipalAccount": "0" * 12}
    }
    made = line.client().create_policy(Name="theirs", Type=SCP, Description="", Content=json.dumps(content))
    line.client().attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=line.root_id)
    (seen,) = [live.resource for live in line.plan(*BASE, LEAVING).strangers if isinstance(live.resource, Policy)]
    said = seen.content["Statement"][0]["Condition"]["StringNotEquals"]
    assert said == {
        "aws:PrincipalOrgPaths": f"o-elsewhere00/{Ref(ROOT_ADDRESS)}/{Ref(WORKLOADS.address)}/*",
        "aws:PrincipalAccount": "0" * 12,
    }


def test_strangers_cost_no_calls(line: Line) -> None:
    """Policies that are neither ours nor declared, and attached to nothing, are listed, but not read one by one."""
    line.apply(*BASE, LEAVING)
    for number in range(22):
        made_by_hand(line, f"theirs-{number}")
    line.plan(*BASE, LEAVING)
    assert line.connection.gateway.calls.reads["organizations:describe_policy"] == 1
    assert line.connection.gateway.calls.reads["organizations:list_policies"] == 2


def test_tags_follow(line: Line) -> None:
    """Tags are set and removed; ours stays."""
    line.apply(*BASE, replace(LEAVING, tags={"a": "1"}))
    assert line.apply(*BASE, replace(LEAVING, tags={"b": "2"})) == {"tag_resource": 1, "untag_resource": 1}


def test_a_dropped_policy_is_detached_then_deleted(line: Line) -> None:
    """A policy of ours that is undeclared goes, from wherever it is attached, before the OU it was attached to."""
    line.apply(*BASE, LEAVING)
    plan = line.plan(ENABLED, SANDBOX)
    assert [change.address.name for change in plan.changes] == ["deny-leaving", "Workloads"]
    writes = line.apply(ENABLED, SANDBOX)
    assert writes == {"detach_policy": 1, "delete_policy": 1, "delete_organizational_unit": 1}


def test_one_that_somebody_else_detached_meanwhile_is_deleted(line: Line) -> None:
    """What is no longer attached when it is to be detached, as its type was disabled in the same run, is deleted all the same."""
    line.apply(*BASE, LEAVING)
    plan, client, root = line.plan(*BASE), line.client(), line.root_id
    before(
        line.connection, "DetachPolicy", lambda **_: client.disable_policy_type(RootId=root, PolicyType=SCP) and None
    )
    assert [outcome.result for outcome in line.applied(plan)] == [Result.DONE]
    assert "deny-leaving" not in by_name(line)


def test_the_last_policy_of_ours_is_still_found(line: Line) -> None:
    """Even when no policy at all is declared any more, ours are found by their tags and deleted."""
    line.apply(*BASE, LEAVING)
    assert actions(line.plan(*BASE)) == ["-deny-leaving"]
    assert line.apply(*BASE) == {"detach_policy": 1, "delete_policy": 1}


def test_the_kind_of_a_policy_cannot_change(line: Line) -> None:
    """A policy of one type cannot become one of another: the plan is refused."""
    line.apply(*BASE, LEAVING)
    with pytest.raises(PlanError, match="policy_type cannot be changed"):
        check(line.plan(*BASE, replace(LEAVING, policy_type="RESOURCE_CONTROL_POLICY")), {})


@pytest.mark.parametrize("operation", ["ListPolicies", "DescribePolicy", "ListTargetsForPolicy"])
def test_a_denied_look_is_a_blind_spot(line: Line, operation: str) -> None:
    """When any look at policies is denied nothing is planned for them, and the plan is refused as incomplete."""
    line.apply(*BASE, LEAVING)
    line.refusing[operation] = "AccessDeniedException"
    plan = line.plan(*BASE, replace(LEAVING, description="Other"))
    assert (plan.changes, [spot.type for spot in plan.blind]) == ((), [Policy.TYPE])
    with pytest.raises(IncompletePlan):
        check(plan, {})


@pytest.mark.parametrize("code", ["ConcurrentModificationException", "PolicyChangesInProgressException"])
def test_what_passes_by_itself_is_waited_out(line: Line, code: str) -> None:
    """An attachment that AWS puts off for a while is asked for again, and done."""
    line.apply(*BASE)
    plan = line.plan(*BASE, LEAVING)
    refuse(line.connection, "AttachPolicy", code, times=2)
    assert [outcome.result for outcome in line.applied(plan)] == [Result.DONE]
    assert line.connection.gateway.calls.writes["organizations:attach_policy"] == 3


def test_one_failure_leaves_the_rest(line: Line) -> None:
    """A policy that AWS refuses fails with the reason; the others are made."""
    line.apply(*BASE)
    bad = replace(LEAVING, name="too-long", content=denying("s3:" + "x" * 11_000))
    results = {outcome.change.address.name: outcome.result for outcome in line.outcomes(*BASE, LEAVING, bad)}
    assert results == {"deny-leaving": Result.DONE, "too-long": Result.FAILED}
