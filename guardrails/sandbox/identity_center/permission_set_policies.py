"""What a permission set allows: its inline policy, managed policies, references to policies by name, and its boundary.

A change reaches the accounts when it is provisioned to them.
Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from moto.ssoadmin.models import CustomerManagedPolicy, ManagedPolicy, PermissionSet

from guardrails.sandbox.account_services.aws_managed_policies import catalogue
from guardrails.sandbox.identity_center import permission_set_versions
from guardrails.sandbox.identity_center.instances import PAGING, changeable_permission_set, invalid, permission_set
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_INLINE_POLICY_CHARACTERS: Final = 10_240
MAX_MANAGED_POLICIES: Final = 20
PAGE_SIZE: Final = 100

_BOUNDARIES: Final[dict[str, Mapping[str, Any]]] = lifecycle.forgotten_on_reset({})


def boundary(arn: str) -> Mapping[str, Any] | None:
    """The permissions boundary of a permission set, as it was put; or None."""
    return _BOUNDARIES.get(arn)


def forget(arn: str) -> None:
    """Drop the boundary of a permission set that is deleted."""
    _BOUNDARIES.pop(arn, None)


@operation("sso-admin", "PutInlinePolicyToPermissionSet")
def put_inline_policy(call: Call) -> Answer:
    """Set the inline policy: a policy document of at most 10,240 characters, white space aside.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
    """
    found, document = changeable_permission_set(call), call.parameters["InlinePolicy"]
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
    return changed(call)


@operation("sso-admin", "GetInlinePolicyForPermissionSet")
def get_inline_policy(call: Call) -> Answer:
    """The inline policy; an empty string when there is none."""
    return {"InlinePolicy": permission_set(call).inline_policy}


@operation("sso-admin", "DeleteInlinePolicyFromPermissionSet")
def delete_inline_policy(call: Call) -> Answer:
    """Remove the inline policy."""
    changeable_permission_set(call).inline_policy = ""
    return changed(call)


@operation("sso-admin", "AttachManagedPolicyToPermissionSet")
def attach_managed_policy(call: Call) -> Answer:
    """Attach an AWS managed policy that exists."""
    arn, found = call.parameters["ManagedPolicyArn"], changeable_permission_set(call)
    if arn not in catalogue():
        raise Refusal("ResourceNotFoundException", f"Policy does not exist with ARN: {arn}")
    if any(policy.arn == arn for policy in found.managed_policies):
        raise Refusal("ConflictException", f"The permission set already has the managed policy {arn}.")
    _check_policy_count(found)
    found.managed_policies.append(ManagedPolicy(arn, arn.rpartition("/")[2]))
    return changed(call)


@operation("sso-admin", "DetachManagedPolicyFromPermissionSet")
def detach_managed_policy(call: Call) -> Answer:
    """Detach an AWS managed policy."""
    arn, found = call.parameters["ManagedPolicyArn"], changeable_permission_set(call)
    if all(policy.arn != arn for policy in found.managed_policies):
        raise Refusal("ResourceNotFoundException", f"Could not find ManagedPolicy with arn {arn}")
    found.managed_policies[:] = [policy for policy in found.managed_policies if policy.arn != arn]
    return changed(call)


@operation("sso-admin", "ListManagedPoliciesInPermissionSet")
def list_managed_policies(call: Call) -> Answer:
    """List the AWS managed policies, a hundred a page."""
    shown = [{"Name": policy.name, "Arn": policy.arn} for policy in permission_set(call).managed_policies]
    return PAGING.page(call, "AttachedManagedPolicies", shown, PAGE_SIZE)


@operation("sso-admin", "AttachCustomerManagedPolicyReferenceToPermissionSet")
def attach_customer_managed_policy(call: Call) -> Answer:
    """Refer to a policy by name that each account is to have."""
    found, policy = changeable_permission_set(call), _reference(call)
    if policy in found.customer_managed_policies:
        raise Refusal(
            "ConflictException", f"The permission set already refers to the policy {policy.path}{policy.name}."
        )
    _check_policy_count(found)
    found.customer_managed_policies.append(policy)
    return changed(call)


@operation("sso-admin", "DetachCustomerManagedPolicyReferenceFromPermissionSet")
def detach_customer_managed_policy(call: Call) -> Answer:
    """Take such a reference away."""
    found, policy = changeable_permission_set(call), _reference(call)
    if policy not in found.customer_managed_policies:
        raise Refusal(
            "ResourceNotFoundException", f"The permission set does not refer to the policy {policy.path}{policy.name}."
        )
    found.customer_managed_policies.remove(policy)
    return changed(call)


@operation("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet")
def list_customer_managed_policies(call: Call) -> Answer:
    """List the references, a hundred a page."""
    shown = [{"Name": policy.name, "Path": policy.path} for policy in permission_set(call).customer_managed_policies]
    return PAGING.page(call, "CustomerManagedPolicyReferences", shown, PAGE_SIZE)


@operation("sso-admin", "PutPermissionsBoundaryToPermissionSet")
def put_permissions_boundary(call: Call) -> Answer:
    """Set the permissions boundary: an AWS managed policy or a reference by name, not both."""
    found, wanted = changeable_permission_set(call), call.parameters["PermissionsBoundary"]
    if len(wanted) != 1:
        raise invalid("A permissions boundary is either a managed policy or a customer managed policy reference.")
    arn = wanted.get("ManagedPolicyArn")
    if arn is not None and arn not in catalogue():
        raise Refusal("ResourceNotFoundException", f"Policy does not exist with ARN: {arn}")
    _BOUNDARIES[found.permission_set_arn] = wanted
    return changed(call)


@operation("sso-admin", "GetPermissionsBoundaryForPermissionSet")
def get_permissions_boundary(call: Call) -> Answer:
    """The permissions boundary."""
    found = boundary(permission_set(call).permission_set_arn)
    if found is None:
        raise Refusal("ResourceNotFoundException", "The permission set has no permissions boundary.")
    return {"PermissionsBoundary": found}


@operation("sso-admin", "DeletePermissionsBoundaryFromPermissionSet")
def delete_permissions_boundary(call: Call) -> Answer:
    """Remove the permissions boundary."""
    _BOUNDARIES.pop(changeable_permission_set(call).permission_set_arn, None)
    return changed(call)


def changed(call: Call) -> Answer:
    """Note a change, and answer with nothing: the accounts in which the permission set is in use are behind now."""
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
