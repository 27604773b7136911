"""Which policies hang on which root, OU or account, within AWS's limits.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
"""

from typing import Final, TypeAlias

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakePolicy

from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox import organization, organization_policies, policy_types
from guardrails.sandbox.calls import Call
from guardrails.sandbox.operations import Answer, operation
from guardrails.sandbox.refusals import Refusal

Target: TypeAlias = FakeAccount | FakeOrganizationalUnit
DEFAULT_POLICIES: Final = ("p-FullAWSAccess", "p-RCPFullAWSAccess")


@operation("organizations", "AttachPolicy")
def attach_policy(call: Call) -> Answer:
    """Attach a policy of an enabled type, as often as the type allows on one target."""
    organization.require_management(call)
    policy, target = organization_policies.policy(call.parameters["PolicyId"]), _target(call.parameters["TargetId"])
    policy_types.require_enabled(policy.type)
    if policy in target.attached_policies:
        raise Refusal(
            "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target."
        )
    if len(_of_type(target, policy.type)) >= QUOTAS[policy.type].max_attached:
        message = "You attempted to exceed the number of policies of a certain type that can be attached to an entity at one time."
        raise organization.constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
    _attach(policy, target)
    return {}


@operation("organizations", "DetachPolicy")
def detach_policy(call: Call) -> Answer:
    """Detach a policy: never the last service control policy of a target, never RCPFullAWSAccess.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
    """
    organization.require_management(call)
    policy, target = organization_policies.policy(call.parameters["PolicyId"]), _target(call.parameters["TargetId"])
    if policy not in target.attached_policies:
        raise Refusal(
            "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root."
        )
    if policy.id == "p-RCPFullAWSAccess":
        raise organization.invalid("NON_DETACHABLE_POLICY", "You can't detach this policy.")
    if policy.type == "SERVICE_CONTROL_POLICY" and len(_of_type(target, policy.type)) == 1:
        message = "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
        raise organization.constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
    _detach(policy, target)
    return {}


@operation("organizations", "ListPoliciesForTarget")
def list_policies_for_target(call: Call) -> Answer:
    """List the policies of a type that hang on a target itself, twenty a page."""
    organization.require_reader(call)
    target, policy_type = _target(call.parameters["TargetId"]), policy_types.known(call.parameters["Filter"])
    found = [organization_policies.summary(policy) for policy in _of_type(target, policy_type)]
    return organization.page(call, "Policies", found)


@operation("organizations", "ListTargetsForPolicy")
def list_targets_for_policy(call: Call) -> Answer:
    """List what a policy hangs on, twenty a page."""
    organization.require_reader(call)
    policy = organization_policies.policy(call.parameters["PolicyId"])
    found = [
        {"TargetId": each.id, "Arn": each.arn, "Name": each.name, "Type": each.type} for each in policy.attachments
    ]
    return organization.page(call, "Targets", found)


def attach_defaults(target: Target) -> None:
    """Attach what AWS attaches to every new OU and account."""
    for policy in organization.backend().policies:
        if policy.id in DEFAULT_POLICIES and policy not in target.attached_policies:
            _attach(policy, target)


def attach_defaults_everywhere(policy_type: str) -> None:
    """Attach the AWS managed policy of a type to every root, OU and account that has none of the type: enabling a type does."""
    for policy in organization.policies(policy_type):
        if policy.aws_managed:
            targets: list[Target] = [*organization.backend().ou, *organization.backend().accounts]
            for target in targets:
                if not _of_type(target, policy_type):
                    _attach(policy, target)


def detach_type(policy_type: str) -> None:
    """Detach every policy of a type from everything."""
    for policy in organization.policies(policy_type):
        for target in list(policy.attachments):
            _detach(policy, target)


def detach_everything(target: Target) -> None:
    """Detach every policy from a target that goes away."""
    for policy in list(target.attached_policies):
        _detach(policy, target)


def _attach(policy: FakePolicy, target: Target) -> None:
    target.attached_policies.append(policy)
    policy.attachments.append(target)


def _detach(policy: FakePolicy, target: Target) -> None:
    target.attached_policies.remove(policy)
    policy.attachments.remove(target)


def _of_type(target: Target, policy_type: str) -> list[FakePolicy]:
    return [policy for policy in target.attached_policies if policy.type == policy_type]


def _target(target_id: str) -> Target:
    found = organization.find_account(target_id) or organization.find_unit(target_id)
    if found is None:
        raise Refusal(
            "TargetNotFoundException",
            "We can't find a root, OU, account, or policy with the TargetId that you specified.",
        )
    return found
