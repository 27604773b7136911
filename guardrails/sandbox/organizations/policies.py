"""Organization policies: written, changed, deleted, listed, within AWS's sizes and grammar.

Of the content, what is checked is that it is a JSON object, and for service and resource control policies the shape
of the statements.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from moto.organizations.models import FakePolicy

from guardrails.iam.quotas import MAX_POLICY_DESCRIPTION_CHARACTERS, MAX_POLICY_NAME_CHARACTERS, QUOTAS
from guardrails.sandbox.organizations import organization, policy_types, tagging
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

AUTHORIZATION_TYPES: Final = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
STATEMENT_KEYS: Final = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@operation("organizations", "CreatePolicy")
def create_policy(call: Call) -> Answer:
    """Write a policy under a name that no other policy has; its type need not be enabled yet."""
    organization.require_management(call)
    organization.require_all_features()
    policy_type = policy_types.known(call.parameters["Type"])
    name = _checked_name(call.parameters["Name"], None)
    content = _checked_content(policy_type, call.parameters["Content"])
    description = _checked_description(call.parameters.get("Description", ""))
    tags = tagging.checked(call.parameters.get("Tags", []))
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
    organization.require_management(call)
    found = _own(call.parameters["PolicyId"])
    name = _checked_name(call.parameters.get("Name", found.name or ""), found.id)
    content = _checked_content(found.type, call.parameters.get("Content", found.content or ""))
    found.name, found.content = name, content
    found.description = _checked_description(call.parameters.get("Description", found.description or ""))
    return {"Policy": _described(found)}


@operation("organizations", "DeletePolicy")
def delete_policy(call: Call) -> Answer:
    """Delete a policy that hangs on nothing."""
    organization.require_management(call)
    found = _own(call.parameters["PolicyId"])
    if found.attachments:
        message = "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts first."
        raise Refusal("PolicyInUseException", message)
    organization.backend().policies.remove(found)
    return {}


@operation("organizations", "DescribePolicy")
def describe_policy(call: Call) -> Answer:
    """Describe a policy with its content."""
    organization.require_reader(call)
    return {"Policy": _described(policy(call.parameters["PolicyId"]))}


@operation("organizations", "ListPolicies")
def list_policies(call: Call) -> Answer:
    """List the policies of a type, AWS's own included, twenty a page."""
    organization.require_reader(call)
    found = organization.policies(policy_types.known(call.parameters["Filter"]))
    return organization.page(call, "Policies", [summary(each) for each in found])


def policy(policy_id: str) -> FakePolicy:
    """A policy by its id.

    Raises:
        Refusal: PolicyNotFoundException.
    """
    found = next((each for each in organization.backend().policies if each.id == policy_id), None)
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


def _checked_content(policy_type: str, content: str) -> str:
    """The content as it came: white space counts.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    if len(content) > QUOTAS[policy_type].max_characters:
        raise organization.constraint(
            "POLICY_CONTENT_LIMIT_EXCEEDED", "You attempted to create a policy that is larger than the maximum size."
        )
    try:
        document = json.loads(content)
    except ValueError as problem:
        raise _malformed(f"The provided policy document is not valid JSON: {problem}") from None
    if not isinstance(document, dict):
        raise _malformed("The provided policy document is not a JSON object.")
    if policy_type in AUTHORIZATION_TYPES:
        _check_statements(policy_type, document)
    return content


def _check_statements(policy_type: str, document: Mapping[str, Any]) -> None:
    """The shape of the statements of an SCP or RCP.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
    """
    statements = document.get("Statement")
    statements = statements if isinstance(statements, list) else [statements]
    if not set(document) <= {"Version", "Id", "Statement"} or not statements:
        raise _malformed("The provided policy document does not meet the requirements of the specified policy type.")
    resource_policy = policy_type == "RESOURCE_CONTROL_POLICY"
    keys = STATEMENT_KEYS | {"Principal"} if resource_policy else STATEMENT_KEYS
    for statement in statements:
        if not isinstance(statement, dict) or not set(statement) <= keys or not _whole(statement):
            raise _malformed(
                "The provided policy document does not meet the requirements of the specified policy type."
            )
        if resource_policy and (statement["Effect"] != "Deny" or statement.get("Principal") != "*"):
            raise _malformed('A resource control policy statement has Effect Deny and Principal "*".')


def _whole(statement: Mapping[str, Any]) -> bool:
    one_action = ("Action" in statement) != ("NotAction" in statement)
    one_resource = ("Resource" in statement) != ("NotResource" in statement)
    return statement.get("Effect") in ("Allow", "Deny") and one_action and one_resource


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicyDocumentException", message)
