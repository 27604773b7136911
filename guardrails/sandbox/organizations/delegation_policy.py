"""The organization's resource policy: which member accounts may do what with policies, and read, in place of the management account.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from moto.core.utils import get_service_model

from guardrails.errors import ConfigError
from guardrails.iam import RESOURCE, NamedPolicy, Policies, Request, UnsupportedPolicy, evaluate, grammar, patterns
from guardrails.iam.conditions.null import NAME as NULL
from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.organizations import organization, tree
from guardrails.sandbox.serving.refusals import Refusal

MAX_CHARACTERS: Final = 40_000
WRITES: Final = (
    "AttachPolicy",
    "CreatePolicy",
    "DeletePolicy",
    "DetachPolicy",
    "DisablePolicyType",
    "EnablePolicyType",
    "TagResource",
    "UntagResource",
    "UpdatePolicy",
)
"""What may be delegated besides reading."""
ELEMENTS: Final = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
POLICY_TYPE: Final = "organizations:policytype"
TOLD: Final = ("aws:requesttag/", "aws:resourcetag/")
"""How the keys of tags begin, in lower case: a request that does not hold one lacks it."""
_PRINCIPAL: Final = re.compile(r"\*|\d{12}|arn:aws:iam::\d{12}:(root|user/.+|role/.+)")
_RESOURCE: Final = re.compile(r"\*|arn:aws:organizations::.+")


@dataclass
class DelegationPolicy:
    """The resource policy: its id, the text as it came, and its tags."""

    id: str
    content: str
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Its ARN, in the management account."""
        found = organization.organization()
        return f"arn:aws:organizations::{found.master_account_id}:resourcepolicy/{found.id}/{self.id}"


HELD: Final[dict[str, DelegationPolicy]] = tree.of_this_organization({})
"""The one policy under the key "policy", or nothing."""


def find(policy_id: str) -> DelegationPolicy | None:
    """The resource policy, when it has this id."""
    return next((held for held in HELD.values() if held.id == policy_id), None)


def check(content: str) -> None:
    """Whether AWS would take the text.

    Raises:
        Refusal: InvalidInputException, with the reason that AWS gives.
    """
    if len(content) > MAX_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    try:
        document = json.loads(content)
    except ValueError:
        raise _no_policy("The policy is not valid JSON.") from None
    statements = grammar.listed(document.get("Statement", [])) if isinstance(document, dict) else []
    if not statements or document.get("Version") != grammar.VERSION:
        raise _no_policy(f"A resource policy has Version {grammar.VERSION} and at least one statement.")
    for statement in statements:
        _check_statement(statement)
    try:
        tests = [test for each in NamedPolicy("", document, RESOURCE).statements for test in each.tests]
    except (ConfigError, UnsupportedPolicy) as problem:
        raise _no_policy(f"The policy is malformed: {problem}") from None
    named = {
        value for test in tests if test.key == POLICY_TYPE and test.use.operator.name != NULL for value in test.values
    }
    if any(value not in QUOTAS and not set("*?") & set(value) for value in named):
        message = "You specified a policy type that is not supported in the policy."
        raise organization.invalid("UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY", message)


def allows(request: Request) -> bool:
    """Whether the resource policy lets a principal of a member account do something; the request holds all the tags that AWS would give it.

    Raises:
        Refusal: NotImplemented, the answer hangs on what the sandbox does not know.
    """
    held = HELD.get("policy")
    if held is None:
        return False
    decision = evaluate(request, _policies(held.content))
    unknown = sorted(key for key in decision.depends if not key.startswith(TOLD))
    if decision.outcome == "implicitDeny" and unknown:
        message = f"The sandbox cannot judge {request.action} by the organization's resource policy: it does not know "
        raise Refusal("NotImplemented", f"{message}{', '.join(unknown)}, on which it hangs")
    return decision.outcome == "allowed"


@lru_cache(maxsize=64)
def _policies(content: str) -> Policies:
    """All that is judged here: what the caller's own policies say is judged before, when the sandbox enforces policies."""
    return Policies(resource=NamedPolicy("the organization's resource policy", json.loads(content), RESOURCE))


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or not set(statement) <= ELEMENTS:
        raise _no_policy(
            "A statement has Effect, Principal, Action, Resource and Condition, and no NotAction or NotResource."
        )
    if "Action" not in statement or "Resource" not in statement:
        raise _no_policy("A statement needs Effect, Action and Resource.")
    principals = list(_principals(statement))
    if not principals or not all(isinstance(each, str) and _PRINCIPAL.fullmatch(each) for each in principals):
        raise organization.invalid("INVALID_PRINCIPAL", "You specified an invalid principal element in the policy.")
    for action in grammar.listed(statement["Action"]):
        _check_action(action)
    for resource in grammar.listed(statement["Resource"]):
        if not isinstance(resource, str) or not _RESOURCE.fullmatch(resource):
            message = "You specified a resource that is not supported in the policy."
            raise organization.invalid("UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY", message)


def _check_action(action: Any) -> None:
    service, _, name = action.partition(":") if isinstance(action, str) else ("", "", "")
    wanted = patterns.action_matcher(name) if service == "organizations" and name else None
    matched = [each for each in get_service_model("organizations").operation_names if wanted and wanted(each)]
    if not matched or not all(each in WRITES or each.startswith(("Describe", "List")) for each in matched):
        message = "You specified an action that is not supported in the policy."
        raise organization.invalid("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY", message)


def _principals(statement: Mapping[str, Any]) -> Iterator[Any]:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        yield from grammar.listed(principal["AWS"]) if set(principal) == {"AWS"} else ()
    elif principal == "*":
        yield principal


def _no_policy(message: str) -> Exception:
    return organization.invalid("INVALID_RESOURCE_POLICY_JSON", message)
