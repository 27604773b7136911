"""The roles that permission sets become in accounts: `AWSReservedSSO_<name>_<suffix>`, one for each set and account.

A role comes with the first assignment, follows the permission set when it is provisioned, and goes with the last
assignment; the next one has another suffix.
Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from moto.iam.models import IAMBackend, Role, iam_backends
from moto.moto_api._internal import mock_random
from moto.ssoadmin.models import PermissionSet

from guardrails.sandbox.account_services import aws_managed_policies
from guardrails.sandbox.identity_center import permission_set_policies, permission_set_versions
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.callers import PARTITION

PATH: Final = "/aws-reserved/sso.amazonaws.com/"
REGION_WITHOUT_PATH: Final = "us-east-1"
INLINE_POLICY: Final = "AwsSSOInlinePolicy"
MAX_POLICIES_OF_A_ROLE: Final = 10
LONGEST_SESSION: Final = "43200"
"""Twelve hours, whatever the permission set says: its own duration limits the sessions that Identity Center opens."""

_ROLES: Final[dict[tuple[str, str], str]] = lifecycle.forgotten_on_reset({})


class CannotProvisionError(Exception):
    """What keeps a permission set from being provisioned to an account, in the words of the request's FailureReason."""


def provision(found: PermissionSet, account_id: str, region: str) -> None:
    """Make the permission set's role in the account, or bring it up to date.

    Raises:
        CannotProvisionError: a policy it refers to is not in the account, or there are more than a role takes.
    """
    iam = iam_backends[account_id][PARTITION]
    policies = [*(each.arn for each in found.managed_policies), *_own_policies(found, account_id)]
    boundary = _boundary_arn(permission_set_policies.boundary(found.permission_set_arn), account_id)
    _check(iam, policies, boundary)
    name = _ROLES.get((found.permission_set_arn, account_id)) or _make(iam, found, account_id, region)
    _equip(iam, iam.get_role(name), found, policies)
    iam.get_role(name).permissions_boundary_arn = boundary
    permission_set_versions.provision(found.permission_set_arn, account_id)


def remove(arn: str, account_id: str) -> None:
    """Take the role of a permission set out of the account."""
    permission_set_versions.leave(arn, account_id)
    name, iam = _ROLES.pop((arn, account_id), None), iam_backends[account_id][PARTITION]
    if name is not None:
        role = iam.get_role(name)
        _equip_with(iam, role, [], "")
        iam.delete_role(name)


def _make(iam: IAMBackend, found: PermissionSet, account_id: str, region: str) -> str:
    name = f"AWSReservedSSO_{found.name}_{mock_random.get_random_hex(16)}"
    path = PATH if region == REGION_WITHOUT_PATH else f"{PATH}{region}/"
    trust = json.dumps(_trust(_identity_provider(iam)))
    iam.create_role(name, trust, path, None, found.description, [], LONGEST_SESSION)
    _ROLES[found.permission_set_arn, account_id] = name
    return name


def _identity_provider(iam: IAMBackend) -> str:
    """The ARN of the SAML provider that Identity Center has in the account; there is one."""
    for provider in iam.list_saml_providers():
        if provider.name.startswith("AWSSSO_"):
            return str(provider.arn)
    made = iam.create_saml_provider(f"AWSSSO_{mock_random.get_random_hex(16)}_DO_NOT_DELETE", "<EntityDescriptor/>")
    return str(made.arn)


def _trust(provider_arn: str) -> Mapping[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            }
        ],
    }


def _equip(iam: IAMBackend, role: Role, found: PermissionSet, policies: Sequence[str]) -> None:
    role.description = found.description
    _equip_with(iam, role, policies, found.inline_policy)


def _equip_with(iam: IAMBackend, role: Role, policies: Sequence[str], inline_policy: str) -> None:
    """Attach exactly these policies, and have this inline policy, or none where it is empty."""
    for arn in [arn for arn in role.managed_policies if arn not in policies]:
        iam.detach_role_policy(arn, role.name)
    for arn in policies:
        iam.attach_role_policy(arn, role.name)
    role.policies.clear()
    if inline_policy:
        role.policies[INLINE_POLICY] = inline_policy


def _own_policies(found: PermissionSet, account_id: str) -> list[str]:
    return [_own_arn(each.name, each.path, account_id) for each in found.customer_managed_policies]


def _boundary_arn(boundary: Mapping[str, Any] | None, account_id: str) -> str | None:
    if boundary is None:
        return None
    if "ManagedPolicyArn" in boundary:
        return str(boundary["ManagedPolicyArn"])
    reference = boundary["CustomerManagedPolicyReference"]
    return _own_arn(reference["Name"], reference.get("Path", "/"), account_id)


def _own_arn(name: str, path: str, account_id: str) -> str:
    return f"arn:{PARTITION}:iam::{account_id}:policy{path}{name}"


def _check(iam: IAMBackend, policies: Sequence[str], boundary: str | None) -> None:
    """Whether a role can have these policies and this boundary.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html
    """
    for arn in (*policies, *([boundary] if boundary else [])):
        aws_managed_policies.bring(iam, arn)
        if arn not in iam.managed_policies:
            message = f"Received a 404 status error: Policy {arn} does not exist or is not attachable."
            raise CannotProvisionError(message)
    if len(policies) > MAX_POLICIES_OF_A_ROLE:
        message = f"Received a 409 status error: Cannot exceed quota for PoliciesPerRole: {MAX_POLICIES_OF_A_ROLE}."
        raise CannotProvisionError(message)
