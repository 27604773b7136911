"""Answers as data, with keys that stay: what `guardrails simulate --output json` prints."""

from typing import Any

from guardrails.simulation.answers import Answer, Case
from guardrails.simulation.hierarchy import Hierarchy


def document(answers: list[Answer], hierarchy: Hierarchy) -> dict[str, Any]:
    """Every answer with its cases, and what the organization that was asked knows nothing of."""
    return {"answers": [_answer(answer) for answer in answers], "notes": list(hierarchy.notes)}


def _answer(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "account": question.account,
        "principal": question.principal,
        "principal_arn": answer.request.principal_arn,
        "action": question.action,
        "region": question.region,
        "verdict": answer.verdict,
        "cases": [_case(case) for case in answer.cases],
    }


def _case(case: Case) -> dict[str, Any]:
    decision = case.decision
    return {
        "resources": list(case.resources),
        "resource_account": case.ready.request.resource_owner,
        "decision": decision.outcome,
        "reasons": [
            {
                "level": reason.level,
                "policy_type": reason.policy_type,
                "policy": reason.policy,
                "statement": reason.statement,
                "text": reason.text,
                "places": list(reason.places),
                "conditions": list(reason.conditions),
            }
            for reason in decision.reasons
        ],
        "depends": sorted(decision.depends),
        "denied_anyway": decision.denied_anyway,
        "otherwise": [
            {"key": each.key, "values": list(each.values), "decision": each.outcome} for each in case.otherwise
        ],
        "assumed": list(decision.assumed),
        "taken_for_granted": list(case.taken_for_granted),
    }
