"""The permission sets as Identity Center has them now, by the accounts that they are in, with AWS's policies as they read today.

Sources: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListPermissionSetsProvisionedToAccount.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from guardrails.engine.port import Reader
from guardrails.errors import AwsAccessDenied
from guardrails.identity_center import find_instance, policies
from guardrails.identity_center.policies import which
from guardrails.resources.permission_set import PermissionSet
from guardrails.simulation.permission_sets import IdentityPolicies, identity_policies

AWS_MANAGED: Final = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True)
class AssignedSets:
    """What each permission set gives, by its name, and in which accounts (ids) it is; `notes` tell what could not be seen."""

    sets: Mapping[str, IdentityPolicies] = field(default_factory=dict)
    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def in_account(self, account: str) -> Mapping[str, IdentityPolicies]:
        """The permission sets that are in an account, by name."""
        return {name: self.sets[name] for name in sorted(self.sets) if account in self.accounts[name]}


def assigned_sets(aws: Reader) -> AssignedSets:
    """Every permission set with where it is: six calls for each, and two for each policy of AWS.

    Raises: AwsError, unless it is that the caller may not look: then there are none, and a note.
    """
    try:
        instance = find_instance(aws)
        if instance is None:
            return AssignedSets()
        listed = list(aws.items("sso-admin", "list_permission_sets", "PermissionSets", InstanceArn=instance.arn))
        found = [_permission_set(aws, arn) for arn in listed]
        accounts = {each.name: _accounts(aws, arn) for each, arn in zip(found, listed, strict=True)}
    except AwsAccessDenied as denied:
        return AssignedSets(notes=(f"permission sets could not be seen: {denied}",))
    attached = {name for each in found for name in (*each.managed_policies, each.permissions_boundary)}
    documents, notes = _documents(aws, sorted(name for name in attached if name.startswith(AWS_MANAGED)))
    return AssignedSets({each.name: identity_policies(each, documents) for each in found}, accounts, notes)


def _permission_set(aws: Reader, arn: str) -> PermissionSet:
    described = aws.read("sso-admin", "describe_permission_set", **which(arn))["PermissionSet"]
    attached = policies.observed(aws, arn)
    return PermissionSet(
        name=described["Name"],
        managed_policies=attached.managed,
        customer_managed_policies=attached.customer_managed,
        inline_policy=attached.inline,
        permissions_boundary=attached.boundary,
    )


def _accounts(aws: Reader, arn: str) -> frozenset[str]:
    return frozenset(aws.items("sso-admin", "list_accounts_for_provisioned_permission_set", "AccountIds", **which(arn)))


def _documents(aws: Reader, arns: Iterable[str]) -> tuple[Mapping[str, Mapping[str, Any]], tuple[str, ...]]:
    """The default version of each policy of AWS, by ARN; a note instead, when the caller may not look."""
    found: dict[str, Mapping[str, Any]] = {}
    for arn in arns:
        try:
            version = aws.read("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
            read = aws.read("iam", "get_policy_version", PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        except AwsAccessDenied as denied:
            return found, (f"what AWS's own policies allow could not be read: {denied}",)
        found[arn] = json.loads(unquote(read)) if isinstance(read, str) else read
    return found, ()
