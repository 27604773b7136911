"""JSON reports: their keys are an API."""

import json
from typing import Any

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.plan import Plan
from guardrails.engine.resource import BlindSpot, Live, Ref
from guardrails.engine.run import Outcome, Result
from guardrails.policy_slots import Budget
from guardrails.reports import ApplyReport, CallCounts, PlanReport
from guardrails.reports.json import FORMAT, plan_document
from guardrails.resources import account_address, organizational_unit_address
from guardrails.resources.account import Account

PROD = Account(
    name="prod", parent=organizational_unit_address("Workloads"), tags={"größe": str(Ref(account_address("x")))}
)
UPDATE = Change(
    Action.UPDATE,
    PROD.address,
    Live(PROD, {"id": "1"}),
    PROD,
    (
        Difference("parent", organizational_unit_address("Sandbox"), PROD.parent),
        Difference("tags.größe", ABSENT, "x"),
    ),
)
PLAN = Plan(
    (UPDATE,),
    (BlindSpot("T", "prod", "eu-west-1", "denied", "let me"),),
    (organizational_unit_address("Legacy"),),
    ("new accounts need a run",),
)


def planned(**more: Any) -> Any:
    return json.loads(FORMAT.plan(PlanReport(PLAN, **more)))


def test_the_keys_of_a_plan() -> None:
    """A plan has exactly these keys, each with what it says."""
    assert planned() == {
        "digest": PLAN.digest,
        "complete": False,
        "deep": False,
        "summary": {"create": 0, "update": 1, "delete": 0, "adopt": 0, "release": 0},
        "changes": [
            {
                "action": "update",
                "address": "AWS::Organizations::Account prod",
                "differences": {
                    "parent": {
                        "live": "AWS::Organizations::OrganizationalUnit Sandbox",
                        "desired": "AWS::Organizations::OrganizationalUnit Workloads",
                    },
                    "tags.größe": {"live": None, "desired": "x"},
                },
            }
        ],
        "blind": [{"type": "T", "account": "prod", "region": "eu-west-1", "reason": "denied", "remedy": "let me"}],
        "unmanaged": ["AWS::Organizations::OrganizationalUnit Legacy"],
        "caveats": ["new accounts need a run"],
        "violations": [],
        "policy_slots": [],
    }


def test_policy_slots() -> None:
    """Of each kind of policy on each target: the slots, who uses them, and the characters of each policy of ours."""
    budget = Budget(organizational_unit_address("Root"), "scp", 10, 2, 1, (900, 300), 10_240)
    assert planned(budgets=(budget,))["policy_slots"] == [
        {
            "target": "AWS::Organizations::Root Root",
            "kind": "scp",
            "slots": 10,
            "ours": 2,
            "others": 2,
            "aws": 1,
            "characters": [900, 300],
            "max_characters": 10_240,
        }
    ]


def test_drift_has_the_same_keys_as_a_plan() -> None:
    """The purpose changes nothing for programs, and neither does brevity."""
    assert planned(purpose="drift", brief=True) == planned()


def test_what_apply_would_refuse() -> None:
    """Violations have the limit's id and what crosses it."""
    assert planned(violations=(("deletions", "six"),))["violations"] == [{"limit": "deletions", "message": "six"}]


def test_calls_only_when_asked() -> None:
    """Counted calls are there when they were asked for, sorted."""
    assert "calls" not in planned()
    calls = planned(calls=CallCounts({"b:y": 2, "a:x": 1}, {}))["calls"]
    assert list(calls["reads"].items()) == [("a:x", 1), ("b:y", 2)]
    assert calls["writes"] == {}


def test_a_plan_file_is_the_plan() -> None:
    """What `plan --out` writes is the plan without what is only about this run."""
    assert plan_document(PLAN) == {
        key: value for key, value in planned().items() if key not in {"violations", "policy_slots"}
    }


def test_the_keys_of_an_apply() -> None:
    """An apply has its plan's digest, the outcomes in their order, and how long it took."""
    outcomes = (Outcome(UPDATE, Result.FAILED, 1.23456, "no"),)
    assert json.loads(FORMAT.apply(ApplyReport(PLAN, outcomes, 2.71828, CallCounts({}, {"a:x": 1})))) == {
        "digest": PLAN.digest,
        "outcomes": [
            {
                "action": "update",
                "address": "AWS::Organizations::Account prod",
                "result": "failed",
                "reason": "no",
                "seconds": 1.235,
            }
        ],
        "seconds": 2.718,
        "calls": {"reads": {}, "writes": {"a:x": 1}},
    }
