"""Policy types are enabled and disabled in the root, asynchronously: PENDING_ENABLE until somebody looks.

A look (ListRoots, or an AttachPolicy that comes too early and is refused) shows what is and lets the pending types
arrive.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from moto.organizations.models import FakeRoot

from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.organizations import authority, organization, policy_targets
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

NEEDS_TRUST: Final[Mapping[str, str]] = MappingProxyType({"SECURITYHUB_POLICY": "securityhub.amazonaws.com"})
"""Policy types of a service that must be trusted first, and as long as the type is enabled."""


@operation("organizations", "EnablePolicyType")
def enable_policy_type(call: Call) -> Answer:
    """Enable any of the policy types that AWS has, in an organization with all features."""
    authority.require_policy_administrator(call)
    found, policy_type = _root(call.parameters["RootId"]), known(call.parameters["PolicyType"])
    organization.require_policies_available()
    if status(policy_type) is not None:
        raise Refusal(
            "PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled in the specified root."
        )
    principal = NEEDS_TRUST.get(policy_type)
    if principal is not None and principal not in organization.trusted_principals():
        message = "You attempted to enable a policy type before you enabled service access."
        raise organization.constraint("SERVICE_ACCESS_NOT_ENABLED", message)
    found.policy_types.append({"Type": policy_type, "Status": "PENDING_ENABLE"})
    policy_targets.attach_defaults_everywhere(policy_type)
    return _described(found)


@operation("organizations", "DisablePolicyType")
def disable_policy_type(call: Call) -> Answer:
    """Disable a policy type: every policy of the type is detached everywhere; the policies stay."""
    authority.require_policy_administrator(call)
    found, policy_type = _root(call.parameters["RootId"]), known(call.parameters["PolicyType"])
    if status(policy_type) is None:
        raise not_enabled()
    found.policy_types = [each for each in found.policy_types if each["Type"] != policy_type]
    policy_targets.detach_type(policy_type)
    return _described(found)


def known(policy_type: str) -> str:
    """A policy type that AWS has.

    Raises:
        Refusal: InvalidInputException.
    """
    if policy_type not in QUOTAS:
        raise organization.invalid("INVALID_ENUM_POLICY_TYPE")
    return policy_type


def status(policy_type: str) -> str | None:
    """ENABLED, PENDING_ENABLE, or None when the type is not enabled."""
    return next((each["Status"] for each in organization.root().policy_types if each["Type"] == policy_type), None)


def settle() -> None:
    """Let the pending types arrive."""
    for each in organization.root().policy_types:
        each["Status"] = "ENABLED"


def require_enabled(policy_type: str) -> None:
    """Let only an enabled type pass; one that is still pending is refused once, and has arrived afterwards.

    Raises:
        Refusal: PolicyTypeNotEnabledException.
    """
    found = status(policy_type)
    if found != "ENABLED":
        settle()
        raise not_enabled()


def not_enabled() -> Refusal:
    """The refusal of a type that is not enabled."""
    return Refusal("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.")


def _root(root_id: str) -> FakeRoot:
    found = organization.root()
    if found.id != root_id:
        raise Refusal("RootNotFoundException", "We can't find a root with the RootId that you specified.")
    return found


def _described(root: FakeRoot) -> Answer:
    types = [dict(each) for each in root.policy_types]
    return {"Root": {"Id": root.id, "Arn": root.arn, "Name": root.name, "PolicyTypes": types}}
