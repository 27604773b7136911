"""What the organization's EC2 policies (DECLARATIVE_POLICY_EC2) set in an account: the account itself cannot change that.

Policies are inherited from the root down, as all management policies are.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.organizations import effective_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

POLICY_TYPE: Final = "DECLARATIVE_POLICY_EC2"
DEFAULT_MESSAGE: Final = "This action is denied due to an organizational policy in effect"


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
    found: Mapping[str, Any] = effective_policies.content(account_id, POLICY_TYPE).get("ec2_attributes", {})
    return found
