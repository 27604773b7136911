"""Permission sets of Identity Center, their policies and tags.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.ssoadmin.models import CustomerManagedPolicy, ManagedPolicy, PermissionSet

from guardrails.sandbox.account_services.aws_managed_policies import catalogue
from guardrails.sandbox.identity_center import permission_set_versions
from guardrails.sandbox.identity_center.instances import find_permission_set, instance, invalid, permission_set
from guardrails.sandbox.organizations import organization, tagging
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

NAME: Final = re.compile(r"[\w+=,.@-]{1,32}")
SESSION_DURATION: Final = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?")
MAX_INLINE_POLICY_CHARACTERS: Final = 10_240
MAX_MANAGED_POLICIES: Final = 20
PAGE_SIZE: Final = 100

_BOUNDARIES: Final[dict[str, Answer]] = lifecycle.forgotten_on_reset({})


@operation("sso-admin", "CreatePermissionSet")
def create_permission_set(call: Call) -> Answer:
    """Make a permission set under a name that no other has; sessions last an hour unless told otherwise, twelve at most."""
    store, wanted = instance(call), call.parameters
    if not NAME.fullmatch(wanted["Name"]):
        raise invalid(f"Value '{wanted['Name']}' at 'name' failed to satisfy constraint.")
    if any(each.name == wanted["Name"] for each in store.permission_sets):
        raise Refusal("ConflictException", f"PermissionSet with name {wanted['Name']} already exists.")
    duration = _checked_duration(wanted.get("SessionDuration", "PT1H"))
    tags = tagging.checked(wanted.get("Tags", []))
    made = PermissionSet(
        wanted["Name"],
        wanted.get("Description", ""),
        wanted["InstanceArn"],
        duration,
        wanted.get("RelayState", ""),
        _tag_list(tags),
    )
    made.permission_set_arn = made.permission_set_arn.replace(":instance/", ":permissionSet/")
    store.permission_sets.append(made)
    return {"PermissionSet": _described(made)}


@operation("sso-admin", "DescribePermissionSet")
def describe_permission_set(call: Call) -> Answer:
    """Describe a permission set."""
    return {"PermissionSet": _described(permission_set(call))}


@operation("sso-admin", "UpdatePermissionSet")
def update_permission_set(call: Call) -> Answer:
    """Change description, session duration or relay state; what is not named stays. The name cannot change."""
    found, wanted = permission_set(call), call.parameters
    found.session_duration = _checked_duration(wanted.get("SessionDuration", found.session_duration))
    found.description = wanted.get("Description", found.description)
    found.relay_state = wanted.get("RelayState", found.relay_state)
    return _changed(call)


@operation("sso-admin", "DeletePermissionSet")
def delete_permission_set(call: Call) -> Answer:
    """Delete a permission set that nobody is assigned."""
    found, store = permission_set(call), instance(call)
    if any(each.permission_set_arn == found.permission_set_arn for each in store.account_assignments):
        raise Refusal("ConflictException", "The permission set still has account assignments.")
    store.permission_sets.remove(found)
    _BOUNDARIES.pop(found.permission_set_arn, None)
    return {}


@operation("sso-admin", "ListPermissionSets")
def list_permission_sets(call: Call) -> Answer:
    """List the permission sets, a hundred a page."""
    found = [each.permission_set_arn for each in instance(call).permission_sets]
    return organization.page(call, "PermissionSets", found, PAGE_SIZE)


@operation("sso-admin", "PutInlinePolicyToPermissionSet")
def put_inline_policy(call: Call) -> Answer:
    """Set the inline policy: a policy document of at most 10,240 characters, white space aside.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    """
    found, document = permission_set(call), call.parameters["InlinePolicy"]
    try:
        parsed = json.loads(document)
    except ValueError:
        raise invalid("The inline policy is not valid JSON.") from None
    if not isinstance(parsed, dict) or "Statement" not in parsed:
        raise invalid("The inline policy is not a policy document.")
    if len("".join(document.split())) > MAX_INLINE_POLICY_CHARACTERS:
        raise Refusal(
            "ServiceQuotaExceededException",
            f"The inline policy is larger than {MAX_INLINE_POLICY_CHARACTERS} characters.",
        )
    found.inline_policy = document
    return _changed(call)


@operation("sso-admin", "GetInlinePolicyForPermissionSet")
def get_inline_policy(call: Call) -> Answer:
    """The inline policy; an empty string when there is none."""
    return {"InlinePolicy": permission_set(call).inline_policy}


@operation("sso-admin", "DeleteInlinePolicyFromPermissionSet")
def delete_inline_policy(call: Call) -> Answer:
    """Remove the inline policy."""
    permission_set(call).inline_policy = ""
    return _changed(call)


@operation("sso-admin", "AttachManagedPolicyToPermissionSet")
def attach_managed_policy(call: Call) -> Answer:
    """Attach an AWS managed policy that exists."""
    arn, found = call.parameters["ManagedPolicyArn"], permission_set(call)
    if arn not in catalogue():
        raise Refusal("ResourceNotFoundException", f"Policy does not exist with ARN: {arn}")
    if any(policy.arn == arn for policy in found.managed_policies):
        raise Refusal("ConflictException", f"The permission set already has the managed policy {arn}.")
    _check_policy_count(found)
    found.managed_policies.append(ManagedPolicy(arn, arn.rpartition("/")[2]))
    return _changed(call)


@operation("sso-admin", "DetachManagedPolicyFromPermissionSet")
def detach_managed_policy(call: Call) -> Answer:
    """Detach an AWS managed policy."""
    arn, found = call.parameters["ManagedPolicyArn"], permission_set(call)
    if all(policy.arn != arn for policy in found.managed_policies):
        raise Refusal("ResourceNotFoundException", f"Could not find ManagedPolicy with arn {arn}")
    found.managed_policies[:] = [policy for policy in found.managed_policies if policy.arn != arn]
    return _changed(call)


@operation("sso-admin", "ListManagedPoliciesInPermissionSet")
def list_managed_policies(call: Call) -> Answer:
    """List the AWS managed policies, a hundred a page."""
    shown = [{"Name": policy.name, "Arn": policy.arn} for policy in permission_set(call).managed_policies]
    return organization.page(call, "AttachedManagedPolicies", shown, PAGE_SIZE)


@operation("sso-admin", "AttachCustomerManagedPolicyReferenceToPermissionSet")
def attach_customer_managed_policy(call: Call) -> Answer:
    """Refer to a policy by name that each account is to have."""
    found, policy = permission_set(call), _reference(call)
    if policy in found.customer_managed_policies:
        raise Refusal(
            "ConflictException", f"The permission set already refers to the policy {policy.path}{policy.name}."
        )
    _check_policy_count(found)
    found.customer_managed_policies.append(policy)
    return _changed(call)


@operation("sso-admin", "DetachCustomerManagedPolicyReferenceFromPermissionSet")
def detach_customer_managed_policy(call: Call) -> Answer:
    """Take such a reference away."""
    found, policy = permission_set(call), _reference(call)
    if policy not in found.customer_managed_policies:
        raise Refusal(
            "ResourceNotFoundException", f"The permission set does not refer to the policy {policy.path}{policy.name}."
        )
    found.customer_managed_policies.remove(policy)
    return _changed(call)


@operation("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet")
def list_customer_managed_policies(call: Call) -> Answer:
    """List the references, a hundred a page."""
    shown = [{"Name": policy.name, "Path": policy.path} for policy in permission_set(call).customer_managed_policies]
    return organization.page(call, "CustomerManagedPolicyReferences", shown, PAGE_SIZE)


@operation("sso-admin", "PutPermissionsBoundaryToPermissionSet")
def put_permissions_boundary(call: Call) -> Answer:
    """Set the permissions boundary: an AWS managed policy or a reference by name, not both."""
    found, boundary = permission_set(call), call.parameters["PermissionsBoundary"]
    if len(boundary) != 1:
        raise invalid("A permissions boundary is either a managed policy or a customer managed policy reference.")
    _BOUNDARIES[found.permission_set_arn] = boundary
    return _changed(call)


@operation("sso-admin", "GetPermissionsBoundaryForPermissionSet")
def get_permissions_boundary(call: Call) -> Answer:
    """The permissions boundary."""
    found = _BOUNDARIES.get(permission_set(call).permission_set_arn)
    if found is None:
        raise Refusal("ResourceNotFoundException", "The permission set has no permissions boundary.")
    return {"PermissionsBoundary": found}


@operation("sso-admin", "DeletePermissionsBoundaryFromPermissionSet")
def delete_permissions_boundary(call: Call) -> Answer:
    """Remove the permissions boundary."""
    _BOUNDARIES.pop(permission_set(call).permission_set_arn, None)
    return _changed(call)


@operation("sso-admin", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag a permission set."""
    found = _tagged(call)
    merged = {**_tag_mapping(found), **tagging.checked(call.parameters["Tags"])}
    found.tags = _tag_list(merged)
    return {}


