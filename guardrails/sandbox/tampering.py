"""What a careless administrator does to a live organization, by hand, with plain boto3: for demonstrations and drills."""

import json
from collections.abc import Callable, Iterator
from typing import Any

Client = Callable[[str], Any]
"""Gives the boto3 client of a service, for the management account's home region."""


def tamper(client: Client) -> Iterator[str]:
    """Weaken five things, one after the other; each sentence says what was just done."""
    organizations, cloudtrail = client("organizations"), client("cloudtrail")
    policies = {p["Name"]: p["Id"] for p in _policies(organizations)}
    yield detach(organizations, policies, "deny-root-user")
    yield loosen(organizations, policies, "deny-other-regions")
    yield blind(cloudtrail)
    yield silence(cloudtrail)
    yield widen(client("sso-admin"), "ReadOnly")


def _policies(organizations: Any) -> Iterator[dict[str, Any]]:
    for page in organizations.get_paginator("list_policies").paginate(Filter="SERVICE_CONTROL_POLICY"):
        yield from page["Policies"]


def detach(organizations: Any, policies: dict[str, str], name: str) -> str:
    """Detach a policy from everything it is attached to."""
    targets = organizations.list_targets_for_policy(PolicyId=policies[name])["Targets"]
    for target in targets:
        organizations.detach_policy(PolicyId=policies[name], TargetId=target["TargetId"])
    return f"detached the SCP {name} from {', '.join(target['Name'] for target in targets)}"


def loosen(organizations: Any, policies: dict[str, str], name: str) -> str:
    """Let one more region through a policy's condition on aws:RequestedRegion."""
    content = json.loads(organizations.describe_policy(PolicyId=policies[name])["Policy"]["Content"])
    regions = content["Statement"][0]["Condition"]["StringNotEquals"]["aws:RequestedRegion"]
    content["Statement"][0]["Condition"]["StringNotEquals"]["aws:RequestedRegion"] = [*regions, "us-east-2"]
    organizations.update_policy(PolicyId=policies[name], Content=json.dumps(content))
    return f"let us-east-2 through the SCP {name}"


def blind(cloudtrail: Any) -> str:
    """Turn log file validation off."""
    trail = cloudtrail.describe_trails()["trailList"][0]["Name"]
    cloudtrail.update_trail(Name=trail, EnableLogFileValidation=False)
    return f"turned log file validation off on the trail {trail}"


def silence(cloudtrail: Any) -> str:
    """Stop the trail."""
    trail = cloudtrail.describe_trails()["trailList"][0]["Name"]
    cloudtrail.stop_logging(Name=trail)
    return f"stopped the trail {trail}"


def widen(sso: Any, name: str) -> str:
    """Attach AdministratorAccess to a permission set."""
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    for arn in sso.list_permission_sets(InstanceArn=instance)["PermissionSets"]:
        found = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]
        if found["Name"] == name:
            policy = "arn:aws:iam::aws:policy/AdministratorAccess"
            sso.attach_managed_policy_to_permission_set(
                InstanceArn=instance, PermissionSetArn=arn, ManagedPolicyArn=policy
            )
    return f"gave the permission set {name} AdministratorAccess"
