"""Permission sets of Identity Center: made, described, changed and deleted.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.ssoadmin.models import PermissionSet

from guardrails.sandbox.identity_center import assignment_requests, permission_set_policies, permission_set_tags
from guardrails.sandbox.identity_center.instances import (
    PAGING,
    changeable_permission_set,
    instance,
    invalid,
    permission_set,
)
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

NAME: Final = re.compile(r"[\w+=,.@-]{1,32}")
SESSION_DURATION: Final = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?")
PAGE_SIZE: Final = 100


@operation("sso-admin", "CreatePermissionSet")
def create_permission_set(call: Call) -> Answer:
    """Make a permission set under a name that no other has; sessions last an hour unless told otherwise, twelve at most."""
    store, wanted = instance(call), call.parameters
    if not NAME.fullmatch(wanted["Name"]):
        raise invalid(f"Value '{wanted['Name']}' at 'name' failed to satisfy constraint.")
    if any(each.name == wanted["Name"] for each in store.permission_sets):
        raise Refusal("ConflictException", f"PermissionSet with name {wanted['Name']} already exists.")
    duration = _checked_duration(wanted.get("SessionDuration", "PT1H"))
    tags = permission_set_tags.checked(wanted.get("Tags", []))
    made = PermissionSet(
        wanted["Name"],
        wanted.get("Description", ""),
        wanted["InstanceArn"],
        duration,
        wanted.get("RelayState", ""),
        permission_set_tags.tag_list(tags),
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
    found, wanted = changeable_permission_set(call), call.parameters
    found.session_duration = _checked_duration(wanted.get("SessionDuration", found.session_duration))
    found.description = wanted.get("Description", found.description)
    found.relay_state = wanted.get("RelayState", found.relay_state)
    return permission_set_policies.changed(call)


@operation("sso-admin", "DeletePermissionSet")
def delete_permission_set(call: Call) -> Answer:
    """Delete a permission set that nobody is assigned."""
    assignment_requests.settle()
    found, store = changeable_permission_set(call), instance(call)
    if any(each.permission_set_arn == found.permission_set_arn for each in store.account_assignments):
        raise Refusal("ConflictException", "The permission set still has account assignments.")
    store.permission_sets.remove(found)
    permission_set_policies.forget(found.permission_set_arn)
    return {}


@operation("sso-admin", "ListPermissionSets")
def list_permission_sets(call: Call) -> Answer:
    """List the permission sets, a hundred a page."""
    found = [each.permission_set_arn for each in instance(call).permission_sets]
    return PAGING.page(call, "PermissionSets", found, PAGE_SIZE)


def _checked_duration(duration: str) -> str:
    """An ISO 8601 duration between one and twelve hours."""
    matched = SESSION_DURATION.fullmatch(duration)
    minutes = int(matched.group(1) or 0) * 60 + int(matched.group(2) or 0) if matched else 0
    if not 60 <= minutes <= 720:
        raise invalid(f"Value '{duration}' at 'sessionDuration' failed to satisfy constraint: between 1 and 12 hours.")
    return duration


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
