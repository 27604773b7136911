"""Which policies hang on which root, OU or account, within AWS's limits.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
"""

import re
from typing import Final

from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.organizations import authority, organization, policies, policy_targets, policy_types
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

TARGET_ID: Final = re.compile(r"r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}")


@operation("organizations", "AttachPolicy")
def attach_policy(call: Call) -> Answer:
    """Attach a policy of an enabled type, as often as the type allows on one target."""
    authority.require_policy_administrator(call)
    policy, target = policies.policy(call.parameters["PolicyId"]), _target(call.parameters["TargetId"])
    policy_types.require_enabled(policy.type)
    if policy in target.attached_policies:
        raise Refusal(
            "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target."
        )
    if len(policy_targets.of_type(target, policy.type)) >= QUOTAS[policy.type].max_attached:
        message = "You attempted to exceed the number of policies of a certain type that can be attached to an entity at one time."
        raise organization.constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
    policy_targets.attach(policy, target)
    return {}


@operation("organizations", "DetachPolicy")
def detach_policy(call: Call) -> Answer:
    """Detach a policy: never the last service control policy of a target, never RCPFullAWSAccess.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
    """
    authority.require_policy_administrator(call)
    policy, target = policies.policy(call.parameters["PolicyId"]), _target(call.parameters["TargetId"])
    if policy not in target.attached_policies:
        raise Refusal(
            "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root."
        )
    if policy.id == "p-RCPFullAWSAccess":
        raise organization.invalid("NON_DETACHABLE_POLICY", "You can't detach this policy.")
    if policy.type == "SERVICE_CONTROL_POLICY" and len(policy_targets.of_type(target, policy.type)) == 1:
        message = "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
        raise organization.constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
    policy_targets.detach(policy, target)
    return {}


@operation("organizations", "ListPoliciesForTarget")
def list_policies_for_target(call: Call) -> Answer:
    """List the policies of a type that hang on a target itself, twenty a page."""
    authority.require_reader(call)
    target, policy_type = _target(call.parameters["TargetId"]), policy_types.known(call.parameters["Filter"])
    found = [policies.summary(policy) for policy in policy_targets.of_type(target, policy_type)]
    return organization.page(call, "Policies", found)


@operation("organizations", "ListTargetsForPolicy")
def list_targets_for_policy(call: Call) -> Answer:
    """List what a policy hangs on, twenty a page."""
    authority.require_reader(call)
    policy = policies.policy(call.parameters["PolicyId"])
    found = [
        {"TargetId": each.id, "Arn": each.arn, "Name": each.name, "Type": each.type} for each in policy.attachments
    ]
    return organization.page(call, "Targets", found)


def _target(target_id: str) -> policy_targets.Target:
    if not TARGET_ID.fullmatch(target_id):
        raise organization.invalid("INVALID_PATTERN_TARGET_ID")
    found = organization.find_account(target_id) or organization.find_unit(target_id)
    if found is None:
        raise policy_targets.not_found()
    return found
