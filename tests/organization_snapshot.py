"""Everything that stands in a sandbox, read with plain boto3, ids replaced by names: two equal snapshots are two equal organizations."""

import json
import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from guardrails.sandbox.embedded import Embedded

REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
PASSING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # keys, stacks, operations, groups
    r"|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"  # detectors
    r"|\bps-[0-9a-f]{16}\b|\bp-[0-9a-z]{8}\b|\d{4}-\d\d-\d\d[T ][\d:.]+(?:\+00:00|Z)?"
)


def snapshot(sandbox: Embedded) -> Any:
    """The whole organization as JSON-shaped data without anything that differs between two equal runs."""
    organizations = sandbox.client("organizations")
    accounts = list(pages(organizations, "list_accounts", "Accounts"))
    root = organizations.list_roots()["Roots"][0]
    units = list(tree(organizations, root["Id"], "Root"))
    names = {
        organizations.describe_organization()["Organization"]["Id"]: "Organization",
        root["Id"]: "Root",
        **{identity: path for path, identity in units},
        **{a["Id"]: a["Name"] for a in accounts},
    }
    found = {
        "accounts": sorted(
            (a["Name"], a["Email"], parent(organizations, a["Id"]), tags(organizations, a["Id"])) for a in accounts
        ),
        "units": sorted((path, tags(organizations, identity)) for path, identity in units),
        "policy types": root["PolicyTypes"],
        "policies": sorted(policies(organizations), key=str),
        "trusted": sorted(
            s["ServicePrincipal"]
            for s in pages(organizations, "list_aws_service_access_for_organization", "EnabledServicePrincipals")
        ),
        "delegated": sorted(
            a["Id"] for a in pages(organizations, "list_delegated_administrators", "DelegatedAdministrators")
        ),
        "trails": trails(sandbox),
        "stack sets": sorted(stack_sets(sandbox), key=str),
        "access": sorted(access(sandbox, [a["Id"] for a in accounts]), key=str),
        "places": {f"{a['Name']}/{region}": place(sandbox, a["Id"], region) for a in accounts for region in REGIONS},
    }
    text = json.dumps(found, sort_keys=True, default=str)
    for identity, name in sorted(names.items(), key=lambda item: -len(item[0])):
        text = text.replace(identity, f"<{name}>")
    return in_order(json.loads(PASSING.sub("<id>", text)))


def differences(left: Any, right: Any) -> list[str]:
    """The lines in which two snapshots differ; none when they are equal."""
    before, after = (json.dumps(side, indent=1, sort_keys=True).splitlines() for side in (left, right))
    return list(unified_diff(before, after, lineterm="", n=2))


