"""What the organization's EC2 policies (DECLARATIVE_POLICY_EC2) set in an account: the account itself cannot change that.

Policies are inherited from the root down, as all management policies are.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from guardrails.sandbox.organizations import organization, policy_targets
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

POLICY_TYPE: Final = "DECLARATIVE_POLICY_EC2"
DEFAULT_MESSAGE: Final = "This action is denied due to an organizational policy in effect"
CHILD_CONTROL: Final = "@@operators_allowed_for_child_policies"


def declared(account_id: str, attribute: str) -> Mapping[str, Any] | None:
    """What the organization sets of an attribute in the account (`{"state": "block_new_sharing"}`); None: nothing."""
    found = _attributes(account_id).get(attribute)
    return found if isinstance(found, dict) else None


def managed_by(account_id: str, attribute: str) -> str:
    """Who manages an attribute of the account, as EC2 says it."""
    return "account" if declared(account_id, attribute) is None else "declarative-policy"


def exception_message(account_id: str) -> str | None:
    """The message that the organization's policies give for what they prevent; None where they give none."""
    found = _attributes(account_id).get("exception_message")
    return str(found) if found else None


def require_undeclared(call: Call, attribute: str) -> None:
    """Let the account set an attribute, unless the organization does.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html
    Raises:
        Refusal: OperationNotPermitted, with the organization's own message where it has one.
    """
    if declared(call.account_id, attribute) is not None:
        raise Refusal("OperationNotPermitted", exception_message(call.account_id) or DEFAULT_MESSAGE)


def _attributes(account_id: str) -> Mapping[str, Any]:
    merged: dict[str, Any] = {}
    for document in _documents(account_id):
        _merge(merged, document)
    found: Mapping[str, Any] = _values(merged).get("ec2_attributes", {})
    return found


def _documents(account_id: str) -> Iterator[Mapping[str, Any]]:
    """The policies that hang on the root, on the OUs down to the account, and on the account, in this order."""
    if organization.backend().org is None:
        return
    lineage: list[policy_targets.Target] = []
    target: policy_targets.Target | None = organization.find_account(account_id)
    while target is not None:
        lineage.insert(0, target)
        parent_id = getattr(target, "parent_id", None)
        target = organization.find_unit(parent_id) if parent_id else None
    for each in lineage:
        for policy in policy_targets.of_type(each, POLICY_TYPE):
            yield json.loads(str(policy.content))


def _merge(inherited: dict[str, Any], document: Mapping[str, Any], allowed: Sequence[str] = ("@@all",)) -> None:
    """Put a policy on top of what is inherited, as far as that allows.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
    """
    allowed = inherited.get(CHILD_CONTROL, allowed)
    for name, value in document.items():
        if not name.startswith("@@"):
            _merge(inherited.setdefault(name, {}), value, allowed)
        elif "@@all" in allowed or name in allowed:
            _operate(inherited, name, value)


def _operate(inherited: dict[str, Any], operator: str, value: Any) -> None:
    held = inherited.get("@@assign", [])
    if operator == "@@append":
        inherited["@@assign"] = [*held, *(each for each in _several(value) if each not in held)]
    elif operator == "@@remove":
        inherited["@@assign"] = [each for each in held if each not in _several(value)]
    else:
        inherited[operator] = value


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values(merged: Mapping[str, Any]) -> Any:
    """The merged policies without their operators."""
    if "@@assign" in merged:
        return merged["@@assign"]
    return {name: _values(value) for name, value in merged.items() if not name.startswith("@@")}