@operation("sso-admin", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from a permission set."""
    found = _tagged(call)
    gone = set(call.parameters["TagKeys"])
    found.tags = _tag_list({key: value for key, value in _tag_mapping(found).items() if key not in gone})
    return {}


@operation("sso-admin", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a permission set."""
    return organization.page(call, "Tags", _tagged(call).tags, tagging.MAX_TAGS)


def _changed(call: Call) -> Answer:
    """The accounts in which the permission set is in use are behind now."""
    permission_set_versions.change(call.parameters["PermissionSetArn"])
    return {}


def _check_policy_count(found: PermissionSet) -> None:
    if len(found.managed_policies) + len(found.customer_managed_policies) >= MAX_MANAGED_POLICIES:
        raise Refusal(
            "ServiceQuotaExceededException", f"A permission set takes at most {MAX_MANAGED_POLICIES} managed policies."
        )


def _reference(call: Call) -> CustomerManagedPolicy:
    reference = call.parameters["CustomerManagedPolicyReference"]
    return CustomerManagedPolicy(reference["Name"], reference.get("Path", "/"))


def _checked_duration(duration: str) -> str:
    """An ISO 8601 duration between one and twelve hours."""
    matched = SESSION_DURATION.fullmatch(duration)
    minutes = int(matched.group(1) or 0) * 60 + int(matched.group(2) or 0) if matched else 0
    if not 60 <= minutes <= 720:
        raise invalid(f"Value '{duration}' at 'sessionDuration' failed to satisfy constraint: between 1 and 12 hours.")
    return duration


def _tagged(call: Call) -> PermissionSet:
    """The permission set that a tagging call names; the instance may be left out there."""
    arn = call.parameters["ResourceArn"]
    instance_arn = arn.rpartition("/")[0].replace(":permissionSet/", ":instance/")
    return find_permission_set(instance(call, call.parameters.get("InstanceArn") or instance_arn), arn)


def _tag_mapping(found: PermissionSet) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.tags}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _described(found: PermissionSet) -> Mapping[str, Any]:
    shown = {
        "Name": found.name,
        "PermissionSetArn": found.permission_set_arn,
        "Description": found.description,
        "SessionDuration": found.session_duration,
        "RelayState": found.relay_state,
        "CreatedDate": datetime.fromtimestamp(found.created_date, UTC),
    }
    return {name: value for name, value in shown.items() if value != ""}
