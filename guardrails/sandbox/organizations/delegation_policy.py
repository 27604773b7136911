"""The organization's resource policy: which member accounts may do what with policies, and read, in place of the management account.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.core.utils import get_service_model

from guardrails.iam import grammar, patterns
from guardrails.iam.condition_block import compile_test, operator_use, value_texts
from guardrails.iam.context import Context, Request
from guardrails.iam.quotas import QUOTAS
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.sandbox.organizations import organization, tree

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
    if not isinstance(document, dict) or not set(document) <= {"Version", "Id", "Statement"}:
        raise _no_policy("A resource policy has Version and Statement.")
    statements = grammar.listed(document.get("Statement", []))
    if document.get("Version") != grammar.VERSION or not statements:
        raise _no_policy(f"A resource policy has Version {grammar.VERSION} and at least one statement.")
    for statement in statements:
        _check_statement(statement)


def allows(caller_arn: str, action: str, resources: tuple[str, ...], policy_type: str | None) -> bool:
    """Whether the resource policy lets a principal of a member account do this to all of these resources."""
    held = HELD.get("policy")
    if held is None:
        return False
    context = {"aws:PrincipalOrgID": organization.organization().id}
    if policy_type:
        context["organizations:PolicyType"] = policy_type
    statements = grammar.listed(json.loads(held.content)["Statement"])
    for resource in resources:
        request = Request(caller_arn, f"organizations:{action}", resource, context=context)
        effects = {each["Effect"] for each in statements if _applies(each, request)}
        if effects != {"Allow"}:
            return False
    return True


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or not set(statement) <= ELEMENTS:
        raise _no_policy(
            "A statement has Effect, Principal, Action, Resource and Condition, and no NotAction or NotResource."
        )
    if statement.get("Effect") not in ("Allow", "Deny") or "Action" not in statement or "Resource" not in statement:
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
    try:
        for _, key, values in _tests(statement):
            _check_policy_types(key, values)
    except (UnsupportedPolicy, ValueError, AttributeError):
        raise _no_policy("The Condition element is malformed.") from None


def _check_action(action: Any) -> None:
    service, _, name = action.partition(":") if isinstance(action, str) else ("", "", "")
    wanted = patterns.action_matcher(name) if service == "organizations" and name else None
    matched = [each for each in get_service_model("organizations").operation_names if wanted and wanted(each)]
    if not matched or not all(each in WRITES or each.startswith(("Describe", "List")) for each in matched):
        message = "You specified an action that is not supported in the policy."
        raise organization.invalid("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY", message)


def _check_policy_types(key: str, values: tuple[str, ...]) -> None:
    if key.casefold() == POLICY_TYPE and any(each not in QUOTAS and not set("*?") & set(each) for each in values):
        message = "You specified a policy type that is not supported in the policy."
        raise organization.invalid("UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY", message)


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    return (
        any(_is(request.principal_arn, each) for each in _principals(statement))
        and any(patterns.action_matcher(each)(request.action) for each in grammar.listed(statement["Action"]))
        and any(_covers(each, request.resource) for each in grammar.listed(statement["Resource"]))
        and all(
            compile_test(operator_use(operator), key, values).holds(Context(request))
            for operator, key, values in _tests(statement)
        )
    )


def _is(caller_arn: str, principal: str) -> bool:
    account = caller_arn.split(":")[4]
    return principal in ("*", account, f"arn:aws:iam::{account}:root", caller_arn)


def _covers(pattern: str, resource: str) -> bool:
    pieces = patterns.parse(pattern).resolve(lambda key: None)
    return pieces is not None and patterns.resource_matcher(pieces)(resource)


def _principals(statement: Mapping[str, Any]) -> Iterator[Any]:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        yield from grammar.listed(principal["AWS"]) if set(principal) == {"AWS"} else ()
    elif principal is not None:
        yield principal


def _tests(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            texts = tuple(value_texts(value) or ())
            compile_test(operator_use(operator), key, texts)
            yield operator, key, texts


def _no_policy(message: str) -> Exception:
    return organization.invalid("INVALID_RESOURCE_POLICY_JSON", message)
