"""The organization's resource policy is put, described, deleted.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
"""

from secrets import choice
from string import ascii_lowercase, digits

from guardrails.sandbox.organizations import authority, delegation_policy, organization, tagging
from guardrails.sandbox.organizations.delegation_policy import HELD, DelegationPolicy
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "PutResourcePolicy")
def put_resource_policy(call: Call) -> Answer:
    """Write the resource policy, or write it anew; tags go with the first writing only."""
    authority.require_management(call)
    organization.require_all_features()
    content, tags = call.parameters["Content"], tagging.checked(call.parameters.get("Tags", []))
    delegation_policy.check(content)
    held = HELD.get("policy")
    if held is not None and tags:
        message = "Tags can be given only when the resource policy is created."
        raise organization.invalid("UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED", message)
    if held is None:
        held = HELD["policy"] = DelegationPolicy(_new_id(), content, tags)
    held.content = content
    return {"ResourcePolicy": _described(held)}


@operation("organizations", "DescribeResourcePolicy")
def describe_resource_policy(call: Call) -> Answer:
    """Show the resource policy."""
    authority.require_reader(call)
    return {"ResourcePolicy": _described(_held())}


@operation("organizations", "DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> Answer:
    """Delete the resource policy: what it granted is gone."""
    authority.require_management(call)
    _held()
    HELD.clear()
    return {}


def _held() -> DelegationPolicy:
    found = HELD.get("policy")
    if found is None:
        raise Refusal(
            "ResourcePolicyNotFoundException",
            "We can't find a resource policy request with the parameter that you specified.",
        )
    return found


def _new_id() -> str:
    return "rp-" + "".join(choice(ascii_lowercase + digits) for _ in range(8))


def _described(held: DelegationPolicy) -> Answer:
    return {"ResourcePolicySummary": {"Id": held.id, "Arn": held.arn}, "Content": held.content}
