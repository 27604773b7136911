"""JSON, for programs: its keys are an API."""

import json
from typing import Any

from guardrails.engine.change import Action, Change
from guardrails.engine.plan import Plan, plain
from guardrails.policy_slots import Budget
from guardrails.reports import ApplyReport, CallCounts, Format, PlanReport


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON-shaped data; what `plan --out` writes and `apply FILE` reads."""
    return {
        "digest": plan.digest,
        "complete": plan.complete,
        "deep": plan.deep,
        "summary": {action.value: plan.count(action) for action in Action},
        "changes": [_change(change) for change in plan.changes],
        "blind": [
            {
                "type": spot.type,
                "account": spot.account,
                "region": spot.region,
                "reason": spot.reason,
                "remedy": spot.remedy,
            }
            for spot in plan.blind
        ],
        "unmanaged": [str(address) for address in plan.unmanaged],
        "caveats": list(plan.caveats),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action.value,
        "address": str(change.address),
        "differences": {d.property: {"live": plain(d.live), "desired": plain(d.desired)} for d in change.differences},
    }


def _text(document: dict[str, Any], calls: CallCounts | None) -> str:
    if calls is not None:
        document["calls"] = {"reads": dict(sorted(calls.reads.items())), "writes": dict(sorted(calls.writes.items()))}
    return json.dumps(document, indent=2, ensure_ascii=False)


def render_plan(report: PlanReport) -> str:
    """The plan, what a check would refuse, and the policy slots; the limit is "" for what AWS cannot do, which nobody can accept."""
    violations = [{"limit": limit, "message": message} for limit, message in report.violations]
    violations += [{"limit": "", "message": message} for message in report.impossible]
    document = {**plan_document(report.plan), "violations": violations}
    return _text({**document, "policy_slots": [budget_document(budget) for budget in report.budgets]}, report.calls)


def budget_document(budget: Budget) -> dict[str, Any]:
    """The policy slots of one target as JSON-shaped data."""
    return {
        "target": str(budget.target),
        "kind": budget.kind,
        "slots": budget.slots,
        "ours": budget.ours,
        "others": budget.others,
        "aws": budget.own,
        "characters": list(budget.characters),
        "max_characters": budget.max_characters,
    }


def render_apply(report: ApplyReport) -> str:
    """The outcomes, with the digest of the plan they belong to."""
    outcomes = [
        {
            "action": outcome.change.action.value,
            "address": str(outcome.change.address),
            "result": outcome.result.value,
            "reason": outcome.reason,
            "seconds": round(outcome.seconds, 3),
        }
        for outcome in report.outcomes
    ]
    return _text(
        {"digest": report.plan.digest, "outcomes": outcomes, "seconds": round(report.seconds, 3)}, report.calls
    )


FORMAT = Format(name="json", plan=render_plan, apply=render_apply)
