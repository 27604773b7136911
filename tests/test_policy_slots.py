"""What is used of AWS's quotas on each target is counted: ours, others' and AWS's own, in policies and characters."""

from dataclasses import replace

from guardrails.engine.plan import Plan
from guardrails.engine.resource import Live
from guardrails.iam.document import minified
from guardrails.policy_slots import budgets
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.policy import Policy

WORKLOADS = organizational_unit_address("Workloads")
DENY = Policy(
    name="deny",
    policy_type="SERVICE_CONTROL_POLICY",
    content={"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]},
    targets=(ROOT_ADDRESS, WORKLOADS),
)
TAG = Policy(name="tag", policy_type="TAG_POLICY", content={"tags": {}}, targets=(ROOT_ADDRESS,))


def test_what_is_declared_is_counted_where_it_hangs() -> None:
    """By type and target, largest policy first; of service control policies AWS's own takes a slot."""
    small = replace(DENY, name="small", content={}, targets=(ROOT_ADDRESS,))
    root, tags, workloads = budgets([small, DENY, TAG])
    size = len(minified(DENY.content))
    assert (root.kind, root.ours, root.others, root.own, root.used, root.slots) == ("scp", 2, 0, 1, 3, 10)
    assert (root.characters, root.max_characters) == ((size, 2), 10_240)
    assert (tags.kind, tags.used) == ("tag", 1)
    assert (workloads.target, workloads.used) == (WORKLOADS, 2)


def test_others_are_counted_where_a_plan_has_seen_them() -> None:
    """By type and target, also where nothing of ours hangs."""
    theirs = replace(DENY, name="theirs", content={}, targets=(WORKLOADS,))
    elsewhere = replace(theirs, name="elsewhere", targets=(organizational_unit_address("Theirs"),))
    plan = Plan((), strangers=tuple(Live(each, {"id": each.name}) for each in (theirs, elsewhere)))
    assert {each.target.name: (each.ours, each.others) for each in budgets([DENY], plan)} == {
        "Root": (1, 0),
        "Theirs": (0, 1),
        "Workloads": (1, 1),
    }
