"""What stands in a sandbox after apply, read back with plain boto3 as any AWS tool would see it."""

from collections.abc import Iterator
from typing import Any

from guardrails.sandbox.running import Running

ACCESS_ROLE = "OrganizationAccountAccessRole"


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
    accounts = [a for page in organizations.get_paginator("list_accounts").paginate() for a in page["Accounts"]]
    members = {a["Name"]: a["Id"] for a in accounts if a["Id"] != running.account_id}
    regions = [running.region, "eu-central-1"]
    yield f"  accounts      {len(accounts)}: {', '.join(sorted(a['Name'] for a in accounts))}"
    yield from _policies(organizations)
    yield from _trail(visitor)
    yield from _archive(visitor, members)
    yield from _everywhere(visitor, members, regions)
    yield from _assignments(visitor, accounts)


def _policies(organizations: Any) -> Iterator[str]:
    for policy in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]:
        if not policy["AwsManaged"]:
            targets = organizations.list_targets_for_policy(PolicyId=policy["Id"])["Targets"]
            yield f"  SCP           {policy['Name']} on {', '.join(target['Name'] for target in targets)}"


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
        yield f"  trail         {trail['Name']}: {', '.join(_yes_no(facts))}"


def _yes_no(facts: dict[str, bool]) -> Iterator[str]:
    for name, holds in facts.items():
        yield name if holds else f"NOT {name}"


def _archive(visitor: Visitor, members: dict[str, str]) -> Iterator[str]:
    for account in members.values():
        s3 = visitor.client("s3", account)
        for bucket in s3.list_buckets()["Buckets"]:
            lock = s3.get_object_lock_configuration(Bucket=bucket["Name"])["ObjectLockConfiguration"]["Rule"]
            retention = lock["DefaultRetention"]
            yield f"  log archive   {bucket['Name']}"
            yield f"                locked for {retention['Days']} days ({retention['Mode']})"


def _everywhere(visitor: Visitor, members: dict[str, str], regions: list[str]) -> Iterator[str]:
    places = [(account, region) for account in members.values() for region in regions]
    detectors = sum(bool(visitor.client("guardduty", *place).list_detectors()["DetectorIds"]) for place in places)
    keys = sum(_rotating_keys(visitor.client("kms", *place)) for place in places)
    yield f"  GuardDuty     detectors in {detectors} of {len(places)} member accounts times regions"
    yield f"  KMS           {keys} rotating customer managed keys in the members"


def _rotating_keys(kms: Any) -> int:
    keys = [key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
    return sum(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] for key in keys)


def _assignments(visitor: Visitor, accounts: list[Any]) -> Iterator[str]:
    sso = visitor.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    count = 0
    sets = sso.list_permission_sets(InstanceArn=instance)["PermissionSets"]
    for permission_set in sets:
        for account in accounts:
            pages = sso.get_paginator("list_account_assignments").paginate(
                InstanceArn=instance, AccountId=account["Id"], PermissionSetArn=permission_set
            )
            count += sum(len(page["AccountAssignments"]) for page in pages)
    yield f"  access        {len(sets)} permission sets, {count} account assignments"
