"""Whether the text of a policy is one that AWS takes: its size, and the grammar of its type.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from guardrails.iam import declarative_grammar, grammar
from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.refusals import Refusal

AUTHORIZATION_TYPES: Final = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def checked(policy_type: str, content: str) -> str:
    """The content as it came: white space counts.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    Raises:
        Refusal: it is too large, or malformed.
    """
    if len(content) > QUOTAS[policy_type].max_characters:
        raise organization.constraint(
            "POLICY_CONTENT_LIMIT_EXCEEDED", "You attempted to create a policy that is larger than the maximum size."
        )
    try:
        document = json.loads(content)
    except ValueError as problem:
        raise _malformed(f"it is not valid JSON: {problem}") from None
    if not isinstance(document, dict):
        raise _malformed("it is not a JSON object")
    wrong = _flaw(policy_type, document)
    if wrong:
        raise _malformed(wrong)
    return content


def _flaw(policy_type: str, document: Mapping[str, Any]) -> str:
    """The first thing in a policy that AWS refuses, or "": what it takes and never matches is none of it."""
    judge = grammar.flaws if policy_type in AUTHORIZATION_TYPES else declarative_grammar.flaws
    found = (each for each in judge(document, policy_type) if each.refused)
    return next((f"{each.where}: {each.message}" for each in found), "")


def _malformed(problem: str) -> Refusal:
    message = f"The provided policy document does not meet the requirements of the specified policy type: {problem}."
    return Refusal("MalformedPolicyDocumentException", message)
