"""The organization's one instance of IAM Identity Center, which no API can make: a person enables it once, in the console.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/enable-identity-center.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Resource
from guardrails.errors import AwsError

ONE_AT_A_TIME: Final = ("ConflictException",)
"""AWS refuses a change while an earlier one is still being brought to the accounts."""
PATIENCE: Final = 1_800.0
"""Seconds after which a request that AWS carries out by and by counts as lost."""


@dataclass(frozen=True, slots=True)
class Instance:
    """The instance's ARN, and the id of the identity store in which its groups and users are."""

    arn: str
    identity_store_id: str


def find_instance(aws: Reader) -> Instance | None:
    """The organization's instance in the region that is looked at, or None when there is none there."""
    found = next(aws.items("sso-admin", "list_instances", "Instances"), None)
    return Instance(found["InstanceArn"], found["IdentityStoreId"]) if found else None


def instance(aws: Reader) -> Instance:
    """The organization's instance.

    Raises: AwsError, when there is none (any more).
    """
    found = find_instance(aws)
    if found is None:
        raise AwsError("sso-admin:list_instances", "NoInstance", _missing(aws), region=aws.region)
    return found


def instance_of(permission_set_arn: str) -> str:
    """The ARN of the instance that a permission set belongs to; the set's own ARN names it."""
    return permission_set_arn.rpartition("/")[0].replace(":permissionSet/", ":instance/")


def not_enabled(type_name: str, aws: Reader, wanted: Sequence[Resource]) -> tuple[BlindSpot, ...]:
    """What there is to say of a type when there is no instance: a blind spot where something is wanted, else nothing."""
    if not wanted:
        return ()
    remedy = (
        f"Identity Center is enabled once by a person: sign in to the management account, choose {aws.region}, "
        "open IAM Identity Center, and enable it with AWS Organizations"
    )
    return (BlindSpot(type_name, "", "", _missing(aws), remedy),)


def follow(aws: Writer, begun: Mapping[str, Any], operation: str, answer: str, **which: str) -> None:
    """Follow a request that AWS carries out by and by to its end; `begun` is the status that the request was answered with.

    `operation` looks at the request, `which` names it, and `answer` is where the response holds its status.

    Raises: AwsError, with AWS's own reason, when it failed.
    """

    def look() -> Mapping[str, Any] | None:
        status: Mapping[str, Any] = aws.read("sso-admin", operation, **which)[answer]
        return None if status["Status"] == "IN_PROGRESS" else status

    status = begun if begun["Status"] != "IN_PROGRESS" else None
    status = status or aws.wait_for(look, what=f"sso-admin:{operation}", every=2, timeout=PATIENCE)
    if status["Status"] == "FAILED":
        reason = status.get("FailureReason", "AWS gives no reason")
        raise AwsError(f"sso-admin:{operation}", "FAILED", reason, region=aws.region)


def provision(aws: Writer, permission_set_arn: str) -> None:
    """Bring a changed permission set to every account that uses it, if any does, and wait until it is there.

    Raises: AwsError, when it did not get everywhere.
    """
    which = {"InstanceArn": instance_of(permission_set_arn), "PermissionSetArn": permission_set_arn}
    users = aws.items("sso-admin", "list_accounts_for_provisioned_permission_set", "AccountIds", **which)
    if next(users, None) is None:
        return
    everywhere = "ALL_PROVISIONED_ACCOUNTS"
    key = "PermissionSetProvisioningStatus"
    begun = aws.write("sso-admin", "provision_permission_set", **which, TargetType=everywhere, retry_on=ONE_AT_A_TIME)[
        key
    ]
    request = {"InstanceArn": which["InstanceArn"], "ProvisionPermissionSetRequestId": begun["RequestId"]}
    follow(aws, begun, "describe_permission_set_provisioning_status", key, **request)


def _missing(aws: Reader) -> str:
    return f"IAM Identity Center has no organization instance in {aws.region}"
