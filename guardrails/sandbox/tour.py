"""What stands in a sandbox after apply, read back with plain boto3 as any AWS tool would see it."""

import textwrap
from collections.abc import Iterator
from typing import Any

from guardrails.sandbox.running import Running

ACCESS_ROLE = "OrganizationAccountAccessRole"
NOT_LOCKED = "NOT locked"


class Visitor:
    """Plain boto3 clients for a running sandbox, in any account and region."""

    def __init__(self, running: Running) -> None:
        from boto3 import Session

        self._running = running
        self._sessions: dict[str, Any] = {
            "": Session(running.access_key_id, running.secret_access_key, region_name=running.region)
        }
        self._session = Session

    def client(self, service: str, account: str = "", region: str = "") -> Any:
        """The client of a service in a member account (by assuming its access role), or in the management account."""
        if account not in self._sessions:
            role = f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"
            issued = self.client("sts").assume_role(RoleArn=role, RoleSessionName="tour")["Credentials"]
            keys = issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]
            self._sessions[account] = self._session(*keys, region_name=self._running.region)
        made = self._sessions[account]
        return made.client(service, region_name=region or self._running.region, endpoint_url=self._running.endpoint)


def tour(running: Running) -> Iterator[str]:
    """A line for each thing worth seeing: accounts, policies, trail, archive, detectors, keys, assignments."""
    visitor = Visitor(running)
    organizations = visitor.client("organizations")
    accounts = list(_listed(organizations, "list_accounts", "Accounts"))
    members = {a["Name"]: a["Id"] for a in accounts if a["Id"] != running.account_id}
    yield from _wrapped("accounts", f"{len(accounts)}: {', '.join(sorted(a['Name'] for a in accounts))}")
    yield from _policies(organizations)
    yield from _trail(visitor)
    yield from _archive(visitor, members)
    yield from _everywhere(visitor, members, _regions(visitor, running.region))
    yield from _assignments(visitor, accounts)


def _listed(client: Any, operation: str, key: str, **parameters: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page[key]


def _regions(visitor: Visitor, home: str) -> list[str]:
    """The home region, and those in which a stack set stands."""
    cloudformation = visitor.client("cloudformation")
    regions = {home}
    for stack_set in _listed(cloudformation, "list_stack_sets", "Summaries", Status="ACTIVE"):
        name = stack_set["StackSetName"]
        regions |= {
            i["Region"] for i in _listed(cloudformation, "list_stack_instances", "Summaries", StackSetName=name)
        }
    return sorted(regions)


def _policies(organizations: Any) -> Iterator[str]:
    policies = _listed(organizations, "list_policies", "Policies", Filter="SERVICE_CONTROL_POLICY")
    for policy in sorted(policies, key=lambda policy: str(policy["Name"])):
        if not policy["AwsManaged"]:
            targets = _listed(organizations, "list_targets_for_policy", "Targets", PolicyId=policy["Id"])
            names = sorted(target["Name"] for target in targets)
            yield f"  SCP           {policy['Name']} on {', '.join(names) or 'NOTHING'}"


def _trail(visitor: Visitor) -> Iterator[str]:
    cloudtrail = visitor.client("cloudtrail")
    for trail in cloudtrail.describe_trails()["trailList"]:
        logging = cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
        facts = {
            "organization": trail["IsOrganizationTrail"],
            "multi-region": trail["IsMultiRegionTrail"],
            "validated": trail["LogFileValidationEnabled"],
            "encrypted": bool(trail.get("KmsKeyId")),
            "logging": logging,
        }
        yield from _wrapped("trail", f"{trail['Name']}: {', '.join(_yes_no(facts))}")


def _wrapped(what: str, text: str) -> list[str]:
    return textwrap.wrap(text, 80, initial_indent=f"  {what:<14}", subsequent_indent=" " * 16)


def _yes_no(facts: dict[str, bool]) -> Iterator[str]:
    for name, holds in facts.items():
        yield name if holds else f"NOT {name}"


def _archive(visitor: Visitor, members: dict[str, str]) -> Iterator[str]:
    landing = 0
    for account in members.values():
        s3 = visitor.client("s3", account)
        for bucket in s3.list_buckets()["Buckets"]:
            lock = _lock(s3, bucket["Name"])
            if lock == NOT_LOCKED and _replicates(s3, bucket["Name"]):
                landing += 1
            else:
                yield f"  log archive   {bucket['Name']}"
                yield f"                {lock}"
    if landing:
        yield f"  landing       {landing} buckets in which logs land, and are replicated from"


def _replicates(s3: Any, bucket: str) -> bool:
    try:
        s3.get_bucket_replication(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ReplicationConfigurationNotFoundError":
            raise
        return False
    return True


def _lock(s3: Any, bucket: str) -> str:
    """For how long and how firmly what is in a bucket is locked."""
    try:
        lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ObjectLockConfigurationNotFoundError":
            raise
        lock = {}
    retention = lock.get("Rule", {}).get("DefaultRetention")
    if not retention:
        return NOT_LOCKED
    period = f"{retention['Days']} days" if "Days" in retention else f"{retention['Years']} years"
    return f"locked for {period} ({retention['Mode']})"


def _everywhere(visitor: Visitor, members: dict[str, str], regions: list[str]) -> Iterator[str]:
    places = [(account, region) for account in members.values() for region in regions]
    detectors = sum(bool(visitor.client("guardduty", *place).list_detectors()["DetectorIds"]) for place in places)
    keys = sum(_rotating_keys(visitor.client("kms", *place)) for place in places)
    where = f"member accounts: {len(members)}, regions: {len(regions)}"
    yield f"  GuardDuty     a detector in {detectors} of {len(places)} places ({where})"
    yield f"  KMS           {keys} rotating customer managed keys there"


def _rotating_keys(kms: Any) -> int:
    keys = [key["KeyId"] for key in _listed(kms, "list_keys", "Keys")]
    return sum(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] for key in keys)


def _assignments(visitor: Visitor, accounts: list[Any]) -> Iterator[str]:
    sso = visitor.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    sets = list(_listed(sso, "list_permission_sets", "PermissionSets", InstanceArn=instance))
    count = sum(
        1
        for permission_set in sets
        for account in accounts
        for _ in _listed(
            sso,
            "list_account_assignments",
            "AccountAssignments",
            InstanceArn=instance,
            AccountId=account["Id"],
            PermissionSetArn=permission_set,
        )
    )
    yield f"  access        {len(sets)} permission sets, {count} account assignments"
