"""What a careless administrator does to a live organization, by hand, with plain boto3: for demonstrations and drills."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

Client = Callable[[str], Any]
"""Gives the boto3 client of a service, for the management account's home region."""
LET_THROUGH: Final = "us-east-2"
EVERYTHING: Final = "arn:aws:iam::aws:policy/AdministratorAccess"


def tamper(client: Client) -> Iterator[str]:
    """Weaken five things, one after the other; each sentence says what was just done, or that there was nothing to do it to."""
    organizations, cloudtrail = client("organizations"), client("cloudtrail")
    yield detach(organizations, "deny-root-user")
    yield loosen(organizations, "deny-other-regions")
    yield blind(cloudtrail)
    yield silence(cloudtrail)
    yield widen(client("sso-admin"), "ReadOnly")


def detach(organizations: Any, name: str) -> str:
    """Detach a service control policy from everything it is attached to."""
    policy = _policy_id(organizations, name)
    if policy is None:
        return f"found no SCP {name} to detach"
    targets = list(_listed(organizations, "list_targets_for_policy", "Targets", PolicyId=policy))
    for target in targets:
        organizations.detach_policy(PolicyId=policy, TargetId=target["TargetId"])
    return f"detached the SCP {name} from {', '.join(target['Name'] for target in targets) or 'nothing'}"


def loosen(organizations: Any, name: str) -> str:
    """Let one more region through a service control policy's conditions on aws:RequestedRegion."""
    policy = _policy_id(organizations, name)
    if policy is None:
        return f"found no SCP {name} to loosen"
    content = json.loads(organizations.describe_policy(PolicyId=policy)["Policy"]["Content"])
    for statement in content["Statement"]:
        conditions = statement.get("Condition", {}).get("StringNotEquals", {})
        if regions := conditions.get("aws:RequestedRegion"):
            conditions["aws:RequestedRegion"] = [*([regions] if isinstance(regions, str) else regions), LET_THROUGH]
    organizations.update_policy(PolicyId=policy, Content=json.dumps(content))
    return f"let {LET_THROUGH} through the SCP {name}"


def blind(cloudtrail: Any) -> str:
    """Turn log file validation off on the organization's trail."""
    trail = _trail(cloudtrail)
    if trail is None:
        return "found no organization trail to turn log file validation off on"
    cloudtrail.update_trail(Name=trail, EnableLogFileValidation=False)
    return f"turned log file validation off on the trail {trail}"


def silence(cloudtrail: Any) -> str:
    """Stop the organization's trail."""
    trail = _trail(cloudtrail)
    if trail is None:
        return "found no organization trail to stop"
    cloudtrail.stop_logging(Name=trail)
    return f"stopped the trail {trail}"


def widen(sso: Any, name: str) -> str:
    """Attach AdministratorAccess to a permission set."""
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    for arn in _listed(sso, "list_permission_sets", "PermissionSets", InstanceArn=instance):
        found = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]
        if found["Name"] == name:
            sso.attach_managed_policy_to_permission_set(
                InstanceArn=instance, PermissionSetArn=arn, ManagedPolicyArn=EVERYTHING
            )
            return f"gave the permission set {name} AdministratorAccess"
    return f"found no permission set {name} to widen"


def _policy_id(organizations: Any, name: str) -> str | None:
    listed = _listed(organizations, "list_policies", "Policies", Filter="SERVICE_CONTROL_POLICY")
    return next((policy["Id"] for policy in listed if policy["Name"] == name), None)


def _trail(cloudtrail: Any) -> str | None:
    listed = cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]
    return next((trail["Name"] for trail in listed if trail["IsOrganizationTrail"]), None)


def _listed(client: Any, operation: str, key: str, **parameters: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page[key]