def in_order(value: Any) -> Any:
    """The same data with every list sorted: ids that differ between runs no longer decide what comes first."""
    if isinstance(value, dict):
        return {key: in_order(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(in_order, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def pages(client: Any, operation: str, key: str, **params: Any) -> Iterator[Any]:
    token: dict[str, str] = {}
    while True:
        page = getattr(client, operation)(**params, **token)
        yield from page[key]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def tree(organizations: Any, parent_id: str, path: str) -> Iterator[tuple[str, str]]:
    for unit in pages(organizations, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent_id):
        below = f"{path}/{unit['Name']}"
        yield below, unit["Id"]
        yield from tree(organizations, unit["Id"], below)


def parent(organizations: Any, child: str) -> str:
    found: str = organizations.list_parents(ChildId=child)["Parents"][0]["Id"]
    return found


def tags(organizations: Any, identity: str) -> list[tuple[str, str]]:
    return sorted(
        (t["Key"], t["Value"]) for t in pages(organizations, "list_tags_for_resource", "Tags", ResourceId=identity)
    )


def policies(organizations: Any) -> Iterator[Any]:
    for policy in pages(organizations, "list_policies", "Policies", Filter="SERVICE_CONTROL_POLICY"):
        detail = organizations.describe_policy(PolicyId=policy["Id"])["Policy"]
        targets = sorted(
            t["TargetId"] for t in pages(organizations, "list_targets_for_policy", "Targets", PolicyId=policy["Id"])
        )
        yield [
            policy["Name"],
            policy["Description"],
            json.loads(detail["Content"]),
            targets,
            tags(organizations, policy["Id"]),
        ]


def trails(sandbox: Embedded) -> list[Any]:
    cloudtrail = sandbox.client("cloudtrail")
    return [
        [
            trail,
            cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"],
            cloudtrail.get_event_selectors(TrailName=trail["TrailARN"])["EventSelectors"],
        ]
        for trail in cloudtrail.describe_trails()["trailList"]
    ]


def stack_sets(sandbox: Embedded) -> Iterator[Any]:
    cloudformation = sandbox.client("cloudformation")
    for summary in pages(cloudformation, "list_stack_sets", "Summaries", Status="ACTIVE"):
        name = summary["StackSetName"]
        described = cloudformation.describe_stack_set(StackSetName=name)["StackSet"]
        instances = settled_instances(cloudformation, name)
        yield [
            name,
            json.loads(described["TemplateBody"]),
            described["Parameters"],
            described["AutoDeployment"],
            sorted(described["Tags"], key=str),
            sorted([i["Account"], i["Region"], i["Status"], i["StackInstanceStatus"]] for i in instances),
        ]


def settled_instances(cloudformation: Any, name: str) -> list[Any]:
    """The instances of a stack set once auto-deployment has come to its end: each look moves it on."""
    for _look in range(10):
        instances = list(pages(cloudformation, "list_stack_instances", "Summaries", StackSetName=name))
        if not any(i["StackInstanceStatus"]["DetailedStatus"] in {"RUNNING", "PENDING"} for i in instances):
            return instances
    raise AssertionError(f"the instances of {name} never came to rest")


def access(sandbox: Embedded, accounts: list[str]) -> Iterator[Any]:
    sso, store = sandbox.client("sso-admin"), sandbox.client("identitystore")
    instance = next(iter(sso.list_instances()["Instances"]), None)
    if instance is None:
        return
    arn = instance["InstanceArn"]
    groups = {
        g["GroupId"]: g["DisplayName"]
        for g in pages(store, "list_groups", "Groups", IdentityStoreId=instance["IdentityStoreId"])
    }
    yield sorted(groups.values())
    for permission_set in pages(sso, "list_permission_sets", "PermissionSets", InstanceArn=arn):
        which = {"InstanceArn": arn, "PermissionSetArn": permission_set}
        described = sso.describe_permission_set(**which)["PermissionSet"]
        del described["PermissionSetArn"]
        yield [
            described,
            sorted(
                p["Arn"]
                for p in pages(sso, "list_managed_policies_in_permission_set", "AttachedManagedPolicies", **which)
            ),
            sso.get_inline_policy_for_permission_set(**which)["InlinePolicy"],
            [
                [account, groups[a["PrincipalId"]]]
                for account in sorted(accounts)
                for a in pages(sso, "list_account_assignments", "AccountAssignments", AccountId=account, **which)
            ],
        ]


def place(sandbox: Embedded, account: str, region: str) -> Any:
    def client(service: str) -> Any:
        return sandbox.client(service, region=region, account=account)

    stacks = sorted(
        [s["StackName"], s["StackStatus"]] for s in pages(client("cloudformation"), "describe_stacks", "Stacks")
    )
    detectors = client("guardduty").list_detectors()["DetectorIds"]
    aliases = sorted(a["AliasName"] for a in client("kms").list_aliases()["Aliases"] if "TargetKeyId" in a)
    return {
        "stacks": stacks,
        "detectors": [features(client("guardduty"), detector) for detector in detectors],
        "aliases": [alias for alias in aliases if not alias.startswith("alias/aws/")],
        "keys": len(client("kms").list_keys()["Keys"]),
        "buckets": sorted(b["Name"] for b in client("s3").list_buckets()["Buckets"]) if region == REGIONS[0] else [],
    }


def features(guardduty: Any, detector: str) -> Any:
    described = guardduty.get_detector(DetectorId=detector)
    return [
        described["Status"],
        described["FindingPublishingFrequency"],
        sorted([f["Name"], f["Status"]] for f in described["Features"]),
    ]
