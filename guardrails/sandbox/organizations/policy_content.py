"""Whether the text of a policy is one that AWS takes: its size, and the grammar of its type.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from guardrails.iam import grammar
from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.organizations import inheritance, organization
from guardrails.sandbox.serving.refusals import Refusal

AUTHORIZATION_TYPES: Final = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
RCP_ELEMENTS: Final = {"Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition"}


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
    wrong = _FLAW.get(policy_type, lambda found: inheritance.flaw(policy_type, found))(document)
    if wrong:
        raise _malformed(wrong)
    return content


def _scp_flaw(document: Mapping[str, Any]) -> str:
    """The first thing that AWS refuses in a service control policy, as the policy language has it."""
    found = (each for each in grammar.flaws(document, "SERVICE_CONTROL_POLICY") if each.refused)
    return next((f"{each.where}: {each.message}" for each in found), "")


def _rcp_flaw(document: Mapping[str, Any]) -> str:
    """The first thing that is not of the shape of a resource control policy.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    statements = grammar.listed(document.get("Statement", []))
    if set(document) - {"Version", "Statement"} or document.get("Version") != grammar.VERSION or not statements:
        return f"a resource control policy has Version {grammar.VERSION} and Statement"
    for statement in statements:
        if not isinstance(statement, dict) or not set(statement) <= RCP_ELEMENTS:
            return f"a statement has the elements {', '.join(sorted(RCP_ELEMENTS))}"
        if statement.get("Effect") != "Deny" or statement.get("Principal") != "*":
            return 'a resource control policy statement has Effect Deny and Principal "*"'
        if "Action" not in statement or ("Resource" in statement) == ("NotResource" in statement):
            return "a statement has Action, and Resource or NotResource"
    return ""


_FLAW: Final = {"SERVICE_CONTROL_POLICY": _scp_flaw, "RESOURCE_CONTROL_POLICY": _rcp_flaw}


def _malformed(problem: str) -> Refusal:
    message = f"The provided policy document does not meet the requirements of the specified policy type: {problem}."
    return Refusal("MalformedPolicyDocumentException", message)
