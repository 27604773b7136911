"""Organization policies: written, changed, deleted, listed, within AWS's sizes, numbers and grammar.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
"""

from collections.abc import Mapping
from typing import Any

from moto.organizations.models import FakePolicy

from guardrails.iam.quotas import MAX_POLICY_DESCRIPTION_CHARACTERS, MAX_POLICY_NAME_CHARACTERS, QUOTAS
from guardrails.sandbox.organizations import (
    authority,
    organization,
    policy_content,
    policy_targets,
    policy_types,
    tagging,
)
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("organizations", "CreatePolicy")
def create_policy(call: Call) -> Answer:
    """Write a policy under a name that no other policy has; its type need not be enabled yet."""
    authority.require_policy_administrator(call)
    organization.require_policies_available()
    policy_type = policy_types.known(call.parameters["Type"])
    name = _checked_name(call.parameters["Name"], None)
    content = policy_content.checked(policy_type, call.parameters["Content"])
    description = _checked_description(call.parameters.get("Description", ""))
    tags = tagging.checked(call.parameters.get("Tags", []))
    if (
        sum(not each.aws_managed for each in organization.policies(policy_type))
        >= QUOTAS[policy_type].max_in_organization
    ):
        message = "You attempted to exceed the number of policies that you can have in an organization."
        raise organization.constraint("POLICY_NUMBER_LIMIT_EXCEEDED", message)
    made = FakePolicy(
        organization.organization(), Name=name, Description=description, Content=content, Type="SERVICE_CONTROL_POLICY"
    )
    made.type, made.tags = policy_type, tags
    made._arn_format = "arn:{0}:organizations::{1}:policy/{2}/" + policy_type.lower() + "/{3}"
    organization.backend().policies.append(made)
    return {"Policy": _described(made)}


@operation("organizations", "UpdatePolicy")
def update_policy(call: Call) -> Answer:
    """Change name, description or content; AWS's own policies cannot be changed."""
    authority.require_policy_administrator(call)
    found = _own(call.parameters["PolicyId"])
    name = _checked_name(call.parameters.get("Name", found.name or ""), found.id)
    content = policy_content.checked(found.type, call.parameters.get("Content", found.content or ""))
    found.name, found.content = name, content
    found.description = _checked_description(call.parameters.get("Description", found.description or ""))
    policy_targets.note_change(found)
    return {"Policy": _described(found)}


@operation("organizations", "DeletePolicy")
def delete_policy(call: Call) -> Answer:
    """Delete a policy that hangs on nothing."""
    authority.require_policy_administrator(call)
    found = _own(call.parameters["PolicyId"])
    if found.attachments:
        message = "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts first."
        raise Refusal("PolicyInUseException", message)
    organization.backend().policies.remove(found)
    return {}


@operation("organizations", "DescribePolicy")
def describe_policy(call: Call) -> Answer:
    """Describe a policy with its content."""
    authority.require_reader(call)
    return {"Policy": _described(policy(call.parameters["PolicyId"]))}


@operation("organizations", "ListPolicies")
def list_policies(call: Call) -> Answer:
    """List the policies of a type, AWS's own included, twenty a page."""
    authority.require_reader(call)
    found = organization.policies(policy_types.known(call.parameters["Filter"]))
    return organization.page(call, "Policies", [summary(each) for each in found])


def policy(policy_id: str) -> FakePolicy:
    """A policy by its id.

    Raises:
        Refusal: PolicyNotFoundException.
    """
    found = organization.find_policy(policy_id)
    if found is None:
        raise Refusal("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
    return found


def summary(policy: FakePolicy) -> Mapping[str, Any]:
    """A policy without its content."""
    return {
        "Id": policy.id,
        "Arn": policy.arn,
        "Name": policy.name,
        "Description": policy.description or "",
        "Type": policy.type,
        "AwsManaged": policy.aws_managed,
    }


def _described(policy: FakePolicy) -> Mapping[str, Any]:
    return {"PolicySummary": summary(policy), "Content": policy.content}


def _own(policy_id: str) -> FakePolicy:
    found = policy(policy_id)
    if found.aws_managed:
        raise organization.invalid("IMMUTABLE_POLICY", "You can't change a policy that AWS manages.")
    return found


def _checked_name(name: str, own_id: str | None) -> str:
    if not 1 <= len(name) <= MAX_POLICY_NAME_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    if any(each.name == name and each.id != own_id for each in organization.backend().policies):
        raise Refusal("DuplicatePolicyException", "A policy with the same name already exists.")
    return name


def _checked_description(description: str) -> str:
    if len(description) > MAX_POLICY_DESCRIPTION_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    return description
