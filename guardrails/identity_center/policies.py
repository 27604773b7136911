"""The policies of a permission set, of all four kinds: what anyone attached by hand is seen, and taken off again.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guardrails.engine.port import Reader, Writer
from guardrails.errors import AwsError
from guardrails.iam.document import minified
from guardrails.identity_center import ONE_AT_A_TIME, instance_of


@dataclass(frozen=True, slots=True)
class AttachedPolicies:
    """AWS managed policies by ARN, customer managed ones by path and name ("/teams/Billing"), one inline document, one boundary.

    `boundary` is an ARN or a path and name, "" when there is none; lists are sorted.
    """

    managed: tuple[str, ...] = ()
    customer_managed: tuple[str, ...] = ()
    inline: Mapping[str, Any] = field(default_factory=dict)
    boundary: str = ""


def which(arn: str) -> dict[str, Any]:
    """The parameters that name a permission set."""
    return {"InstanceArn": instance_of(arn), "PermissionSetArn": arn}


def observed(aws: Reader, arn: str) -> AttachedPolicies:
    """What is attached to a permission set; four calls."""
    managed = aws.items("sso-admin", "list_managed_policies_in_permission_set", "AttachedManagedPolicies", **which(arn))
    references = aws.items(
        "sso-admin",
        "list_customer_managed_policy_references_in_permission_set",
        "CustomerManagedPolicyReferences",
        **which(arn),
    )
    inline = aws.read("sso-admin", "get_inline_policy_for_permission_set", **which(arn)).get("InlinePolicy")
    return AttachedPolicies(
        managed=tuple(sorted(policy["Arn"] for policy in managed)),
        customer_managed=tuple(sorted(_path(reference) for reference in references)),
        inline=json.loads(inline) if inline else {},
        boundary=_boundary(aws, arn),
    )


def _boundary(aws: Reader, arn: str) -> str:
    try:
        found = aws.read("sso-admin", "get_permissions_boundary_for_permission_set", **which(arn))
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return ""
    boundary = found.get("PermissionsBoundary", {})
    reference = boundary.get("CustomerManagedPolicyReference")
    return _path(reference) if reference else str(boundary.get("ManagedPolicyArn", ""))


def _path(reference: Mapping[str, str]) -> str:
    return f"{reference.get('Path', '/')}{reference['Name']}"


def _reference(path: str) -> dict[str, str]:
    folder, _, name = path.rpartition("/")
    return {"Name": name, "Path": f"{folder}/"}


def put(aws: Writer, arn: str, want: AttachedPolicies, have: AttachedPolicies) -> bool:
    """Make exactly these policies stand, one write for each that differs; tells whether there was anything to write."""
    writes = [*_managed(want, have), *_customer_managed(want, have), *_inline(want, have), *_bounded(want, have)]
    for operation, parameters in writes:
        aws.write("sso-admin", operation, **which(arn), **parameters, retry_on=ONE_AT_A_TIME)
    return bool(writes)


Write = tuple[str, dict[str, Any]]


def _managed(want: AttachedPolicies, have: AttachedPolicies) -> list[Write]:
    off = [{"ManagedPolicyArn": policy} for policy in have.managed if policy not in want.managed]
    on = [{"ManagedPolicyArn": policy} for policy in want.managed if policy not in have.managed]
    return [
        *(("detach_managed_policy_from_permission_set", policy) for policy in off),
        *(("attach_managed_policy_to_permission_set", policy) for policy in on),
    ]


def _customer_managed(want: AttachedPolicies, have: AttachedPolicies) -> list[Write]:
    key = "CustomerManagedPolicyReference"
    off = [{key: _reference(path)} for path in have.customer_managed if path not in want.customer_managed]
    on = [{key: _reference(path)} for path in want.customer_managed if path not in have.customer_managed]
    return [
        *(("detach_customer_managed_policy_reference_from_permission_set", policy) for policy in off),
        *(("attach_customer_managed_policy_reference_to_permission_set", policy) for policy in on),
    ]


def _inline(want: AttachedPolicies, have: AttachedPolicies) -> list[Write]:
    if want.inline == have.inline:
        return []
    if not want.inline:
        return [("delete_inline_policy_from_permission_set", {})]
    return [("put_inline_policy_to_permission_set", {"InlinePolicy": minified(want.inline)})]


def _bounded(want: AttachedPolicies, have: AttachedPolicies) -> list[Write]:
    if want.boundary == have.boundary:
        return []
    if not want.boundary:
        return [("delete_permissions_boundary_from_permission_set", {})]
    by_arn = want.boundary.startswith("arn:")
    boundary = (
        {"ManagedPolicyArn": want.boundary} if by_arn else {"CustomerManagedPolicyReference": _reference(want.boundary)}
    )
    return [("put_permissions_boundary_to_permission_set", {"PermissionsBoundary": boundary})]
