"""The effective policy of an account: what the declarative policies of a type on its path, and on itself, come to.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
"""

import json
from collections.abc import Iterator
from typing import Any

from guardrails.iam import inheritance
from guardrails.sandbox.organizations import authority, organization, policy_targets, policy_types
from guardrails.sandbox.organizations.policy_content import AUTHORIZATION_TYPES
from guardrails.sandbox.organizations.policy_targets import Target
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "DescribeEffectivePolicy")
def describe_effective_policy(call: Call) -> Answer:
    """Show the effective policy of a type: every account its own, who may read the organization that of any account."""
    authority.require_membership(call)
    policy_type = policy_types.known(call.parameters["PolicyType"])
    if policy_type in AUTHORIZATION_TYPES:
        raise organization.invalid("INVALID_ENUM_POLICY_TYPE")
    target_id = call.parameters.get("TargetId", call.account_id)
    if target_id != call.account_id and not authority.is_reader(call):
        raise authority.denied()
    path = list(_path(target_id))
    levels = [policy_targets.of_type(target, policy_type) for target in path]
    if policy_types.status(policy_type) is None or not any(levels):
        raise Refusal("EffectivePolicyNotFoundException", "The account doesn't have an effective policy of this type.")
    changes = [policy_targets.changed(thing) for thing in (*path, *(policy for level in levels for policy in level))]
    shown = {
        "PolicyContent": json.dumps(content(target_id, policy_type)),
        "LastUpdatedTimestamp": max(changes),
        "TargetId": target_id,
        "PolicyType": policy_type,
    }
    return {"EffectivePolicy": shown}


def content(account_id: str, policy_type: str) -> dict[str, Any]:
    """The effective policy of an account; empty where there is none, and for who is no member of the organization."""
    if organization.find_account(account_id) is None:
        return {}
    levels = (policy_targets.of_type(target, policy_type) for target in _path(account_id))
    return inheritance.merged([json.loads(policy.content or "") for policy in level] for level in levels)


def _path(account_id: str) -> Iterator[Target]:
    """The root, the OUs on the way down, and the account."""
    if organization.find_unit(account_id) is not None:
        raise organization.invalid("TARGET_NOT_SUPPORTED", "You can't perform the operation on this target entity.")
    account = organization.find_account(account_id)
    if account is None:
        raise policy_targets.not_found()
    for unit_id in organization.path(account.parent_id).split("/")[1:-1]:
        yield organization.parent(unit_id)
    yield account
