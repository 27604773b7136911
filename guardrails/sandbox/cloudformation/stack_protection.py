"""What protects a stack: termination protection from its deletion, a stack policy from updates.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
"""

from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import stack_policies
from guardrails.sandbox.cloudformation.stacks import SERVICE, existing, invalid, refuse_absent
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation


@operation(SERVICE, "UpdateTerminationProtection")
def update_termination_protection(call: Call) -> Mapping[str, Any]:
    """Switch termination protection on or off."""
    stack = existing(call)
    stack.termination_protection = bool(call.parameters["EnableTerminationProtection"])
    return {"StackId": stack.id}


@operation(SERVICE, "SetStackPolicy")
def set_stack_policy(call: Call) -> Mapping[str, Any]:
    """Give a stack a policy, which its next update is held to."""
    refuse_absent(call.parameters)
    stack, policy = existing(call), stack_policies.read(call.parameters, "StackPolicyBody")
    if policy is None:
        raise invalid("You must specify either StackPolicyBody or StackPolicyURL.")
    stack.policy = policy
    return {}


@operation(SERVICE, "GetStackPolicy")
def get_stack_policy(call: Call) -> Mapping[str, Any]:
    """The policy of a stack, nothing when it has none."""
    policy = existing(call).policy
    return {"StackPolicyBody": policy} if policy else {}
